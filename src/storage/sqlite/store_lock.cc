#include "storage/sqlite/store_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "base/file.h"
#include "base/strings.h"

namespace narrows::storage {
namespace {

// "process 1234 (narrows)", as far as the lock file and /proc tell.
std::string Holder(const std::filesystem::path& lock) {
  const auto written = ReadFile(lock, 64);
  const auto pid = ParseInt(Trim(written.has_value() ? *written : ""));
  if (!pid) return "another process";
  std::string holder = "process " + std::to_string(*pid);
  const auto name = ReadFile("/proc/" + std::to_string(*pid) + "/comm", 64);
  if (name.has_value()) holder += " (" + Printable(Trim(*name)) + ")";
  return holder;
}

}  // namespace

Result<std::unique_ptr<StoreLock>> StoreLock::Acquire(const std::filesystem::path& store) {
  const std::filesystem::path path = store.string() + "-lock";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return FromErrno(errno, "cannot open " + path.string());
  std::unique_ptr<StoreLock> lock(new StoreLock(fd));
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return FromErrno(errno, "cannot lock " + path.string());
    return FailedPrecondition("store " + store.string() + " is in use by " + Holder(path) +
                              ": stop it first, or name another file; reading works beside it");
  }
  const std::string pid = std::to_string(getpid()) + "\n";
  if (ftruncate(fd, 0) != 0 ||
      pwrite(fd, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size()))
    return FromErrno(errno, "cannot write " + path.string());
  return lock;
}

StoreLock::~StoreLock() { close(fd_); }

}  // namespace narrows::storage
