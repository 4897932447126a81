#pragma once

#include "storage/sqlite/session.h"

namespace narrows::storage {

// Deletes what `retention` does not keep, and interned rows that nothing refers to any more. To be
// called in a transaction.
Result<Compaction> DropOld(Session& session, const Retention& retention);

}  // namespace narrows::storage
