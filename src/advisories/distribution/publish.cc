#include "advisories/distribution/publish.h"

#include <algorithm>
#include <set>
#include <utility>

#include "advisories/database.h"
#include "advisories/distribution/compression.h"
#include "advisories/distribution/delta.h"
#include "advisories/distribution/release_source.h"
#include "advisories/distribution/signature.h"
#include "base/file.h"

namespace narrows::advisories::distribution {
namespace {

namespace fs = std::filesystem;

constexpr int kLevel = 19;

Result<std::optional<Release>> ReadPresent(const fs::path& folder) {
  const auto text = ReadFile(folder / kReleaseName, kMostReleaseBytes);
  if (!text.has_value()) {
    if (text.error().code == ErrorCode::kNotFound) return std::optional<Release>();
    return text.error();
  }
  ASSIGN_OR_RETURN_WITHIN(Release release, ParseRelease(*text), (folder / kReleaseName).string());
  return std::optional(std::move(release));
}

Result<Blob> WriteBlob(const fs::path& folder, std::string_view bytes) {
  Blob blob{.digest = DigestOf(bytes), .bytes = bytes.size()};
  RETURN_IF_ERROR(WriteFileAtomically(folder / BlobName(blob.digest), bytes));
  return blob;
}

// An older release's database, checked.
Result<std::string> ReadOlder(const fs::path& folder, const OlderRelease& older) {
  ASSIGN_OR_RETURN(const std::string compressed,
                   ReadFile(folder / BlobName(older.compressed.digest), older.compressed.bytes));
  ASSIGN_OR_RETURN(std::string bytes, Decompress(compressed, older.database.bytes));
  if (DigestOf(bytes) != older.database.digest)
    return DataLoss(BlobName(older.compressed.digest) + " is not what its release says");
  return bytes;
}

// Deltas from the older releases that can be read; one that is no smaller than half of the whole is
// worth nothing.
Status AddDeltas(const fs::path& folder, const AdvisoryDatabase& database, Release& release) {
  for (const OlderRelease& older : release.older) {
    auto bytes = ReadOlder(folder, older);
    if (!bytes.has_value()) continue;  // lost: who has that release fetches the whole
    const auto from = AdvisoryDatabase::FromBytes(*std::move(bytes));
    if (!from.has_value()) continue;  // of another format
    ASSIGN_OR_RETURN(const std::string delta, MakeDelta(**from, database));
    if (delta.size() > release.compressed.bytes / 2 || delta.size() > kMostDeltaBytes) continue;
    ASSIGN_OR_RETURN(Blob blob, WriteBlob(folder, delta));
    release.deltas.push_back({.from = older.database.digest, .blob = std::move(blob)});
  }
  return Ok();
}

// What neither this release nor the one before needs.
void RemoveOthers(const fs::path& folder, const Release& release,
                  const std::optional<Release>& before) {
  std::set<std::string> wanted;
  const auto keep = [&](const Release& one) {
    wanted.insert(BlobName(one.compressed.digest));
    for (const ReleaseDelta& delta : one.deltas) wanted.insert(BlobName(delta.blob.digest));
    for (const OlderRelease& older : one.older) wanted.insert(BlobName(older.compressed.digest));
  };
  keep(release);
  if (before.has_value()) keep(*before);  // somebody may be fetching it
  std::error_code error;
  std::vector<fs::path> others;
  for (fs::directory_iterator it(folder / "blobs/sha256", error), end; !error && it != end;
       it.increment(error)) {
    if (wanted.count("blobs/sha256/" + it->path().filename().string()) == 0)
      others.push_back(it->path());
  }
  for (const fs::path& path : others) fs::remove(path, error);
}

}  // namespace

Result<Release> PublishRelease(const PublishOptions& options, TimePoint now) {
  std::error_code error;
  fs::create_directories(options.folder / "blobs/sha256", error);
  if (error) return FromErrno(error.value(), "cannot make " + options.folder.string());
  ASSIGN_OR_RETURN(const std::optional<Release> before, ReadPresent(options.folder));
  ASSIGN_OR_RETURN(const auto database, AdvisoryDatabase::Open(options.database));
  RETURN_IF_ERROR(database->Verify());
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(options.database, kMostDatabaseBytes));
  Release release{.published = now, .format = database->Metadata().format_version};
  release.database = {.digest = DigestOf(bytes), .bytes = bytes.size()};
  if (before.has_value()) {
    if (before->database == release.database)
      return FailedPrecondition(options.folder.string() + " has this database as its release of " +
                                FormatRfc3339(before->published) + " already");
    // A clock that was set back must not make a release that nobody takes.
    release.published = std::max(now, before->published + std::chrono::seconds(1));
    release.older = before->older;
    release.older.insert(release.older.begin(), {before->database, before->compressed});
    const auto same = [&](const OlderRelease& one) { return one.database == release.database; };
    std::erase_if(release.older, same);
    if (release.older.size() > options.deltas) release.older.resize(options.deltas);
  }
  ASSIGN_OR_RETURN(const std::string compressed, Compress(bytes, kLevel));
  ASSIGN_OR_RETURN(release.compressed, WriteBlob(options.folder, compressed));
  RETURN_IF_ERROR(AddDeltas(options.folder, *database, release));
  const std::string document = WriteRelease(release);
  // The signature first: between the two a reader finds one that does not fit, and asks again.
  if (options.private_key_pem.empty()) {
    fs::remove(options.folder / kSignaturesName, error);
  } else {
    ASSIGN_OR_RETURN(const std::string signatures, Sign(document, options.private_key_pem));
    RETURN_IF_ERROR(WriteFileAtomically(options.folder / kSignaturesName, signatures));
  }
  RETURN_IF_ERROR(WriteFileAtomically(options.folder / kReleaseName, document));
  RemoveOthers(options.folder, release, before);
  return release;
}

}  // namespace narrows::advisories::distribution
