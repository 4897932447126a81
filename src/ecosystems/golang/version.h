#pragma once

#include <memory>

#include "ecosystems/version_order.h"

namespace narrows::ecosystems::golang {

// Module versions are Semantic Versioning 2.0.0 with a leading "v" (Go Modules Reference,
// "Versions"), which OSV leaves out; pseudo-versions are pre-releases, and "+incompatible" is build
// metadata, which does not count. A missing minor or patch number is 0.
//
// Versions of the standard library and the toolchain are "go1.21.3", "go1.21rc1", "1.21rc1" (Go
// Toolchains, "Go versions"; Go's package go/version): 1.21 < 1.21rc1 < 1.21.0, since from 1.21 on
// a version without a patch number is that of the language; before, 1.20rc1 < 1.20 = 1.20.0. Only a
// leading "go" tells 1.21 of the toolchain from the 1.21.0 of advisories, and a suffix "-vendor"
// of it does not count. As Go's vulnerability database has it, "go1.21rc1" is 1.21.0-rc.1, and
// 1.21.0-0 stands before all of its pre-releases.
std::unique_ptr<const VersionOrder> MakeGoVersionOrder();

}  // namespace narrows::ecosystems::golang
