#include "advisories/distribution/update.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "advisories/database.h"
#include "advisories/database_format.h"
#include "advisories/distribution/blob_download.h"
#include "advisories/distribution/compression.h"
#include "advisories/distribution/delta.h"
#include "advisories/distribution/installed_database.h"
#include "advisories/distribution/signature.h"
#include "base/file.h"
#include "base/file_descriptor.h"

namespace narrows::advisories::distribution {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kBetweenDocuments{500};

// Unpacks a file into another, of exactly so many bytes.
Status Unpack(const fs::path& from, const fs::path& to, uint64_t bytes) {
  const FileDescriptor in(open(from.c_str(), O_RDONLY | O_CLOEXEC));
  const FileDescriptor out(
      open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (in.get() < 0) return FromErrno(errno, "cannot open " + from.string());
  if (out.get() < 0) return FromErrno(errno, "cannot write " + to.string());
  Decompressor decompressor(bytes, [&](std::string_view piece) -> Status {
    while (!piece.empty()) {
      const ssize_t written = write(out.get(), piece.data(), piece.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return FromErrno(errno, "cannot write " + to.string());
      piece.remove_prefix(static_cast<size_t>(written));
    }
    return Ok();
  });
  std::string buffer(128 << 10, '\0');
  while (true) {
    const ssize_t got = read(in.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FromErrno(errno, "cannot read " + from.string());
    if (got == 0) break;
    RETURN_IF_ERROR(decompressor.Add({buffer.data(), static_cast<size_t>(got)}));
  }
  RETURN_IF_ERROR(decompressor.Finish());
  if (fsync(out.get()) != 0) return FromErrno(errno, "cannot write " + to.string());
  return Ok();
}

class Update {
 public:
  Update(ReleaseSource& source, const UpdateOptions& options, InstalledDatabase& installed,
         const CallContext& context, const std::function<void(const UpdateProgress&)>& progress)
      : source_(source),
        options_(options),
        installed_(installed),
        context_(context),
        progress_(progress) {}

  Result<UpdateResult> Run() {
    RETURN_IF_ERROR(FetchRelease());
    if (installed_.digest() == result_.release.database.digest) return std::move(result_);
    RETURN_IF_ERROR(CheckAge());
    const fs::path staged = installed_.Staged();
    if (const Status status = ByDelta(staged); !status.has_value()) {
      RETURN_IF_ERROR(context_.Check());
      result_.by_delta = false;
      result_.status = "the delta was not used: " + status.error().message;
    }
    if (!result_.by_delta) RETURN_IF_ERROR(Whole(staged));
    RETURN_IF_ERROR(CheckStaged(staged));
    RETURN_IF_ERROR(installed_.Install(staged, result_.release));
    result_.changed = true;
    return std::move(result_);
  }

 private:
  // The release and its signatures are two documents: a publisher may replace them between our two
  // questions, so that they do not fit together once.
  Result<ReleaseSource::Document> FetchVerified() {
    if (options_.accept_unsigned) return source_.FetchRelease(context_);
    if (options_.public_keys_pem.empty())
      return FailedPrecondition("no key to verify the release with; give --key FILE");
    for (bool again = false;; again = true) {
      ASSIGN_OR_RETURN(ReleaseSource::Document document, source_.FetchRelease(context_));
      if (document.signatures.empty())
        return FailedPrecondition(source_.Name() +
                                  " has a release without a signature; nothing says who made it");
      const Status status =
          VerifySignatures(document.release, document.signatures, options_.public_keys_pem);
      if (status.has_value()) return document;
      if (again || status.error().code != ErrorCode::kUnauthenticated) return status.error();
      RETURN_IF_ERROR(context_.SleepFor(kBetweenDocuments));
    }
  }

  Status FetchRelease() {
    ASSIGN_OR_RETURN(const ReleaseSource::Document document, FetchVerified());
    ASSIGN_OR_RETURN(result_.release, ParseRelease(document.release));
    if (result_.release.format == kDatabaseFormatVersion) return Ok();
    return FailedPrecondition(
        source_.Name() + " has a database of format " + std::to_string(result_.release.format) +
        ", this Narrows reads format " + std::to_string(kDatabaseFormatVersion) +
        (result_.release.format > kDatabaseFormatVersion ? "; update Narrows"
                                                         : "; publish it with this Narrows"));
  }

  // An attacker who has an old release, rightly signed, must not bring it back.
  Status CheckAge() const {
    const auto present = installed_.published();
    if (options_.accept_older || !present.has_value() || result_.release.published >= *present)
      return Ok();
    return FailedPrecondition(source_.Name() + " has the release of " +
                              FormatRfc3339(result_.release.published) +
                              ", older than the one in use of " + FormatRfc3339(*present) +
                              "; allow it with --allow-older");
  }

  // by_delta tells whether there was one.
  Status ByDelta(const fs::path& staged) {
    const ReleaseDelta* delta = nullptr;
    for (const ReleaseDelta& one : result_.release.deltas) {
      if (one.from == installed_.digest()) delta = &one;
    }
    if (delta == nullptr) return Ok();
    ASSIGN_OR_RETURN(const fs::path path, Fetch(delta->blob));
    ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, kMostDeltaBytes));
    ASSIGN_OR_RETURN(const auto present, AdvisoryDatabase::Open(options_.database));
    ASSIGN_OR_RETURN(const EncodedDatabase made, ApplyDelta(*present, bytes));
    if (DigestOf(made.bytes) != result_.release.database.digest)
      return DataLoss("it makes another file than the release says");
    RETURN_IF_ERROR(WriteFileAtomically(staged, made.bytes));
    (void)unlink(path.c_str());
    result_.by_delta = true;
    return Ok();
  }

  Status Whole(const fs::path& staged) {
    ASSIGN_OR_RETURN(const fs::path path, Fetch(result_.release.compressed));
    if (Status status = Unpack(path, staged, result_.release.database.bytes); !status.has_value()) {
      (void)unlink(staged.c_str());
      return status.error().Within(source_.Name());
    }
    (void)unlink(path.c_str());
    return Ok();
  }

  Result<fs::path> Fetch(const Blob& blob) {
    const fs::path path = installed_.Part(blob.digest);
    ASSIGN_OR_RETURN(const uint64_t fetched,
                     DownloadBlob(source_, blob, path, context_, [&](uint64_t done) {
                       if (progress_) progress_({done, blob.bytes});
                     }));
    result_.fetched += fetched;
    return path;
  }

  Status CheckStaged(const fs::path& staged) const {
    const auto check = [&]() -> Status {
      ASSIGN_OR_RETURN(const std::string digest, DigestOfFile(staged));
      if (digest != result_.release.database.digest)
        return DataLoss(source_.Name() + " gives a database with the digest " + digest + ", not " +
                        result_.release.database.digest);
      ASSIGN_OR_RETURN(const auto database, AdvisoryDatabase::Open(staged));
      return database->Verify();
    };
    Status status = check();
    if (!status.has_value()) (void)unlink(staged.c_str());
    return status;
  }

  ReleaseSource& source_;
  const UpdateOptions& options_;
  InstalledDatabase& installed_;
  const CallContext& context_;
  const std::function<void(const UpdateProgress&)>& progress_;
  UpdateResult result_;
};

}  // namespace

Result<UpdateResult> UpdateDatabase(ReleaseSource& source, const UpdateOptions& options,
                                    const CallContext& context,
                                    const std::function<void(const UpdateProgress&)>& progress) {
  ASSIGN_OR_RETURN(InstalledDatabase installed, InstalledDatabase::Lock(options.database));
  return Update(source, options, installed, context, progress).Run();
}

}  // namespace narrows::advisories::distribution
