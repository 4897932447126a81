#pragma once

#include <memory>

#include "ecosystems/version_order.h"

namespace narrows::ecosystems::bitnami {

// Semantic Versioning 2.0.0 with the adjustment of Bitnami's go-version (its README, "Version
// revision"): what follows the hyphen is the package's revision and comes after the version
// without.
std::unique_ptr<const VersionOrder> MakeBitnamiVersionOrder();

}  // namespace narrows::ecosystems::bitnami
