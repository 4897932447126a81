#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "storage/store.h"

namespace narrows::storage {

enum class Access { kWrite, kReadOnly };

struct SqliteStoreOptions {
  std::filesystem::path path;
  // The cluster whose rows are read and written. For reading it may be empty when the file holds
  // one cluster only.
  std::string cluster;
  Access access = Access::kWrite;
  Retention retention;
};

// A Store in one SQLite file (write-ahead log: PATH-wal, PATH-shm; the writer's lock: PATH-lock).
// A commit survives the end of the process at any moment, kill -9 included; a power failure may
// cost the last commits, never consistency.
//
// kWrite creates the file (mode 0600) where there is none and migrates an older one; one process
// at a time may hold it: kFailedPrecondition names the other one. kReadOnly works beside a writer.
// kNotFound: no file to read. kDataLoss: damaged. kFailedPrecondition: not a Narrows store, or one
// of a newer version of Narrows.
Result<std::unique_ptr<Store>> OpenSqliteStore(const SqliteStoreOptions& options);

}  // namespace narrows::storage
