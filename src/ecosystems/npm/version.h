#pragma once

#include <memory>

#include "ecosystems/version_order.h"

namespace narrows::ecosystems::npm {

// Semantic Versioning 2.0.0, as npm requires of a package's `version` (npm's documentation of
// package.json).
std::unique_ptr<const VersionOrder> MakeNpmVersionOrder();

}  // namespace narrows::ecosystems::npm
