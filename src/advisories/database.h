#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "advisories/advisory.h"
#include "advisories/database_metadata.h"
#include "advisories/epss.h"
#include "advisories/vex_table.h"
#include "base/result.h"
#include "model/finding.h"

namespace narrows::advisories {

class DatabaseFile;

// Events and versions as views into the database.
struct EventView {
  EventType type = EventType::kIntroduced;
  std::string_view version;
};

// What one record says of one package: Affected without its own memory.
struct PackageStatement {
  uint32_t record = 0;  // for ReadRecord
  model::FixStatus unfixed = model::FixStatus::kAffected;
  std::string_view vendor_severity;
  std::string_view cvss_vector;
  std::vector<std::vector<EventView>> ranges;  // the first `range_count` are in use
  size_t range_count = 0;
  std::vector<std::string_view> versions;
};

// All advisories, read from one immutable file. Opening reads the header and the metadata;
// everything else is read, and checked, where it is asked for. const members are thread-safe.
// Failures of reads are kDataLoss and name the remedy.
class AdvisoryDatabase {
 public:
  // kNotFound, kInvalidArgument (another kind of file), kUnimplemented (another format), kDataLoss
  // (truncated or damaged). The file may be replaced by a rename while it is open; overwritten
  // in place, it gives kDataLoss.
  static Result<std::unique_ptr<const AdvisoryDatabase>> Open(const std::filesystem::path& path);
  // The same over a file's bytes.
  static Result<std::unique_ptr<const AdvisoryDatabase>> FromBytes(std::string bytes);
  ~AdvisoryDatabase();

  const DatabaseMetadata& Metadata() const { return metadata_; }

  // Calls visit for each record that speaks of the package in exactly this ecosystem and release
  // ("Debian:12"), whatever spelling of its name is given, in the order of the records' ids. The
  // statement is valid during the call, its views as long as the database. Ends with visit's first
  // failure.
  Status FindByPackage(std::string_view ecosystem, std::string_view package,
                       const std::function<Status(const PackageStatement&)>& visit) const;

  // A record without its `affected`; `ecosystem` tells whose it is ("Debian:12" of the first
  // affected package).
  struct Record {
    AdvisoryRecord advisory;
    std::string ecosystem;
  };
  Result<Record> ReadRecord(uint32_t record) const;

  // What a record is and what it says, for telling two databases apart.
  struct RecordKey {
    std::string_view id;  // lives as long as the database
    uint64_t hash = 0;    // HashRecord
  };
  Result<RecordKey> ReadRecordKey(uint32_t record) const;

  // Records are numbered from 0 in the order of their ids.
  uint32_t RecordCount() const;

  // Calls visit for what one record says, by ecosystem and package; otherwise as FindByPackage.
  Status VisitStatements(
      uint32_t record,
      const std::function<Status(std::string_view ecosystem, std::string_view package,
                                 const PackageStatement&)>& visit) const;

  // Everything there is of a record: what DatabaseEncoder was given.
  Result<AdvisoryRecord> ReadWholeRecord(uint32_t record) const;

  // The records that have the id, or name it among their CVE ids or aliases, sorted by id.
  Result<std::vector<uint32_t>> FindById(std::string_view id) const;

  // Whether CISA's catalogue lists the CVE.
  Result<bool> IsKnownExploited(std::string_view cve) const;

  // All of CISA's catalogue, sorted as PackCveId.
  Result<std::vector<std::string>> ListKnownExploited() const;

  Result<std::optional<model::Epss>> FindEpss(std::string_view cve) const;

  // All scores, sorted by CVE; ScoreOf makes of a row what FindEpss gives.
  Result<std::vector<EpssRow>> ListEpss() const;

  // What is stated of the vulnerability, by this of its names, in any case: documents with their
  // statements of it. None where nobody states anything.
  Result<std::vector<vex::Document>> FindStated(std::string_view vulnerability) const;

  // All of it, and the counts of the metadata.
  Result<VexTable> ListStated() const;

  // Reads every block, keeping none: kDataLoss when any is damaged.
  Status Verify() const;

 private:
  explicit AdvisoryDatabase(std::unique_ptr<DatabaseFile> file);
  static Result<std::unique_ptr<const AdvisoryDatabase>> Load(std::unique_ptr<DatabaseFile> file);
  Result<std::string_view> RecordBytes(uint32_t record) const;

  std::unique_ptr<DatabaseFile> file_;
  DatabaseMetadata metadata_;
};

}  // namespace narrows::advisories
