#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "ecosystems/version_order.h"

namespace narrows::ecosystems::rpm {

// [epoch:]version[-release] in the order of rpm itself (rpm-version(7), "VERSION COMPARISON"), one
// object for each distribution of rpm packages that OSV has a name for, and for Fedora, Oracle
// Linux and Amazon Linux, which it has none for. An absent epoch is 0; an absent release is before
// every release.
std::vector<std::unique_ptr<const VersionOrder>> MakeRpmVersionOrders();

// The part of a version after its epoch: "1.2-3" of "4:1.2-3".
std::string_view WithoutEpoch(std::string_view version);

}  // namespace narrows::ecosystems::rpm
