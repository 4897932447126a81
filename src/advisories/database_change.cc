#include "advisories/database_change.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "advisories/cve_id.h"

namespace narrows::advisories {
namespace {

constexpr uint32_t kRecordsBetweenChecks = 4096;  // of the context

// What a record says of each package, in a form that is equal where it is the same.
using Statements = std::map<AdvisoryPackage, std::string>;

void AppendPart(std::string& text, std::string_view part) {
  text += std::to_string(part.size());
  text += ':';
  text += part;
}

void AppendStatement(std::string& text, const PackageStatement& statement) {
  AppendPart(text, model::ToString(statement.unfixed));
  AppendPart(text, statement.vendor_severity);
  AppendPart(text, statement.cvss_vector);
  for (size_t i = 0; i < statement.range_count; ++i) {
    text += 'r';
    for (const EventView& event : statement.ranges[i]) {
      text += static_cast<char>('0' + static_cast<int>(event.type));
      AppendPart(text, event.version);
    }
  }
  text += 'v';
  for (const std::string_view version : statement.versions) AppendPart(text, version);
}

Result<Statements> StatementsOf(const AdvisoryDatabase& database, uint32_t record) {
  Statements statements;
  RETURN_IF_ERROR(database.VisitStatements(
      record,
      [&](std::string_view ecosystem, std::string_view package, const PackageStatement& statement) {
        AppendStatement(statements[{std::string(ecosystem), std::string(package)}], statement);
        return Ok();
      }));
  return statements;
}

// Whether the records differ in what they say of all their packages alike. Texts and times do not
// count: they change nothing that is judged.
bool SameHead(const AdvisoryRecord& a, const AdvisoryRecord& b) {
  return a.kind == b.kind && a.vulnerabilities == b.vulnerabilities && a.aliases == b.aliases &&
         a.vendor_severity == b.vendor_severity && a.cvss_vector == b.cvss_vector &&
         a.severity_source == b.severity_source;
}

// Whether records of the same CVE that give no severity of their own may take this one's.
bool Lends(const AdvisoryRecord& record) {
  return record.kind == model::FindingKind::kVulnerability && record.vulnerabilities.size() == 1 &&
         (!record.cvss_vector.empty() || !record.vendor_severity.empty());
}

class Comparison {
 public:
  Comparison(const AdvisoryDatabase& before, const AdvisoryDatabase& after)
      : before_(before), after_(after) {}

  Status Records(const CallContext& context);
  Status Kev();
  Status Epss(const std::vector<double>& thresholds);
  Status Stated();
  void Ecosystems();
  Result<DatabaseChange> Finish();

 private:
  Status OnlyIn(const AdvisoryDatabase& database, uint32_t record, RecordChange::Kind kind);
  Status Changed(uint32_t before, uint32_t after);
  void LendTo(const AdvisoryRecord& record);
  Status AddRecordsOf(const std::string& id, bool without_vector);

