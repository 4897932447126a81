#include "storage/sqlite/sqlite_findings.h"

#include <algorithm>

#include "base/strings.h"

namespace narrows::storage {
namespace {

// Columns 0-3 of the finding, 4-16 its package, 17 the image, 18-19 of the scan, 20 on the
// advisory.
constexpr std::string_view kColumns =
    "SELECT f.identity, f.first_seen, f.last_seen, f.resolved_at, "
    "p.ecosystem, p.name, p.version, p.architecture, p.source_name, p.source_version, p.purl, "
    "p.path, p.evidence, p.owner, p.modularity, p.vendor, "
    "(SELECT t.value FROM image_group ig JOIN group_package gp ON "
    "gp.package_group = ig.package_group AND gp.package = f.package JOIN package_group g ON "
    "g.id = ig.package_group JOIN text t ON t.id = g.layer WHERE ig.image = f.image), "
    "i.digest, s.version, s.time, "
    "a.scanner, a.kind, a.severity, a.vulnerability, a.advisory, a.aliases, a.source, "
    "a.fixed_version, a.status, a.url, a.summary, a.cvss_vector, a.cvss_score, "
    "a.vendor_severity, a.severity_source, a.kev, a.epss_score, a.epss_percentile, a.published, "
    "a.modified ";
constexpr std::string_view kFrom =
    "FROM finding f JOIN image i ON i.id = f.image JOIN advisory a ON a.id = f.advisory "
    "JOIN package p ON p.id = f.package "
    "LEFT JOIN scan s ON s.image = f.image AND s.scanner = a.scanner ";

const std::string& SelectOne() {
  static const std::string sql =
      std::string(kColumns) + std::string(kFrom) + "WHERE f.identity = ? AND i.cluster = ?";
  return sql;
}
const std::string& SelectOfImage() {
  static const std::string sql =
      std::string(kColumns) + std::string(kFrom) +
      "WHERE f.image = ? AND (? OR f.resolved_at IS NULL) ORDER BY f.identity";
  return sql;
}

// From the advisories to the images that hold what they speak of, and only then to findings: in
// this order, which CROSS JOIN keeps, it costs time by what is found. An image that has a package
// of two layers comes twice.
const std::string& SelectOfVulnerability() {
  static const std::string sql =
      std::string(kColumns) +
      "FROM advisory a CROSS JOIN advisory_package ap ON ap.advisory = a.id "
      "CROSS JOIN group_package og ON og.package = ap.package "
      "CROSS JOIN image_group oi ON oi.package_group = og.package_group "
      "CROSS JOIN finding f ON f.image = oi.image AND f.advisory = a.id AND "
      "f.package = ap.package "
      "CROSS JOIN image i ON i.id = f.image CROSS JOIN package p ON p.id = f.package "
      "LEFT JOIN scan s ON s.image = f.image AND s.scanner = a.scanner "
      "WHERE (a.vulnerability = ?1 OR a.advisory = ?1 OR instr(a.aliases, ?2) > 0) "
      "AND i.cluster = ?3 AND (?4 OR f.resolved_at IS NULL) ORDER BY i.digest, f.identity";
  return sql;
}

StoredFinding ReadFinding(const Query& row) {
  StoredFinding stored;
  model::Finding& finding = stored.finding;
  finding.id = HexEncode(row.Bytes(0));
  stored.first_seen = row.Time(1);
  stored.last_seen = row.IsNull(2) ? row.Time(19) : row.Time(2);
  stored.resolved_at = row.OptionalTime(3);
  finding.subject = model::PackageSubject{row.Text(17), ReadPackage(row, 4)};
  finding.scanner_version = row.Text(18);
  finding.scanner = row.Text(20);
  finding.kind = static_cast<model::FindingKind>(row.Int(21));
  finding.severity = static_cast<model::Severity>(row.Int(22));
  model::VulnerabilityDetail& detail = finding.vulnerability;
  detail.id = row.Text(23);
  detail.advisory = row.Text(24);
  detail.aliases = StringsFromJson(row.Text(25));
  detail.source = row.Text(26);
  detail.fixed_version = row.Text(27);
  detail.status = static_cast<model::FixStatus>(row.Int(28));
  detail.url = row.Text(29);
  detail.summary = row.Text(30);
  detail.cvss_vector = row.Text(31);
  detail.cvss_score = row.Double(32);
  detail.vendor_severity = row.Text(33);
  detail.severity_source = row.Text(34);
  detail.kev = row.Int(35) != 0;
  if (!row.IsNull(36)) detail.epss = model::Epss{row.Double(36), row.Double(37)};
  detail.published = row.OptionalTime(38);
  detail.modified = row.OptionalTime(39);
  return stored;
}

Status Check(std::string_view digest, const ScanState& scan, const model::Finding& finding) {
  const auto* subject = std::get_if<model::PackageSubject>(&finding.subject);
  const std::string name = "finding " + Printable(finding.id, 64);
  if (subject == nullptr || subject->image_digest != digest)
    return InvalidArgument(name + " is not about a package of image " + std::string(digest));
  if (finding.scanner != scan.scanner)
    return InvalidArgument(name + " is of scanner \"" + Printable(finding.scanner, 64) +
                           "\", the pass of \"" + scan.scanner + "\"");
  if (finding.id != model::FindingIdentity(finding))
    return InvalidArgument(name + " does not have the identity of its content");
  return Ok();
}

// All that may change in an advisory, so that an unchanged one is not written again.
std::string AdvisoryContent(const model::VulnerabilityDetail& d, std::string_view aliases) {
  const auto number = [](const auto& value) { return std::to_string(value); };
  const auto time = [&](const std::optional<TimePoint>& t) {
    return t ? number(t->time_since_epoch().count()) : "";
  };
  const std::string epss =
      d.epss ? number(d.epss->score) + "/" + number(d.epss->percentile) : std::string();
  return ContentKey({aliases, d.url, d.summary, d.cvss_vector, number(d.cvss_score),
                     d.vendor_severity, d.severity_source, d.kev ? "1" : "0", epss,
                     time(d.published), time(d.modified)});
}

}  // namespace

Result<std::optional<StoredFinding>> SqliteFindings::Get(std::string_view id) const {
  const std::optional<std::string> identity = IdentityBytes(id);
  if (!identity) return std::optional<StoredFinding>();
  ASSIGN_OR_RETURN(Query query,
                   session_.database.Start(SelectOne(), {Blob{*identity}, session_.cluster}));
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::optional<StoredFinding>();
  return std::optional(ReadFinding(query));
}

Result<std::vector<StoredFinding>> SqliteFindings::OfImage(std::string_view digest,
                                                           bool with_resolved) const {
  std::vector<StoredFinding> findings;
  ASSIGN_OR_RETURN(const std::optional<int64_t> image, FindImage(session_, digest));
  if (!image) return findings;
  ASSIGN_OR_RETURN(
      Query query,
      session_.database.Start(SelectOfImage(), {*image, static_cast<int64_t>(with_resolved)}));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return findings;
    findings.push_back(ReadFinding(query));
  }
}

