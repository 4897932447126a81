#pragma once

#include <string>
#include <vector>

#include "storage/sqlite/database.h"

namespace narrows::storage {

// "NRWS", in the header of every store (PRAGMA application_id).
inline constexpr int64_t kApplicationId = 0x4E525753;

// The steps from an empty file to today's schema; step i makes version i + 1 of version i. A step
// that was released is never changed.
const std::vector<const char*>& Migrations();

// Brings a file that is open for writing to the last version, each step in a transaction of its
// own. kFailedPrecondition when the file is not a store or is newer than the steps.
Status Migrate(Database& database, const std::vector<const char*>& migrations);

// For readers: kFailedPrecondition when the file is not a store of exactly the last version.
Status CheckSchema(Database& database, const std::vector<const char*>& migrations);

}  // namespace narrows::storage
