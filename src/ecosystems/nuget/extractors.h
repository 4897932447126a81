#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::nuget {

// Of published .NET programs and frameworks by their *.deps.json, and of packages.lock.json,
// packages.config and Directory.Packages.props.
std::vector<std::unique_ptr<PackageExtractor>> MakeNuGetExtractors();

// The packages of a *.deps.json (.NET's "runtime configuration files"): libraries of type
// "package". Nothing when the file has no libraries at all.
Result<PackageExtractor::Extracted> ParseDependencies(std::string_view content);

// packages.lock.json of all target frameworks; projects are left out. kDataLoss when it is none.
Result<PackageExtractor::Extracted> ParsePackagesLock(std::string_view content);

// packages.config ("package" elements, those for development left out) and Directory.Packages.props
// ("PackageVersion" elements); versions that a property or a range stands for are left out.
// kDataLoss for another document.
Result<PackageExtractor::Extracted> ParsePackageElements(std::string_view content);

}  // namespace narrows::ecosystems::nuget
