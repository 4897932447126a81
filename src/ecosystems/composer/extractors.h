#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::composer {

// Of what Composer installed, by its vendor/composer/installed.json, and of composer.lock.
std::vector<std::unique_ptr<PackageExtractor>> MakeComposerExtractors();

// installed.json of Composer 1 (an array) and 2 (an object). kDataLoss when it is neither.
Result<PackageExtractor::Extracted> ParseInstalled(std::string_view content);

// composer.lock, without "packages-dev". kDataLoss when it is none.
Result<PackageExtractor::Extracted> ParseComposerLock(std::string_view content);

}  // namespace narrows::ecosystems::composer
