#pragma once

#include <memory>

#include "ecosystems/version_order.h"

namespace narrows::ecosystems::hackage {

// The versions of Haskell's Package Versioning Policy (https://pvp.haskell.org): numbers between
// dots, compared one by one; the longer is the later.
std::unique_ptr<const VersionOrder> MakeHackageVersionOrder();

}  // namespace narrows::ecosystems::hackage
