#include "report/documents/json.h"

#include <algorithm>

#include "report/documents/json_writer.h"

namespace narrows::report::documents {
namespace {

void WriteStrings(std::string_view key, const std::vector<std::string>& values, JsonWriter& json) {
  json.BeginArray(key);
  for (const auto& value : values) json.String(value);
  json.EndArray();
}

void WritePackage(const model::Package& package, JsonWriter& json) {
  json.String("ecosystem", package.ecosystem);
  json.String("name", package.name);
  json.String("version", package.version);
  json.OptionalString("architecture", package.architecture);
  json.String("sourceName", package.source_name);
  json.String("sourceVersion", package.source_version);
  json.OptionalString("purl", package.purl);
  json.OptionalString("path", package.path);
  json.OptionalString("layer", package.layer);
  json.String("evidence", ToString(package.evidence));
  json.OptionalString("owner", package.owner);
  json.OptionalString("modularity", package.modularity);
  json.OptionalString("vendor", package.vendor);
}

void WriteVulnerability(const model::VulnerabilityDetail& detail, JsonWriter& json) {
  json.String("id", detail.id);
  json.OptionalString("advisory", detail.advisory);
  WriteStrings("aliases", detail.aliases, json);
  json.OptionalString("source", detail.source);
  json.String("status", ToString(detail.status));
  json.OptionalString("fixedVersion", detail.fixed_version);
  json.OptionalString("url", detail.url);
  json.OptionalString("summary", detail.summary);
  json.OptionalString("vendorSeverity", detail.vendor_severity);
  json.OptionalString("severitySource", detail.severity_source);
  if (!detail.cvss_vector.empty()) {
    json.BeginObject("cvss");
    json.String("vector", detail.cvss_vector);
    if (detail.cvss_score >= 0) json.Double("score", detail.cvss_score);
    json.EndObject();
  }
  json.Bool("knownExploited", detail.kev);
  if (detail.epss) {
    json.BeginObject("epss");
    json.Double("score", detail.epss->score);
    json.Double("percentile", detail.epss->percentile);
    json.EndObject();
  }
  if (detail.published) json.String("published", FormatRfc3339(*detail.published));
  if (detail.modified) json.String("modified", FormatRfc3339(*detail.modified));
}

struct SubjectWriter {
  JsonWriter& json;
  void operator()(const model::PackageSubject& s) const {
    json.String("kind", "package");
    json.OptionalString("imageDigest", s.image_digest);
    WritePackage(s.package, json);
  }
  void operator()(const model::WorkloadFieldSubject& s) const {
    json.String("kind", "workloadField");
    json.String("workload", s.workload);
    json.String("field", s.field);
  }
  void operator()(const model::NodeCheckSubject& s) const {
    json.String("kind", "nodeCheck");
    json.String("node", s.node);
    json.String("check", s.check);
  }
};

void WriteFindingMembers(const model::Finding& finding, JsonWriter& json) {
  json.String("id", finding.id);
  json.String("kind", ToString(finding.kind));
  json.String("severity", ToString(finding.severity));
  json.String("scanner", finding.scanner);
  json.OptionalString("scannerVersion", finding.scanner_version);
  json.BeginObject("subject");
  std::visit(SubjectWriter{json}, finding.subject);
  json.EndObject();
  if (!finding.vulnerability.id.empty()) {
    json.BeginObject("vulnerability");
    WriteVulnerability(finding.vulnerability, json);
    json.EndObject();
  }
}

void WriteFinding(const model::Finding& finding, JsonWriter& json) {
  json.BeginObject("finding");
  WriteFindingMembers(finding, json);
  json.EndObject();
}

void WriteViolations(const std::vector<model::Violation>& violations, JsonWriter& json) {
  json.BeginArray("violations");
  for (const auto& violation : violations) {
    json.BeginObject();
    json.String("rule", violation.rule);
    json.String("reason", violation.reason);
    WriteFinding(*violation.finding, json);
    json.EndObject();
  }
  json.EndArray();
}

void WriteStatement(const model::VexStatement& statement, JsonWriter& json) {
  json.BeginObject("statement");
  json.OptionalString("source", statement.source);
  json.OptionalString("document", statement.document);
  json.OptionalString("author", statement.author);
  json.String("status", statement.status);
  json.OptionalString("justification", statement.justification);
  json.OptionalString("impact", statement.impact);
  if (statement.time) json.String("time", FormatRfc3339(*statement.time));
  json.EndObject();
}

void WriteSuppressions(const std::vector<model::Suppression>& suppressions, JsonWriter& json) {
  json.BeginArray("suppressed");
  for (const model::Suppression* suppression : WorstFirst(suppressions)) {
    json.BeginObject();
    json.String("by", suppression->by);
    json.OptionalString("reason", suppression->reason);
    if (suppression->statement) WriteStatement(*suppression->statement, json);
    WriteFinding(*suppression->finding, json);
    json.EndObject();
  }
  json.EndArray();
}

void WriteHead(std::string_view kind, const std::string& version, TimePoint created,
               const std::optional<DatabaseState>& database, JsonWriter& json) {
  json.Int("schemaVersion", 1);
  json.String("kind", kind);
  json.BeginObject("tool");
  json.String("name", "narrows");
  json.String("version", version);
  json.EndObject();
  json.String("createdAt", FormatRfc3339(created));
  if (database) {
    json.BeginObject("database");
    json.OptionalString("path", database->path);
    json.OptionalString("build", database->build);
    json.String("newestRecordAt", FormatRfc3339(database->newest));
    json.Int("ageSeconds", std::chrono::duration_cast<std::chrono::seconds>(
                               std::max(Duration(0), created - database->newest))
                               .count());
    if (!database->sources.empty()) json.BeginArray("sources");
    for (const DatabaseState::Source& source : database->sources) {
      json.BeginObject();
      json.String("name", source.name);
      json.String("newestRecordAt", FormatRfc3339(source.newest));
      json.EndObject();
    }
    if (!database->sources.empty()) json.EndArray();
    json.EndObject();
  }
}

void WriteImage(const model::ImageAnalysis& image, JsonWriter& json) {
  json.BeginObject("image");
  json.OptionalString("reference", image.reference);
  json.OptionalString("digest", image.digest);
  json.OptionalString("indexDigest", image.index_digest);
  json.OptionalString("configDigest", image.config_digest);
  json.String("platform", image.platform.ToString());
  if (image.distribution) {
    const model::Distribution& distribution = *image.distribution;
    json.BeginObject("distribution");
    json.OptionalString("id", distribution.id);
    json.OptionalString("idLike", distribution.id_like);
    json.OptionalString("versionId", distribution.version_id);
    json.OptionalString("versionCodename", distribution.version_codename);
    json.OptionalString("prettyName", distribution.pretty_name);
    json.EndObject();
  }
  json.Bool("hasPackageDatabase", image.has_package_database);
  json.Bool("complete", image.complete);
  WriteStrings("statuses", image.statuses, json);
  json.BeginArray("layers");
  for (const model::Layer& layer : image.layers) {
    json.BeginObject();
    json.String("diffId", layer.diff_id);
    json.OptionalString("digest", layer.digest);
    json.Int("size", layer.size);
    json.OptionalString("mediaType", layer.media_type);
    json.EndObject();
  }
  json.EndArray();
  json.BeginArray("packages");
  for (const model::Package& package : image.packages) {
    json.BeginObject();
    WritePackage(package, json);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
}

void WriteSummary(const ScanReport& report, JsonWriter& json) {
  const Totals totals = CountFindings(report.findings);
  json.BeginObject("summary");
  json.Int("findings", static_cast<int64_t>(totals.all));
  json.Int("fixable", static_cast<int64_t>(totals.fixable));
  json.Int("knownExploited", static_cast<int64_t>(totals.known_exploited));
  json.Int("suppressed", static_cast<int64_t>(report.suppressed.size()));
  json.Int("hidden", static_cast<int64_t>(report.hidden));
  json.BeginObject("bySeverity");
  for (size_t i = totals.by_severity.size(); i-- > 0;)
    json.Int(ToString(static_cast<model::Severity>(i)),
             static_cast<int64_t>(totals.by_severity[i]));
  json.EndObject();
  json.EndObject();
}

void WriteWorkload(const model::WorkloadRef& workload, JsonWriter& json) {
  json.BeginObject("workload");
  json.OptionalString("cluster", workload.cluster);
  json.String("namespace", workload.name_space);
  json.String("apiVersion", workload.api_version);
  json.String("kind", workload.kind);
  json.String("name", workload.name);
  json.OptionalString("uid", workload.uid);
  json.EndObject();
}

void WriteAssessment(const model::Assessment& assessment, JsonWriter& json) {
  json.BeginObject();
  WriteWorkload(assessment.workload, json);
  json.String("policy", assessment.policy);
  json.String("verdict", ToString(assessment.verdict));
  json.String("time", FormatRfc3339(assessment.time));
  json.BeginArray("containers");
  for (const auto& container : assessment.containers) {
    json.BeginObject();
    json.String("name", container.container);
    json.String("image", container.image);
    json.OptionalString("imageDigest", container.image_digest);
    json.String("verdict", ToString(container.verdict));
    json.OptionalString("unknownReason", container.unknown_reason);
    json.Int("findings", container.findings);
    WriteViolations(container.violations, json);
    WriteSuppressions(container.suppressions, json);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
}

void WriteAction(const model::ActionRecord& action, JsonWriter& json) {
  json.BeginObject();
  json.String("id", action.id);
  json.String("kind", action.kind);
  json.Bool("planned", action.planned);
  WriteWorkload(action.workload, json);
  WriteStrings("policies", action.policies, json);
  json.String("actor", action.actor);
  json.String("reason", action.reason);
  json.String("isolation", ToString(action.isolation));
  json.String("time", FormatRfc3339(action.time));
  if (action.until) json.String("until", FormatRfc3339(*action.until));
  json.BeginObject("effectiveness");
  json.Bool("effective", action.effectiveness.effective);
  WriteStrings("defeatedBy", action.effectiveness.defeated_by, json);
  json.OptionalString("explanation", action.effectiveness.explanation);
  json.EndObject();
  WriteStrings("pods", action.pods, json);
  json.OptionalString("error", action.error);
  json.EndObject();
}

}  // namespace

void WriteJson(const ScanReport& report, std::ostream& out) {
  JsonWriter json(out);
  json.BeginObject();
  WriteHead("ScanReport", report.tool_version, report.created, report.database, json);
  json.BeginObject("target");
  json.String("kind", ToString(report.kind));
  json.String("name", report.target);
  json.EndObject();
  WriteStrings("warnings", report.warnings, json);
  WriteStrings("statuses", report.statuses, json);
  json.OptionalString("unknownReason", report.unknown_reason);
  WriteSummary(report, json);
  if (report.judgement) {
    json.BeginObject("judgement");
    json.String("policy", report.judgement->policy);
    json.String("verdict", ToString(report.judgement->verdict));
    WriteViolations(report.judgement->violations, json);
    json.EndObject();
  }
  WriteImage(report.image, json);
  json.BeginArray("findings");
  for (const model::Finding* finding : WorstFirst(report.findings)) {
    json.BeginObject();
    WriteFindingMembers(*finding, json);
    json.EndObject();
  }
  json.EndArray();
  WriteSuppressions(report.suppressed, json);
  json.EndObject();
}

void WriteJson(const AssessmentReport& report, std::ostream& out) {
  JsonWriter json(out);
  std::array<int64_t, 3> counts{};
  for (const auto& assessment : report.assessments)
    ++counts[static_cast<size_t>(assessment.verdict)];
  json.BeginObject();
  WriteHead("AssessmentReport", report.tool_version, report.created, report.database, json);
  json.OptionalString("cluster", report.cluster);
  WriteStrings("warnings", report.warnings, json);
  json.BeginObject("summary");
  json.Int("violated", counts[static_cast<size_t>(model::Verdict::kViolated)]);
  json.Int("unknown", counts[static_cast<size_t>(model::Verdict::kUnknown)]);
  json.Int("passed", counts[static_cast<size_t>(model::Verdict::kPassed)]);
  json.EndObject();
  json.BeginArray("assessments");
  for (const model::Assessment* assessment : WorstFirst(report.assessments))
    WriteAssessment(*assessment, json);
  json.EndArray();
  json.BeginArray("actions");
  for (const auto& action : report.actions) WriteAction(action, json);
  json.EndArray();
  json.EndObject();
}

}  // namespace narrows::report::documents