Result<std::vector<StoredFinding>> SqliteFindings::OfVulnerability(std::string_view id,
                                                                   bool with_resolved) const {
  const std::string alias = StringsToJson({std::string(id)});
  ASSIGN_OR_RETURN(Query query, session_.database.Start(
                                    SelectOfVulnerability(),
                                    {id, std::string_view(alias).substr(1, alias.size() - 2),
                                     session_.cluster, static_cast<int64_t>(with_resolved)}));
  std::vector<StoredFinding> findings;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return findings;
    StoredFinding finding = ReadFinding(query);
    const bool again = !findings.empty() && findings.back().finding.id == finding.finding.id;
    if (!again) findings.push_back(std::move(finding));
  }
}

Result<std::optional<ScanState>> SqliteFindings::LastScan(std::string_view digest,
                                                          std::string_view scanner) const {
  ASSIGN_OR_RETURN(
      Query query,
      session_.database.Start("SELECT s.version, s.database, s.time, s.unknown_reason, s.statuses "
                              "FROM scan s JOIN image i ON i.id = s.image "
                              "WHERE i.cluster = ? AND i.digest = ? AND s.scanner = ?",
                              {session_.cluster, digest, scanner}));
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return std::optional<ScanState>();
  return std::optional(ScanState{std::string(scanner), query.Text(0), query.Text(1), query.Text(3),
                                 StringsFromJson(query.Text(4)), query.Time(2)});
}

