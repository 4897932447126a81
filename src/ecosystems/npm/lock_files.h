#pragma once

#include <string_view>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::npm {

// What lock files say is to be installed. Left out are what the file itself marks as needed for
// development only (package-lock.json, and pnpm-lock.yaml before version 9) and the project's own
// folders. All give kDataLoss when the text is no such file, kResourceExhausted when it is too
// large to be read.

// package-lock.json and npm-shrinkwrap.json, versions 1 to 3 (npm's "package-lock.json" reference).
Result<PackageExtractor::Extracted> ParsePackageLock(std::string_view content);

// yarn.lock of Yarn 1 and of the later ones ("Berry").
Result<PackageExtractor::Extracted> ParseYarnLock(std::string_view content);

// pnpm-lock.yaml, lock file versions 5 to 9 (https://github.com/pnpm/spec, lockfile).
Result<PackageExtractor::Extracted> ParsePnpmLock(std::string_view content);

// bun.lock, the textual one.
Result<PackageExtractor::Extracted> ParseBunLock(std::string_view content);

}  // namespace narrows::ecosystems::npm
