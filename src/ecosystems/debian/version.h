#pragma once

#include <memory>

#include "ecosystems/version_order.h"

namespace narrows::ecosystems::debian {

// [epoch:]upstream[-revision] as Debian Policy §5.6.12 and deb-version(7) order it.
std::unique_ptr<const VersionOrder> MakeDebianVersionOrder();

// The same order under Ubuntu's name.
std::unique_ptr<const VersionOrder> MakeUbuntuVersionOrder();

}  // namespace narrows::ecosystems::debian
