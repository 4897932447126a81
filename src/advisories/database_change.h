#pragma once

#include <compare>
#include <optional>
#include <string>
#include <vector>

#include "advisories/database.h"
#include "base/call_context.h"
#include "base/result.h"

namespace narrows::advisories {

// A package of an ecosystem and release, as AdvisoryDatabase::FindByPackage takes it.
struct AdvisoryPackage {
  std::string ecosystem;  // "Debian:12"
  std::string name;
  friend auto operator<=>(const AdvisoryPackage&, const AdvisoryPackage&) = default;
};

struct RecordChange {
  enum class Kind { kAdded, kChanged, kRemoved };

  std::string id;
  Kind kind = Kind::kAdded;
  std::vector<AdvisoryPackage> packages;  // of which it says something else now; sorted
};
std::string_view ToString(RecordChange::Kind kind);  // "added", "changed", "removed"

// An EPSS score that passed one of the thresholds, up or down.
struct EpssChange {
  std::string cve;
  std::optional<double> before;
  std::optional<double> after;
};

// What judging may find otherwise with one database than with another.
struct DatabaseChange {
  std::vector<RecordChange> records;   // sorted by id
  std::vector<std::string> kev_added;  // CVE ids, sorted
  std::vector<std::string> kev_removed;
  std::vector<EpssChange> epss;  // sorted by CVE
  // Vulnerabilities of which something else is stated (VEX), in capitals, sorted.
  std::vector<std::string> stated;
  // Ecosystems with release that only the new database speaks of, or only the old one: whether
  // their packages can be judged at all is another thing now. Sorted.
  std::vector<std::string> ecosystems_added;
  std::vector<std::string> ecosystems_removed;

  // All packages whose findings may be others, sorted, none twice: those of the records, and where
  // a record lends its severity to others, or KEV, EPSS or VEX changed, those of all records of the
  // CVE.
  std::vector<AdvisoryPackage> packages;

  bool empty() const {
    return packages.empty() && ecosystems_added.empty() && ecosystems_removed.empty();
  }
};

// Compares by the records' hashes, so any two databases, in time by their size and by what changed.
// A score counts where it passes one of `epss_thresholds`: it was below and is at least that now,
// or the other way round. kDataLoss on a damaged database.
Result<DatabaseChange> CompareDatabases(const AdvisoryDatabase& before,
                                        const AdvisoryDatabase& after,
                                        const std::vector<double>& epss_thresholds,
                                        const CallContext& context);

}  // namespace narrows::advisories
