#include "advisories/database_watch.h"

#include <sys/stat.h>

#include <utility>

namespace narrows::advisories {
namespace {
constexpr std::chrono::milliseconds kInterval{500};
}  // namespace

DatabaseHandle::DatabaseHandle(std::filesystem::path path) : path_(std::move(path)) {}

DatabaseHandle::Identity DatabaseHandle::IdentityOf(const std::filesystem::path& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino, status.st_size,
          int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

std::shared_ptr<const AdvisoryDatabase> DatabaseHandle::Current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

Result<bool> DatabaseHandle::Refresh() {
  const std::lock_guard lock(mutex_);
  // Taken before opening: a file that is replaced in between is looked at again the next time.
  const Identity identity = IdentityOf(path_);
  if (looked_ && identity == identity_) return false;
  looked_ = true;
  identity_ = identity;
  ASSIGN_OR_RETURN(auto opened, AdvisoryDatabase::Open(path_));
  current_ = std::move(opened);
  return true;
}

Status DatabaseHandle::WaitForReplacement(const CallContext& context) {
  while (true) {
    ASSIGN_OR_RETURN(const bool replaced, Refresh());
    if (replaced) return Ok();
    RETURN_IF_ERROR(context.SleepFor(kInterval));
  }
}

}  // namespace narrows::advisories
