#pragma once

#include <memory>

#include "ecosystems/version_order.h"

namespace narrows::ecosystems::composer {

// The order of Packagist: a version is normalised as Composer's documentation ("Versions and
// constraints") says, then compared as PHP's version_compare does: four numbers or a date, a
// stability (dev < alpha < beta < RC < stable < patch) with numbers. Branches ("dev-main") have no
// order; those of numbers ("1.x-dev") come after every release of theirs.
std::unique_ptr<const VersionOrder> MakeComposerVersionOrder();

}  // namespace narrows::ecosystems::composer
