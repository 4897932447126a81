#pragma once

#include <memory>

#include "ecosystems/version_order.h"

namespace narrows::ecosystems::cargo {

// Semantic Versioning 2.0.0, as the Cargo Book ("The Manifest Format", version) requires of crates.
// Build metadata does not count in precedence.
std::unique_ptr<const VersionOrder> MakeCargoVersionOrder();

}  // namespace narrows::ecosystems::cargo
