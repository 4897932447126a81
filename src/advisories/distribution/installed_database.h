#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "advisories/distribution/release.h"
#include "base/clock.h"
#include "base/file_descriptor.h"
#include "base/result.h"

namespace narrows::advisories::distribution {

// The database file that is in use, with what belongs to it beside it:
//   narrows.db            read by running processes, only ever replaced by a rename
//   narrows.db.previous   the one before, for Rollback
//   narrows.db.releases   which releases these are
//   narrows.db.lock       held while one of them changes
class InstalledDatabase {
 public:
  // kUnavailable when another process is at it. The folder is made where it is missing.
  static Result<InstalledDatabase> Lock(const std::filesystem::path& database);

  // Of the file in use, by its bytes; nothing when there is no file.
  const std::optional<std::string>& digest() const { return digest_; }
  // When the release in use was published; nothing for a file that came from somewhere else.
  std::optional<TimePoint> published() const;

  // Room for the file that is to be installed; whatever lies there may be overwritten.
  std::filesystem::path Staged() const;
  // Room for what is fetched of a blob, until the next Install. `digest` must be one.
  std::filesystem::path Part(std::string_view digest) const;

  // Puts a file, which must be of this release, in place of the one in use, which is kept.
  Status Install(const std::filesystem::path& staged, const Release& release);

  // Exchanges the file in use and the one before. kNotFound when there is none before.
  Status Rollback();

 private:
  struct Known {
    std::string digest;
    TimePoint published;
  };

  InstalledDatabase(std::filesystem::path database, FileDescriptor lock)
      : database_(std::move(database)), lock_(std::move(lock)) {}
  Status ReadKnown();
  Status KeepPresent() const;
  void RemoveParts() const;

  std::filesystem::path database_;
  FileDescriptor lock_;
  std::optional<std::string> digest_;
  std::vector<Known> known_;  // newest first
};

// "sha256:…" of a file's bytes.
Result<std::string> DigestOfFile(const std::filesystem::path& path);

// Makes sure that what was written and renamed in a folder stays.
Status SyncFolder(const std::filesystem::path& folder);

}  // namespace narrows::advisories::distribution
