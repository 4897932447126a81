#pragma once

#include <memory>

#include "ecosystems/version_order.h"

namespace narrows::ecosystems::arch {

// [epoch:]pkgver-pkgrel as vercmp(8) of pacman orders it. pacman passes over the release where one
// version has none; here it comes before every release, since an equality that holds between 1, 1-1
// and 1-2 would be no equality.
std::unique_ptr<const VersionOrder> MakeArchVersionOrder();

}  // namespace narrows::ecosystems::arch
