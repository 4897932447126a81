#pragma once

#include <string_view>

#include "ecosystems/version_order.h"

namespace narrows::findings::vex {

// Whether the version lies in a range as "vers:deb/>=1.0|<1.2" (https://github.com/package-url/
// vers-spec), whose type is `type`, a purl's. False for anything else, and where a version in it is
// none.
bool InRange(std::string_view range, std::string_view type, std::string_view version,
             const ecosystems::VersionOrder& order);

}  // namespace narrows::findings::vex
