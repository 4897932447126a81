#pragma once

#include <memory>

#include "ecosystems/version_order.h"

namespace narrows::ecosystems::gem {

// The order of Gem::Version of RubyGems (its documentation, "How Software Changes" and "<=>"):
// digits and letters by turns; a part with letters makes a pre-release; zeros at the end do not
// count.
std::unique_ptr<const VersionOrder> MakeRubyGemsVersionOrder();

}  // namespace narrows::ecosystems::gem
