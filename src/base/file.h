#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace narrows {

// The whole file; kResourceExhausted above `most` bytes.
Result<std::string> ReadFile(const std::filesystem::path& path, size_t most);

// Replaces `path` by a temporary file of the same folder and a rename (synced): readers see the old
// or the new content, whole. The file gets `mode` (umask applies).
Status WriteFileAtomically(const std::filesystem::path& path, std::string_view content,
                           unsigned mode = 0644);

// A folder of its own below the system's temporary folder, removed with all in it at the end of
// life.
class ScopedTempDir {
 public:
  static Result<ScopedTempDir> Create();
  ~ScopedTempDir();
  ScopedTempDir(ScopedTempDir&& other) noexcept;
  ScopedTempDir& operator=(ScopedTempDir&&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit ScopedTempDir(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

// $XDG_CACHE_HOME/narrows, else ~/.cache/narrows; kFailedPrecondition when neither variable is set.
Result<std::filesystem::path> UserCacheDir();

}  // namespace narrows
