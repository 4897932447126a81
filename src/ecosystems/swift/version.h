#pragma once

#include <memory>

#include "ecosystems/version_order.h"

namespace narrows::ecosystems::swift {

// Semantic Versioning 2.0.0, as Swift Package Manager reads the tags of a package's repository.
std::unique_ptr<const VersionOrder> MakeSwiftVersionOrder();

}  // namespace narrows::ecosystems::swift
