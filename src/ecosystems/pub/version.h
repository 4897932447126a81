#pragma once

#include <memory>

#include "ecosystems/version_order.h"

namespace narrows::ecosystems::pub {

// Semantic Versioning as Dart's pub orders it (https://dart.dev/tools/pub/versioning): 2.0.0-rc.1,
// where a version with build metadata comes after the one without, and build metadata is ordered.
std::unique_ptr<const VersionOrder> MakePubVersionOrder();

}  // namespace narrows::ecosystems::pub
