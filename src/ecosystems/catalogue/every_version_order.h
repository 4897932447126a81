#pragma once

#include "ecosystems/version_orders.h"

namespace narrows::ecosystems::catalogue {

// One of each ecosystem of this program.
VersionOrders EveryVersionOrder();

}  // namespace narrows::ecosystems::catalogue
