#pragma once

#include <memory>

#include "ecosystems/version_order.h"

namespace narrows::ecosystems::nuget {

// Semantic Versioning 2.0.0 with the exceptions of NuGet's documentation ("Package versioning"): a
// fourth number, missing numbers are 0, leading zeros and the case of a pre-release do not count.
std::unique_ptr<const VersionOrder> MakeNuGetVersionOrder();

}  // namespace narrows::ecosystems::nuget
