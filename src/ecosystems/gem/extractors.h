#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::gem {

// Of installed gems by their specifications, and of Gemfile.lock.
std::vector<std::unique_ptr<PackageExtractor>> MakeGemExtractors();

// The gem of a specification as RubyGems installs it, a program of Ruby in one fixed form: `s.name`
// and `s.version` are assigned strings. Nothing when they are not.
Result<PackageExtractor::Extracted> ParseGemspec(std::string_view content);

// The gems of a Gemfile.lock ("specs:" of its sections) but those of a folder ("PATH"). kDataLoss
// when it has no such section.
Result<PackageExtractor::Extracted> ParseGemfileLock(std::string_view content);

}  // namespace narrows::ecosystems::gem