Result<FindingDelta> SqliteFindings::Replace(std::string_view digest, const ScanState& scan,
                                             const std::vector<model::Finding>& findings) {
  return Noted(session_, Write(digest, scan, findings));
}

Result<FindingDelta> SqliteFindings::Write(std::string_view digest, const ScanState& scan,
                                           const std::vector<model::Finding>& findings) {
  ASSIGN_OR_RETURN(const std::optional<int64_t> image, FindImage(session_, digest));
  if (!image) return NotFound("image " + std::string(digest) + " is not in the store");
  std::map<std::string, const model::Finding*> by_identity;  // in the order of the index
  for (const model::Finding& finding : findings) {
    RETURN_IF_ERROR(Check(digest, scan, finding));
    by_identity.emplace(IdentityBytes(finding.id).value_or(""), &finding);
  }
  ASSIGN_OR_RETURN(Rows rows, Existing(*image, scan.scanner));
  FindingDelta delta;
  for (const auto& [identity, finding] : by_identity) {
    ASSIGN_OR_RETURN(const bool appeared, WriteFinding(*image, identity, *finding, rows));
    if (appeared) delta.appeared.push_back(finding->id);
  }
  for (const auto& [identity, row] : rows) {
    if (row.found || row.resolved) continue;
    RETURN_IF_ERROR(session_.database.Run(
        "UPDATE finding SET resolved_at = ?1, last_seen = coalesce((SELECT time FROM scan "
        "WHERE image = ?2 AND scanner = ?4), ?1) WHERE image = ?2 AND identity = ?3",
        {Bind(session_.now), *image, Blob{identity}, scan.scanner}));
    delta.resolved.push_back(HexEncode(identity));
  }
  RETURN_IF_ERROR(WriteScan(*image, scan));
  if (!delta.appeared.empty() || !delta.resolved.empty())
    RETURN_IF_ERROR(AppendChange(session_, ChangeKind::kFindings, digest));
  return delta;
}

Result<SqliteFindings::Rows> SqliteFindings::Existing(int64_t image,
                                                      std::string_view scanner) const {
  ASSIGN_OR_RETURN(Query query,
                   session_.database.Start(
                       "SELECT f.identity, f.package, f.advisory, f.resolved_at FROM finding f "
                       "JOIN advisory a ON a.id = f.advisory WHERE f.image = ? AND a.scanner = ?",
                       {image, scanner}));
  Rows rows;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return rows;
    rows.emplace(query.Bytes(0), Row{query.Int(1), query.Int(2), !query.IsNull(3), false});
  }
}

Result<bool> SqliteFindings::WriteFinding(int64_t image, const std::string& identity,
                                          const model::Finding& finding, Rows& rows) {
  const model::Package& package = std::get<model::PackageSubject>(finding.subject).package;
  ASSIGN_OR_RETURN(const int64_t package_row, InternPackage(session_, package));
  ASSIGN_OR_RETURN(const int64_t advisory, InternAdvisory(finding, package));
  const auto found = rows.find(identity);
  const bool elsewhere = found == rows.end() || found->second.package != package_row ||
                         found->second.advisory != advisory;
  if (elsewhere) {
    RETURN_IF_ERROR(session_.database.Run(
        "INSERT OR IGNORE INTO advisory_package (advisory, package) VALUES (?, ?)",
        {advisory, package_row}));
  }
  if (found == rows.end()) {
    RETURN_IF_ERROR(session_.database.Run(
        "INSERT INTO finding (image, identity, package, advisory, first_seen) "
        "VALUES (?, ?, ?, ?, ?)",
        {image, Blob{identity}, package_row, advisory, Bind(session_.now)}));
    return true;
  }
  Row& row = found->second;
  row.found = true;
  if (row.resolved || elsewhere) {
    RETURN_IF_ERROR(session_.database.Run(
        "UPDATE finding SET package = ?, advisory = ?, last_seen = NULL, resolved_at = NULL "
        "WHERE image = ? AND identity = ?",
        {package_row, advisory, image, Blob{identity}}));
  }
  return row.resolved;
}

