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

  virtual ~Spool() = default;

  // Waits until so many bytes are free. Whoever has some must not ask for more: then all that wait
  // come to their turn. kResourceExhausted for more than there ever is.
  virtual Status Take(uint64_t bytes) = 0;
  virtual void GiveBack(uint64_t bytes) = 0;

  // A file without a name, to be written and read.
  virtual Result<FileDescriptor> Open() = 0;
};

// In the system's temporary folder (TMPDIR).
class DiskSpool final : public Spool {
 public:
  explicit DiskSpool(uint64_t most_bytes = kMostBytes) : most_bytes_(most_bytes) {}

  Status Take(uint64_t bytes) override;
  void GiveBack(uint64_t bytes) override;
  Result<FileDescriptor> Open() override;

 private:
  const uint64_t most_bytes_;
  std::mutex mutex_;
  std::condition_variable freed_;
  uint64_t taken_ = 0;
};

// The content of one file at a time, gathered in pieces and given in one: in memory when it is
// small, else a mapping of a file of the spool, which is opened when it is first needed and used
// again for the next. Not thread-safe.
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
