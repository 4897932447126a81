#pragma once

#include <memory>
#include <vector>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::npm {

// Of installed packages by their package.json, and of the lock files of npm, Yarn, pnpm and Bun.
std::vector<std::unique_ptr<PackageExtractor>> MakeNpmExtractors();

}  // namespace narrows::ecosystems::npm
