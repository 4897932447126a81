#include "inventory/node/live_node.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <mutex>
#include <optional>

#include "base/file_descriptor.h"
#include "inventory/node/process_table.h"

namespace narrows::inventory::node {
namespace {

constexpr size_t kMostNames = 4u << 20;  // of /etc/passwd and /etc/group

FileStatus Converted(const struct stat& status) {
  FileStatus converted;
  converted.type = S_ISREG(status.st_mode)   ? FileStatus::Type::kFile
                   : S_ISDIR(status.st_mode) ? FileStatus::Type::kDirectory
                   : S_ISLNK(status.st_mode) ? FileStatus::Type::kLink
                                             : FileStatus::Type::kOther;
  converted.mode = status.st_mode & 07777;
  converted.uid = status.st_uid;
  converted.gid = status.st_gid;
  converted.size = status.st_size;
  return converted;
}

class LiveNode final : public NodeFacts {
 public:
  LiveNode(const LiveNodeOptions& options, FileDescriptor root)
      : proc_(options.proc.string()), root_(std::move(root)), now_(std::time(nullptr)) {
    users_ = ParseNames(Read("/etc/passwd", kMostNames).value_or(""));
    groups_ = ParseNames(Read("/etc/group", kMostNames).value_or(""));
  }

  Result<const std::vector<Process>*> Processes() const override {
    const std::lock_guard lock(mutex_);
    if (!processes_) processes_ = ReadProcesses(proc_, getpid(), users_, now_);
    if (!processes_->has_value()) return processes_->error();
    return &**processes_;
  }

  FileResult<FileStatus> Stat(const std::string& path, bool follow) const override {
    const FileDescriptor file(Open(path, O_PATH | (follow ? 0 : O_NOFOLLOW)));
    struct stat status {};
    if (file.get() < 0 || fstat(file.get(), &status) != 0) return tl::unexpected<int>(errno);
    return Converted(status);
  }

  FileResult<std::vector<std::string>> List(const std::string& path) const override {
    const int descriptor = Open(path, O_RDONLY | O_DIRECTORY);
    if (descriptor < 0) return tl::unexpected<int>(errno);
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(fdopendir(descriptor), closedir);
    if (folder == nullptr) {
      const int error = errno;
      close(descriptor);
      return tl::unexpected<int>(error);
    }
    std::vector<std::string> names;
    while (const dirent* entry = readdir(folder.get())) {
      const std::string name = entry->d_name;
      if (name != "." && name != "..") names.push_back(name);
    }
    return names;
  }

  FileResult<std::string> Read(const std::string& path, size_t most) const override {
    // Never waits for the other end of a pipe.
    const FileDescriptor file(Open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
    struct stat status {};
    if (file.get() < 0 || fstat(file.get(), &status) != 0) return tl::unexpected<int>(errno);
    if (S_ISDIR(status.st_mode)) return tl::unexpected<int>(EISDIR);
    if (!S_ISREG(status.st_mode)) return tl::unexpected<int>(EINVAL);
    std::string text;
    char buffer[64 << 10];
    while (true) {
      const ssize_t got = read(file.get(), buffer, sizeof(buffer));
      if (got < 0) return tl::unexpected<int>(errno);
      if (got == 0) return text;
      text.append(buffer, static_cast<size_t>(got));
      if (text.size() > most) return tl::unexpected<int>(EFBIG);
    }
  }

  std::string UserName(int64_t uid) const override { return Name(users_, uid); }
  std::string GroupName(int64_t gid) const override { return Name(groups_, gid); }
  int64_t Now() const override { return now_; }

 private:
  static std::string Name(const std::map<int64_t, std::string>& names, int64_t id) {
    const auto found = names.find(id);
    return found == names.end() ? "UNKNOWN" : found->second;
  }

  int Open(const std::string& path, int flags) const {
    open_how how{};
    how.flags = static_cast<uint64_t>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_IN_ROOT;
    const long file = syscall(SYS_openat2, root_.get(), path.c_str(), &how, sizeof(how));
    return static_cast<int>(file);
  }

  const std::string proc_;
  const FileDescriptor root_;
  const int64_t now_;
  std::map<int64_t, std::string> users_;
  std::map<int64_t, std::string> groups_;
  mutable std::mutex mutex_;
  mutable std::optional<Result<std::vector<Process>>> processes_;
};

}  // namespace

Result<std::unique_ptr<NodeFacts>> MakeLiveNode(const LiveNodeOptions& options) {
  FileDescriptor root(open(options.root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (root.get() < 0) return FromErrno(errno, "opening the node's root " + options.root.string());
  return std::unique_ptr<NodeFacts>(std::make_unique<LiveNode>(options, std::move(root)));
}

}  // namespace narrows::inventory::node
