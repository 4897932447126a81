#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "base/file_descriptor.h"
#include "base/result.h"

namespace narrows::inventory::image {

// The temporary disk space of an analysis: what is claimed and too large for memory goes through
// it. Thread-safe.
class Spool {
 public:
  static constexpr uint64_t kMostBytes = uint64_t{1} << 30;

  explicit Spool(uint64_t most_bytes = kMostBytes) : most_bytes_(most_bytes) {}

  // Waits until so many bytes are free. Whoever has some must not ask for more: then all that wait
  // come to their turn. kResourceExhausted for more than there ever is.
  Status Take(uint64_t bytes);
  void GiveBack(uint64_t bytes);

 private:
  const uint64_t most_bytes_;
  std::mutex mutex_;
  std::condition_variable freed_;
  uint64_t taken_ = 0;
};

// The content of one file at a time, gathered in pieces and given in one: in memory when it is
// small, else a mapping of a file without a name in the system's temporary folder (TMPDIR), which
// is made when it is first needed and used again for the next. Not thread-safe.
class SpooledContent {
 public:
  static constexpr size_t kMostInMemory = size_t{1} << 20;

  explicit SpooledContent(Spool& spool) : spool_(spool) {}
  ~SpooledContent() { Clear(); }
  SpooledContent(const SpooledContent&) = delete;
  SpooledContent& operator=(const SpooledContent&) = delete;

  // Forgets what is there and prepares for a file of `size` bytes.
  Status Start(uint64_t size);
  Status Append(std::string_view piece);
  // All that was appended. Valid until the next call of Start or Clear.
  Result<std::string_view> View();
  void Clear();

 private:
  Status Open();

  Spool& spool_;
  std::string memory_;
  FileDescriptor file_;
  bool on_disk_ = false;
  uint64_t told_ = 0;   // how long it is to be
  uint64_t taken_ = 0;  // of the spool
  uint64_t size_ = 0;   // on disk
  void* mapping_ = nullptr;
};

}  // namespace narrows::inventory::image
