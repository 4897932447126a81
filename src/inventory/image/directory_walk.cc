#include "inventory/image/directory_walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace narrows::inventory::image {
namespace {

constexpr size_t kMostDepth = 200;  // each folder on the way is open

using Stream = std::unique_ptr<DIR, int (*)(DIR*)>;

struct Level {
  Stream stream;
  size_t path_size;  // of the folder's path
};

// File systems whose files are made by the kernel as they are read.
bool IsTheKernels(int folder) {
  struct statfs status {};
  if (fstatfs(folder, &status) != 0) return false;
  switch (static_cast<unsigned long>(status.f_type)) {
    case PROC_SUPER_MAGIC:
    case SYSFS_MAGIC:
    case CGROUP_SUPER_MAGIC:
    case CGROUP2_SUPER_MAGIC:
    case DEVPTS_SUPER_MAGIC:
    case DEBUGFS_MAGIC:
    case TRACEFS_MAGIC:
    case SECURITYFS_MAGIC:
    case BPF_FS_MAGIC:
    case PSTOREFS_MAGIC:
      return true;
    default:
      return false;
  }
}

// DT_UNKNOWN where the file system does not say.
unsigned char TypeOf(int folder, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type;
  struct stat status {};
  if (fstatat(folder, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return DT_UNKNOWN;
  if (S_ISDIR(status.st_mode)) return DT_DIR;
  return S_ISREG(status.st_mode) ? DT_REG : DT_UNKNOWN;
}

class Walk {
 public:
  Walk(const WalkVisitor& visitor, const CallContext& context)
      : visitor_(visitor), context_(context) {}

  Status Run(int root) {
    Enter(openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    while (!levels_.empty()) {
      path_.resize(levels_.back().path_size);
      const dirent* entry = readdir(levels_.back().stream.get());
      if (entry == nullptr) {
        levels_.pop_back();
        RETURN_IF_ERROR(context_.Check());
        continue;
      }
      RETURN_IF_ERROR(OnEntry(*entry));
    }
    return Ok();
  }

 private:
  Status OnEntry(const dirent& entry) {
    const std::string_view name = entry.d_name;
    if (name == "." || name == "..") return Ok();
    const int folder = dirfd(levels_.back().stream.get());
    if (!path_.empty()) path_ += '/';
    path_ += name;
    const unsigned char type = TypeOf(folder, entry);
    if (type == DT_REG) {
      if (++files_ % kFilesBetweenChecks == 0) RETURN_IF_ERROR(context_.Check());
      return visitor_.on_file(path_, folder, entry.d_name);
    }
    if (type != DT_DIR || !visitor_.on_folder(path_)) return Ok();
    if (levels_.size() == kMostDepth) {
      visitor_.on_fault("/" + path_ + " lies deeper than " + std::to_string(kMostDepth) +
                        " folders and was not looked into");
      return Ok();
    }
    Enter(openat(folder, entry.d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    return Ok();
  }

  // Takes the descriptor, of the folder at path_.
  void Enter(int fd) {
    FileDescriptor folder(fd);
    if (folder.get() < 0) {
      // One that has just gone is none.
      if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
        visitor_.on_fault(FromErrno(errno, "cannot open /" + path_).message);
      return;
    }
    if (!levels_.empty() && IsTheKernels(folder.get())) return;
    Stream stream(fdopendir(folder.get()), closedir);
    if (!stream) {
      visitor_.on_fault(FromErrno(errno, "cannot list /" + path_).message);
      return;
    }
    static_cast<void>(folder.Release());  // the stream's now
    levels_.push_back({std::move(stream), path_.size()});
  }

  static constexpr size_t kFilesBetweenChecks = 1000;

  const WalkVisitor& visitor_;
  const CallContext& context_;
  std::vector<Level> levels_;
  std::string path_;
  size_t files_ = 0;
};

}  // namespace

FileDescriptor OpenInRoot(int root, const std::string& path, uint64_t flags) {
  open_how how{};
  how.flags = flags | O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  long fd = -1;
  do {
    fd = syscall(SYS_openat2, root, path.c_str(), &how, sizeof how);
  } while (fd < 0 && (errno == EINTR || errno == EAGAIN));
  return FileDescriptor(static_cast<int>(fd));
}

Status WalkDirectory(int root, const WalkVisitor& visitor, const CallContext& context) {
  return Walk(visitor, context).Run(root);
}

}  // namespace narrows::inventory::image
