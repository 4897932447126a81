#pragma once

#include <optional>

#include "base/clock.h"
#include "model/package.h"

namespace narrows::ecosystems {

// The day after which nobody publishes free security fixes for the release any more: Debian's LTS,
// Ubuntu's standard support, Alpine's branches. Nothing for a release that is not in the table.
std::optional<TimePoint> EndOfSupport(const model::Distribution& distribution);

}  // namespace narrows::ecosystems
