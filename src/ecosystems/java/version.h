#pragma once

#include <memory>

#include "ecosystems/version_order.h"

namespace narrows::ecosystems::java {

// The version order of Maven's POM Reference ("Version Order Specification") as ComparableVersion
// of Maven 3.9 has it: every text is a version, split at dots, hyphens and where digits meet other
// characters; a hyphen or such a place opens a list within the list.
//
// ComparableVersion contradicts itself where a part with a qualifier is compared with a list
// (1-alpha < 1 < 1.sp.1 < 1-alpha). Here such a pair is ordered by what each is beside the version
// that both begin with, so that the order is total: 1-alpha < 1 < 1.sp.1.
std::unique_ptr<const VersionOrder> MakeMavenVersionOrder();

}  // namespace narrows::ecosystems::java
