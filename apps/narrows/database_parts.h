#pragma once

#include <memory>

#include "advisories/database.h"
#include "base/clock.h"
#include "base/result.h"
#include "commands.h"

namespace narrows::app {

// kFailedPrecondition when the newest data is older than --max-age allows, or of no known age.
Status CheckAge(const advisories::DatabaseMetadata& metadata, std::chrono::seconds max_age,
                TimePoint now);

// The database the flags name, no older than they allow.
Result<std::unique_ptr<const advisories::AdvisoryDatabase>> OpenDatabase(const DatabaseFlags& flags,
                                                                         TimePoint now);

}  // namespace narrows::app
