#include "report/documents/sarif.h"

#include <array>
#include <cstdio>
#include <ostream>
#include <string>
#include <unordered_map>

#include "base/strings.h"
#include "report/documents/json_writer.h"
#include "report/documents/sarif_run.h"

namespace narrows::report::documents {
namespace {

constexpr std::string_view kFingerprint = "narrowsFindingIdentity/v1";

// A finding of the report, with its suppression where it has one.
struct Entry {
  const model::Finding* finding;
  const model::Suppression* suppression;
};

std::vector<Entry> Entries(const ScanReport& report) {
  std::vector<Entry> entries;
  for (const model::Finding* finding : WorstFirst(report.findings))
    entries.push_back({finding, nullptr});
  for (const model::Suppression* suppression : WorstFirst(report.suppressed))
    entries.push_back({suppression->finding.get(), suppression});
  return entries;
}

std::string_view LevelOf(model::Severity severity) {
  switch (severity) {
    case model::Severity::kCritical:
    case model::Severity::kHigh:
      return "error";
    case model::Severity::kMedium:
    case model::Severity::kUnknown:  // not known to be harmless
      return "warning";
    default:
      return "note";
  }
}

// What code hosting sites sort by: the CVSS score where it agrees with the severity, else the
// middle of the severity's range. Empty when nothing is known.
std::string SecuritySeverity(const model::Finding& finding) {
  const double score = finding.vulnerability.cvss_score;
  if (score >= 0 && model::SeverityOfScore(score) == finding.severity) {
    std::array<char, 32> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%.1f", score);
    return buffer.data();
  }
  switch (finding.severity) {
    case model::Severity::kCritical:
      return "9.5";
    case model::Severity::kHigh:
      return "8.0";
    case model::Severity::kMedium:
      return "5.5";
    case model::Severity::kLow:
      return "2.0";
    case model::Severity::kNegligible:
      return "0.1";
    case model::Severity::kNone:
      return "0.0";
    case model::Severity::kUnknown:
      return "";
  }
  return "";
}

std::string RuleId(const model::Finding& finding) {
  return finding.vulnerability.id.empty() ? std::string(ToString(finding.kind))
                                          : finding.vulnerability.id;
}

void WriteText(std::string_view key, std::string_view text, JsonWriter& json) {
  json.BeginObject(key);
  json.String("text", text);
  json.EndObject();
}

void WriteRule(const model::Finding& finding, JsonWriter& json) {
  const model::VulnerabilityDetail& detail = finding.vulnerability;
  const std::string id = RuleId(finding);
  const std::string summary = detail.summary.empty() ? id : Printable(detail.summary, 500);
  json.BeginObject();
  json.String("id", id);
  WriteText("shortDescription", summary, json);
  WriteText("fullDescription", summary, json);
  json.OptionalString("helpUri", detail.url);
  WriteText("help",
            id + ": " + summary + (detail.url.empty() ? "" : "\nMore: " + Printable(detail.url)),
            json);
  json.BeginObject("defaultConfiguration");
  json.String("level", LevelOf(finding.severity));
  json.EndObject();
  json.BeginObject("properties");
  json.BeginArray("tags");
  json.String("security");
  json.String(ToString(finding.kind));
  json.String(ToString(finding.severity));
  if (detail.kev) json.String("known-exploited");
  json.EndArray();
  json.OptionalString("security-severity", SecuritySeverity(finding));
  json.OptionalString("cvssVector", detail.cvss_vector);
  if (detail.epss) json.Double("epss", detail.epss->score);
  json.EndObject();
  json.EndObject();
}

std::string MessageOf(const model::Finding& finding) {
  const model::VulnerabilityDetail& detail = finding.vulnerability;
  std::string message;
  if (const model::Package* package = PackageOf(finding))
    message = Printable(package->name) + " " + Printable(package->version) + ": ";
  message += RuleId(finding) + " (" + std::string(ToString(finding.severity)) + ")";
  if (!detail.summary.empty()) message += ", " + Printable(detail.summary, 500);
  message += detail.fixed_version.empty()
                 ? "; no fix yet (" + std::string(ToString(detail.status)) + ")"
                 : "; fixed in " + Printable(detail.fixed_version);
  return message;
}

// A relative URI: the target, then the path inside it; of a bill of materials, that itself. The
// target's own colons are escaped, or its first segment would read as a scheme.
std::string LocationUri(const ScanReport& report, const model::Package* package) {
  const bool is_file = report.kind == TargetKind::kBillOfMaterials;
  const bool within = report.kind == TargetKind::kFilesystem;
  std::string uri = within ? "" : PercentEncode(report.target, "/@");
  std::string path = package && !is_file ? PercentEncode(package->path, "/") : "";
  if (!path.empty() && !path.starts_with('/')) path.insert(0, "/");
  while (uri.starts_with('/')) uri.erase(0, 1);
  if (uri.empty()) {
    while (path.starts_with('/')) path.erase(0, 1);
  }
  uri += path;
  return uri.empty() ? "." : uri;
}

void WriteResult(const ScanReport& report, const Entry& entry, int64_t rule, JsonWriter& json) {
  const model::Finding& finding = *entry.finding;
  const model::Package* package = PackageOf(finding);
  json.BeginObject();
  json.String("ruleId", RuleId(finding));
  json.Int("ruleIndex", rule);
  json.String("level", LevelOf(finding.severity));
  WriteText("message", MessageOf(finding), json);
  json.BeginArray("locations");
  json.BeginObject();
  json.BeginObject("physicalLocation");
  json.BeginObject("artifactLocation");
  json.String("uri", LocationUri(report, package));
  json.EndObject();
  json.BeginObject("region");
  json.Int("startLine", 1);
  json.EndObject();
  json.EndObject();
  if (package) {
    json.BeginArray("logicalLocations");
    json.BeginObject();
    json.String("name", package->name);
    json.String("fullyQualifiedName",
                package->purl.empty() ? package->name + "@" + package->version : package->purl);
    json.String("kind", "package");
    json.EndObject();
    json.EndArray();
  }
  json.EndObject();
  json.EndArray();
  json.BeginObject("partialFingerprints");
  json.String(kFingerprint, finding.id);
  json.EndObject();
  if (entry.suppression) {
    json.BeginArray("suppressions");
    json.BeginObject();
    json.String("kind", "external");
    json.String("justification",
                entry.suppression->by + (entry.suppression->reason.empty()
                                             ? ""
                                             : ": " + Printable(entry.suppression->reason, 500)));
    json.EndObject();
    json.EndArray();
  }
  json.BeginObject("properties");
  if (package) json.String("installedVersion", package->version);
  if (package) json.String("evidence", ToString(package->evidence));
  json.OptionalString("fixedVersion", finding.vulnerability.fixed_version);
  json.String("status", ToString(finding.vulnerability.status));
  json.String("severity", ToString(finding.severity));
  json.EndObject();
  json.EndObject();
}

// What the run could not do, and whether it judged the target at all.
void WriteInvocation(const ScanReport& report, JsonWriter& json) {
  json.BeginArray("invocations");
  json.BeginObject();
  json.Bool("executionSuccessful", true);
  json.String("endTimeUtc", FormatRfc3339(report.created));
  json.BeginArray("toolExecutionNotifications");
  const auto notify = [&](const std::string& text) {
    json.BeginObject();
    json.String("level", "warning");
    WriteText("message", Printable(text, 1000), json);
    json.EndObject();
  };
  for (const auto& text : report.warnings) notify(text);
  for (const auto& text : report.image.statuses) notify(text);
  for (const auto& text : report.statuses) notify(text);
  if (!report.unknown_reason.empty()) notify("cannot be judged: " + report.unknown_reason);
  json.EndArray();
  json.EndObject();
  json.EndArray();
}

}  // namespace

void WriteSarif(const ScanReport& report, std::ostream& out) {
  const std::vector<Entry> entries = Entries(report);
  std::unordered_map<std::string, int64_t> rules;
  JsonWriter json(out);
  BeginSarifRun(json, report.tool_version);
  for (const Entry& entry : entries) {  // worst first: a rule speaks of the worst of its findings
    const auto index = static_cast<int64_t>(rules.size());
    if (rules.emplace(RuleId(*entry.finding), index).second) WriteRule(*entry.finding, json);
  }
  json.EndArray();
  json.EndObject();
  json.EndObject();
  WriteInvocation(report, json);
  json.String("columnKind", "utf16CodeUnits");
  json.BeginArray("results");
  for (const Entry& entry : entries)
    WriteResult(report, entry, rules.at(RuleId(*entry.finding)), json);
  json.EndArray();
  json.BeginObject("properties");
  json.String("target", report.target);
  json.OptionalString("imageDigest", report.image.digest);
  if (report.database) json.String("newestRecordAt", FormatRfc3339(report.database->newest));
  json.EndObject();
  json.EndObject();
  json.EndArray();
  json.EndObject();
}

}  // namespace narrows::report::documents
