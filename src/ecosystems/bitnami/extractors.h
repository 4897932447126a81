#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::bitnami {

// Of Bitnami's images: opt/bitnami/.bitnami_components.json, and the SPDX document that each
// component has beside it, opt/bitnami/NAME/.spdx-NAME.spdx.
std::vector<std::unique_ptr<PackageExtractor>> MakeBitnamiExtractors();

// An object with "version" and "arch" of each component. kDataLoss when it is none.
Result<PackageExtractor::Extracted> ParseComponents(std::string_view content);

// The packages of an SPDX 2 document (JSON) that have a purl of the type "bitnami". kDataLoss when
// it is none.
Result<PackageExtractor::Extracted> ParseComponentSpdx(std::string_view content);

}  // namespace narrows::ecosystems::bitnami
