#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "ecosystems/version_order.h"

namespace narrows::ecosystems {

// The orders a program knows, listed by whoever builds the program's parts.
using VersionOrders = std::vector<std::unique_ptr<const VersionOrder>>;

// "Debian" of "Debian:12"; the whole where there is no release.
std::string_view EcosystemFamily(std::string_view ecosystem);

// The order of an OSV ecosystem, with or without a release; nullptr when none is listed for it.
const VersionOrder* FindVersionOrder(const VersionOrders& orders, std::string_view ecosystem);

}  // namespace narrows::ecosystems