Result<int64_t> SqliteFindings::InternAdvisory(const model::Finding& finding,
                                               const model::Package& package) {
  const model::VulnerabilityDetail& d = finding.vulnerability;
  const auto kind = static_cast<int64_t>(finding.kind);
  const auto severity = static_cast<int64_t>(finding.severity);
  const auto status = static_cast<int64_t>(d.status);
  const std::string aliases = StringsToJson(d.aliases);
  const std::string key =
      ContentKey({finding.scanner, std::to_string(kind), std::to_string(severity), d.id, d.advisory,
                  d.source, package.source_name, d.fixed_version, std::to_string(status)});
  const std::string content = AdvisoryContent(d, aliases);
  const Value epss_score = d.epss ? Value(d.epss->score) : Value(nullptr);
  const Value epss_percentile = d.epss ? Value(d.epss->percentile) : Value(nullptr);
  ASSIGN_OR_RETURN(std::optional<int64_t> row,
                   session_.database.One("SELECT id FROM advisory WHERE key = ? AND content = ?",
                                         {Blob{key}, Blob{content}}));
  if (row) return *row;
  RETURN_IF_ERROR(session_.database.Run(
      "INSERT INTO advisory (key, content, scanner, kind, severity, vulnerability, advisory, "
      "aliases, source, fixed_version, status, url, summary, cvss_vector, cvss_score, "
      "vendor_severity, severity_source, kev, epss_score, epss_percentile, published, modified) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (key) DO UPDATE SET content = excluded.content, aliases = excluded.aliases, "
      "url = excluded.url, summary = excluded.summary, cvss_vector = excluded.cvss_vector, "
      "cvss_score = excluded.cvss_score, vendor_severity = excluded.vendor_severity, "
      "severity_source = excluded.severity_source, kev = excluded.kev, "
      "epss_score = excluded.epss_score, epss_percentile = excluded.epss_percentile, "
      "published = excluded.published, modified = excluded.modified",
      {Blob{key},
       Blob{content},
       finding.scanner,
       kind,
       severity,
       d.id,
       d.advisory,
       aliases,
       d.source,
       d.fixed_version,
       status,
       d.url,
       d.summary,
       d.cvss_vector,
       d.cvss_score,
       d.vendor_severity,
       d.severity_source,
       static_cast<int64_t>(d.kev),
       epss_score,
       epss_percentile,
       Bind(d.published),
       Bind(d.modified)}));
  ASSIGN_OR_RETURN(row,
                   session_.database.One("SELECT id FROM advisory WHERE key = ?", {Blob{key}}));
  if (!row) return Internal("the store lost an advisory that it has just written");
  return *row;
}

Status SqliteFindings::WriteScan(int64_t image, const ScanState& scan) {
  const std::string statuses = StringsToJson(scan.statuses);
  return session_.database.Run(
      "INSERT INTO scan (image, scanner, version, database, time, unknown_reason, statuses) "
      "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (image, scanner) DO UPDATE SET "
      "version = excluded.version, database = excluded.database, time = excluded.time, "
      "unknown_reason = excluded.unknown_reason, statuses = excluded.statuses",
      {image, scan.scanner, scan.scanner_version, scan.database, Bind(session_.now),
       scan.unknown_reason, statuses});
}

}  // namespace narrows::storage
