#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::cran {

// Of what R installed, by the DESCRIPTION of each package in a library, and of renv.lock. Packages
// of Bioconductor are listed under its name.
std::vector<std::unique_ptr<PackageExtractor>> MakeCranExtractors();

// The package of a DESCRIPTION ("Writing R Extensions") that R installed, which shows by the field
// "Built". Nothing for sources and for other files.
Result<PackageExtractor::Extracted> ParseDescription(std::string_view content);

// The packages of an renv.lock; those of a folder ("Local") are left out. kDataLoss when it is
// none.
Result<PackageExtractor::Extracted> ParseRenvLock(std::string_view content);

}  // namespace narrows::ecosystems::cran
