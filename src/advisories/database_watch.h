#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>

#include "advisories/database.h"
#include "base/call_context.h"
#include "base/result.h"

namespace narrows::advisories {

// The database that lies at a path, whichever it is at the moment. Thread-safe. A replaced database
// stays open while someone holds it.
class DatabaseHandle {
 public:
  explicit DatabaseHandle(std::filesystem::path path);

  // The one opened last; nullptr before the first successful Refresh. Shared: a scan under way
  // keeps the database that it began with.
  std::shared_ptr<const AdvisoryDatabase> Current() const;

  // Opens the file when it is another one than the last time; true when Current() has changed. When
  // it cannot be opened the old database stays, the error is given once for each such file, and
  // false after that.
  Result<bool> Refresh();

  // Waits until Refresh opens another database, looking twice a second (links and volumes that are
  // swapped as a whole are followed). Ends early with Refresh's error, or kCancelled or
  // kDeadlineExceeded by the context.
  Status WaitForReplacement(const CallContext& context);

 private:
  struct Identity {
    dev_t device = 0;
    ino_t inode = 0;
    int64_t bytes = -1;  // -1: no file
    int64_t modified_nanos = 0;
    friend bool operator==(const Identity&, const Identity&) = default;
  };
  static Identity IdentityOf(const std::filesystem::path& path);

  const std::filesystem::path path_;
  mutable std::mutex mutex_;
  bool looked_ = false;
  Identity identity_;
  std::shared_ptr<const AdvisoryDatabase> current_;
};

}  // namespace narrows::advisories
