#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::pub {

// Of pubspec.lock.
std::vector<std::unique_ptr<PackageExtractor>> MakePubExtractors();

// The packages of a pubspec.lock (https://dart.dev/tools/pub/glossary#lockfile) that come from a
// registry or a repository; those of the SDK and of folders, and those that it marks as for
// development ("direct dev"), are left out. kDataLoss when it is none.
Result<PackageExtractor::Extracted> ParsePubspecLock(std::string_view content);

}  // namespace narrows::ecosystems::pub
