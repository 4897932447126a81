#pragma once

#include <string_view>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::npm {

// Whether the path is that of a package's own package.json: right in its folder below
// "node_modules", or outside of one. Those deeper in a package are its test data and the like.
bool IsPackageJson(std::string_view path);

// The package of a package.json (npm's "package.json" reference): its name and version. Nothing
// when it lacks one of them, or is a project's own, which says so by "private" or is no JSON at
// all. kDataLoss when one below "node_modules" cannot be read.
Result<PackageExtractor::Extracted> ParsePackageJson(std::string_view path,
                                                     std::string_view content);

}  // namespace narrows::ecosystems::npm
