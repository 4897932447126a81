#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/result.h"

namespace narrows::inventory::node {

struct Process {
  int pid = 0;
  int parent = 0;
  std::string user;                    // name, or number where it has none
  std::string name;                    // at most 15 bytes, as the kernel keeps it
  std::vector<std::string> arguments;  // empty for a thread of the kernel
  std::string terminal = "?";
  int64_t started = 0;      // seconds since the epoch
  int64_t cpu_seconds = 0;  // used so far
  int cpu_percent = 0;      // of its life
  bool defunct = false;

  // The arguments with spaces between them, control characters as '.' and bytes beyond
  // ASCII as '?'; "[name]" without arguments.
  std::string CommandLine() const;
};

struct FileStatus {
  enum class Type { kFile, kDirectory, kLink, kOther };
  Type type = Type::kFile;
  unsigned mode = 0;  // the twelve lower bits
  int64_t uid = 0;
  int64_t gid = 0;
  int64_t size = 0;
};

// What a file system answers: a value, or an errno.
template <typename T>
using FileResult = tl::expected<T, int>;

// A node as checks see it. Paths are absolute on the node; links are followed within its root.
// Thread-safe.
class NodeFacts {
 public:
  virtual ~NodeFacts() = default;

  // In ascending order of pid, without the asking process; valid as long as these facts.
  virtual Result<const std::vector<Process>*> Processes() const = 0;
  virtual FileResult<FileStatus> Stat(const std::string& path, bool follow) const = 0;
  // Names in a directory but for "." and "..", in the order of the directory.
  virtual FileResult<std::vector<std::string>> List(const std::string& path) const = 0;
  // EFBIG above `most` bytes.
  virtual FileResult<std::string> Read(const std::string& path, size_t most) const = 0;
  // "UNKNOWN" for a number without a name.
  virtual std::string UserName(int64_t uid) const = 0;
  virtual std::string GroupName(int64_t gid) const = 0;
  // Seconds since the epoch, when the processes were looked at.
  virtual int64_t Now() const = 0;
};

}  // namespace narrows::inventory::node
