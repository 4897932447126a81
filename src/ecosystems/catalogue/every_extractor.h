#pragma once

#include <memory>
#include <vector>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::catalogue {

// All that this program reads packages with.
std::vector<std::unique_ptr<const PackageExtractor>> EveryExtractor();

}  // namespace narrows::ecosystems::catalogue
