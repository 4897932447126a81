#include "advisories/distribution/blob_download.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>

#include "advisories/distribution/installed_database.h"
#include "base/file_descriptor.h"

namespace narrows::advisories::distribution {
namespace {

constexpr int kAttempts = 5;  // without any progress
constexpr std::chrono::milliseconds kDelay{250};

class Download {
 public:
  Download(ReleaseSource& source, const Blob& blob, const std::filesystem::path& path,
           const std::function<void(uint64_t)>& progress)
      : source_(source), blob_(blob), path_(path), progress_(progress) {}

  Status Open() {
    file_ = FileDescriptor(
        open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_APPEND, 0644));
    if (file_.get() < 0) return FromErrno(errno, "cannot write " + path_.string());
    struct stat status = {};
    if (fstat(file_.get(), &status) != 0) return FromErrno(errno, "cannot read " + path_.string());
    done_ = static_cast<uint64_t>(status.st_size);
    resumed_ = done_ > 0;
    return done_ > blob_.bytes ? StartAnew() : Ok();
  }

  Status Fetch(const CallContext& context) {
    int failures = 0;
    while (done_ < blob_.bytes) {
      const uint64_t before = done_;
      Status status = source_.ReadBlob(blob_, done_, context,
                                       [this](std::string_view piece) { return Append(piece); });
      if (status.has_value() && done_ < blob_.bytes)
        status =
            Unavailable(source_.Name() + ": " + blob_.digest + " ends after " +
                        std::to_string(done_) + " of " + std::to_string(blob_.bytes) + " bytes");
      if (status.has_value()) break;
      failures = done_ > before ? 1 : failures + 1;
      if (status.error().code != ErrorCode::kUnavailable || failures >= kAttempts) return status;
      RETURN_IF_ERROR(context.SleepFor(kDelay * (1 << failures)));
    }
    if (fsync(file_.get()) != 0) return FromErrno(errno, "cannot write " + path_.string());
    return Ok();
  }

  Status StartAnew() {
    if (ftruncate(file_.get(), 0) != 0) return FromErrno(errno, "cannot write " + path_.string());
    done_ = 0;
    resumed_ = false;
    return Ok();
  }

  uint64_t fetched() const { return fetched_; }
  bool resumed() const { return resumed_; }

 private:
  Status Append(std::string_view piece) {
    if (piece.size() > blob_.bytes - done_)
      return DataLoss(source_.Name() + ": " + blob_.digest + " is longer than the " +
                      std::to_string(blob_.bytes) + " bytes that the release says");
    while (!piece.empty()) {
      const ssize_t written = write(file_.get(), piece.data(), piece.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return FromErrno(errno, "cannot write " + path_.string());
      piece.remove_prefix(static_cast<size_t>(written));
      done_ += static_cast<uint64_t>(written);
      fetched_ += static_cast<uint64_t>(written);
    }
    if (progress_) progress_(done_);
    return Ok();
  }

  ReleaseSource& source_;
  const Blob& blob_;
  const std::filesystem::path& path_;
  const std::function<void(uint64_t)>& progress_;
  FileDescriptor file_;
  uint64_t done_ = 0;
  uint64_t fetched_ = 0;
  bool resumed_ = false;
};

}  // namespace

Result<uint64_t> DownloadBlob(ReleaseSource& source, const Blob& blob,
                              const std::filesystem::path& path, const CallContext& context,
                              const std::function<void(uint64_t done)>& progress) {
  Download download(source, blob, path, progress);
  RETURN_IF_ERROR(download.Open());
  while (true) {
    const bool resumed = download.resumed();
    RETURN_IF_ERROR(download.Fetch(context));
    ASSIGN_OR_RETURN(const std::string digest, DigestOfFile(path));
    if (digest == blob.digest) return download.fetched();
    if (!resumed) {
      (void)unlink(path.c_str());
      return DataLoss(source.Name() + " gives bytes with the digest " + digest + " for " +
                      blob.digest + ": they were altered, or the release is not complete");
    }
    // What an earlier run left may be at fault.
    RETURN_IF_ERROR(download.StartAnew());
  }
}

}  // namespace narrows::advisories::distribution
