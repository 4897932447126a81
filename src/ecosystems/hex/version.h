#pragma once

#include <memory>

#include "ecosystems/version_order.h"

namespace narrows::ecosystems::hex {

// Semantic Versioning 2.0.0, as Hex requires it (https://hex.pm/docs/publish and the Version module
// of Elixir): build metadata does not count.
std::unique_ptr<const VersionOrder> MakeHexVersionOrder();

}  // namespace narrows::ecosystems::hex
