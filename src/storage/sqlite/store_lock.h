#pragma once

#include <filesystem>
#include <memory>

#include "base/result.h"

namespace narrows::storage {

// The right to write a store, held by one process at a time through flock(2) on PATH-lock. The
// kernel gives it back when the process ends, however it ends.
class StoreLock {
 public:
  // kFailedPrecondition names the process that holds it and the remedy.
  static Result<std::unique_ptr<StoreLock>> Acquire(const std::filesystem::path& store);
  ~StoreLock();
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;

 private:
  explicit StoreLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace narrows::storage