  const AdvisoryDatabase& before_;
  const AdvisoryDatabase& after_;
  DatabaseChange change_;
  std::set<AdvisoryPackage> packages_;
  std::set<std::string> lent_;  // CVEs whose records may have another severity now
  std::set<std::string>
      rated_;  // CVEs of another KEV or EPSS, or of which something else is stated
};

Status Comparison::Records(const CallContext& context) {
  const uint32_t old_count = before_.RecordCount();
  const uint32_t new_count = after_.RecordCount();
  uint32_t i = 0;
  uint32_t j = 0;
  while (i < old_count || j < new_count) {
    if ((i + j) % kRecordsBetweenChecks == 0) RETURN_IF_ERROR(context.Check());
    AdvisoryDatabase::RecordKey was;
    AdvisoryDatabase::RecordKey is;
    if (i < old_count) {
      ASSIGN_OR_RETURN(was, before_.ReadRecordKey(i));
    }
    if (j < new_count) {
      ASSIGN_OR_RETURN(is, after_.ReadRecordKey(j));
    }
    if (j == new_count || (i < old_count && was.id < is.id)) {
      RETURN_IF_ERROR(OnlyIn(before_, i++, RecordChange::Kind::kRemoved));
    } else if (i == old_count || is.id < was.id) {
      RETURN_IF_ERROR(OnlyIn(after_, j++, RecordChange::Kind::kAdded));
    } else {
      if (was.hash != is.hash) RETURN_IF_ERROR(Changed(i, j));
      ++i;
      ++j;
    }
  }
  return Ok();
}

Status Comparison::OnlyIn(const AdvisoryDatabase& database, uint32_t record,
                          RecordChange::Kind kind) {
  ASSIGN_OR_RETURN(const AdvisoryDatabase::Record read, database.ReadRecord(record));
  ASSIGN_OR_RETURN(const Statements statements, StatementsOf(database, record));
  RecordChange change{read.advisory.id, kind, {}};
  for (const auto& [package, text] : statements) change.packages.push_back(package);
  LendTo(read.advisory);
  change_.records.push_back(std::move(change));
  return Ok();
}

Status Comparison::Changed(uint32_t before, uint32_t after) {
  ASSIGN_OR_RETURN(const AdvisoryDatabase::Record was, before_.ReadRecord(before));
  ASSIGN_OR_RETURN(const AdvisoryDatabase::Record is, after_.ReadRecord(after));
  ASSIGN_OR_RETURN(const Statements said, StatementsOf(before_, before));
  ASSIGN_OR_RETURN(const Statements says, StatementsOf(after_, after));
  const bool same_head = SameHead(was.advisory, is.advisory);
  RecordChange change{is.advisory.id, RecordChange::Kind::kChanged, {}};
  std::set<AdvisoryPackage> packages;
  for (const auto& [package, text] : said) {
    const auto now = says.find(package);
    if (!same_head || now == says.end() || now->second != text) packages.insert(package);
  }
  for (const auto& [package, text] : says) {
    if (!same_head || !said.contains(package)) packages.insert(package);
  }
  change.packages.assign(packages.begin(), packages.end());
  if (!same_head) {
    LendTo(was.advisory);
    LendTo(is.advisory);
  }
  change_.records.push_back(std::move(change));
  return Ok();
}

void Comparison::LendTo(const AdvisoryRecord& record) {
  if (!Lends(record)) return;
  // A finding is filed under one of these, and looks for lenders by it.
  lent_.insert(record.id);
  lent_.insert(record.vulnerabilities.begin(), record.vulnerabilities.end());
  lent_.insert(record.aliases.begin(), record.aliases.end());
}

Status Comparison::Kev() {
  ASSIGN_OR_RETURN(const std::vector<std::string> was, before_.ListKnownExploited());
  ASSIGN_OR_RETURN(const std::vector<std::string> is, after_.ListKnownExploited());
  const std::set<std::string> old_ids(was.begin(), was.end());
  const std::set<std::string> new_ids(is.begin(), is.end());
  std::set_difference(new_ids.begin(), new_ids.end(), old_ids.begin(), old_ids.end(),
                      std::back_inserter(change_.kev_added));
  std::set_difference(old_ids.begin(), old_ids.end(), new_ids.begin(), new_ids.end(),
                      std::back_inserter(change_.kev_removed));
  rated_.insert(change_.kev_added.begin(), change_.kev_added.end());
  rated_.insert(change_.kev_removed.begin(), change_.kev_removed.end());
  return Ok();
}

Status Comparison::Epss(const std::vector<double>& thresholds) {
  if (thresholds.empty()) return Ok();
  ASSIGN_OR_RETURN(const std::vector<EpssRow> was, before_.ListEpss());
  ASSIGN_OR_RETURN(const std::vector<EpssRow> is, after_.ListEpss());
  const auto passed = [&](const std::optional<double>& a, const std::optional<double>& b) {
    return std::any_of(thresholds.begin(), thresholds.end(), [&](double threshold) {
      return (a && *a >= threshold) != (b && *b >= threshold);
    });
  };
  size_t i = 0;
  size_t j = 0;
  while (i < was.size() || j < is.size()) {
    std::optional<double> before;
    std::optional<double> after;
    const uint64_t cve =
        std::min(i < was.size() ? was[i].cve : UINT64_MAX, j < is.size() ? is[j].cve : UINT64_MAX);
    if (i < was.size() && was[i].cve == cve) before = ScoreOf(was[i++]).score;
    if (j < is.size() && is[j].cve == cve) after = ScoreOf(is[j++]).score;
    if (!passed(before, after)) continue;
    change_.epss.push_back({UnpackCveId(cve), before, after});
    rated_.insert(change_.epss.back().cve);
  }
  return Ok();
}

Status Comparison::Stated() {
  if (before_.Metadata().vex_digest == after_.Metadata().vex_digest) return Ok();
  ASSIGN_OR_RETURN(const VexTable was, before_.ListStated());
  ASSIGN_OR_RETURN(const VexTable is, after_.ListStated());
  std::set<std::string> names;
  for (const auto& [name, stated] : was.entries) {
    const auto now = is.entries.find(name);
    if (now == is.entries.end() || now->second != stated) names.insert(name);
  }
  for (const auto& [name, stated] : is.entries) {
    if (!was.entries.contains(name)) names.insert(name);
  }
  for (const std::string& name : names) {
    // Ids of records have a case: CVEs are in capitals, and of others their records' spelling.
    std::string upper = name;
    for (char& c : upper) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    change_.stated.push_back(upper);
    rated_.insert(upper);
    if (name.starts_with("ghsa-")) rated_.insert("GHSA-" + name.substr(5));
  }
  return Ok();
}

void Comparison::Ecosystems() {
  const DatabaseMetadata& was = before_.Metadata();
  const DatabaseMetadata& is = after_.Metadata();
  for (const EcosystemCount& ecosystem : is.ecosystems) {
    if (!was.SpeaksOf(ecosystem.name)) change_.ecosystems_added.push_back(ecosystem.name);
  }
  for (const EcosystemCount& ecosystem : was.ecosystems) {
    if (!is.SpeaksOf(ecosystem.name)) change_.ecosystems_removed.push_back(ecosystem.name);
  }
}

// The packages of the records that are filed under the id now. What was filed under it before and
// is no more has changed itself.
Status Comparison::AddRecordsOf(const std::string& id, bool without_vector) {
  ASSIGN_OR_RETURN(const std::vector<uint32_t> records, after_.FindById(id));
  for (const uint32_t record : records) {
    if (without_vector) {
      ASSIGN_OR_RETURN(const AdvisoryDatabase::Record read, after_.ReadRecord(record));
      if (!read.advisory.cvss_vector.empty()) continue;
    }
    RETURN_IF_ERROR(after_.VisitStatements(
        record, [&](std::string_view ecosystem, std::string_view package, const PackageStatement&) {
          packages_.insert({std::string(ecosystem), std::string(package)});
          return Ok();
        }));
  }
  return Ok();
}

Result<DatabaseChange> Comparison::Finish() {
  for (const RecordChange& record : change_.records)
    packages_.insert(record.packages.begin(), record.packages.end());
  for (const std::string& id : lent_) RETURN_IF_ERROR(AddRecordsOf(id, true));
  for (const std::string& id : rated_) RETURN_IF_ERROR(AddRecordsOf(id, false));
  change_.packages.assign(packages_.begin(), packages_.end());
  return std::move(change_);
}

}  // namespace

std::string_view ToString(RecordChange::Kind kind) {
  switch (kind) {
    case RecordChange::Kind::kAdded:
      return "added";
    case RecordChange::Kind::kChanged:
      return "changed";
    case RecordChange::Kind::kRemoved:
      return "removed";
  }
  return "changed";
}

Result<DatabaseChange> CompareDatabases(const AdvisoryDatabase& before,
                                        const AdvisoryDatabase& after,
                                        const std::vector<double>& epss_thresholds,
                                        const CallContext& context) {
  Comparison comparison(before, after);
  RETURN_IF_ERROR(comparison.Records(context));
  RETURN_IF_ERROR(comparison.Kev());
  RETURN_IF_ERROR(comparison.Epss(epss_thresholds));
  RETURN_IF_ERROR(comparison.Stated());
  comparison.Ecosystems();
  return comparison.Finish();
}

}  // namespace narrows::advisories
