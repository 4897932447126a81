#pragma once

#include <string_view>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::pypi {

// Whether the path is that of the metadata an installer leaves: METADATA of a "*.dist-info" folder,
// PKG-INFO of a "*.egg-info" or "EGG-INFO" folder, or a file "*.egg-info".
bool IsMetadata(std::string_view path);

// The distribution that core metadata tells of (packaging.python.org, "Core metadata
// specifications"): the header fields Name and Version. kDataLoss when one is missing.
Result<PackageExtractor::Extracted> ParseMetadata(std::string_view content);

// Whether the path is that of a record of an installed conda package.
bool IsCondaRecord(std::string_view path);

// The conda package that has this record: its file name is "name-version-build.json", and neither
// version nor build has a "-" (conda's documentation, "Package naming conventions").
Result<PackageExtractor::Extracted> ParseCondaRecord(std::string_view path);

// Set ecosystem and purl.
void CompleteDistribution(model::Package& package);
void CompleteCondaPackage(model::Package& package);

}  // namespace narrows::ecosystems::pypi
