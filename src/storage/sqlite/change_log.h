#pragma once

#include "storage/sqlite/session.h"

namespace narrows::storage {

// Snapshot::LatestCursor and Snapshot::ChangesSince. A cursor is the store's random id and a
// sequence number, "0123456789abcdef-42".
Result<std::string> ReadLatestCursor(const Session& session);
Result<ChangePage> ReadChanges(const Session& session, std::string_view cursor, size_t most);

// Drops all but the newest `keep` changes, and remembers up to where.
Status DropChanges(Session& session, size_t keep);

}  // namespace narrows::storage
