#include "report/documents/cyclonedx.h"

#include <array>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "base/strings.h"
#include "report/documents/json_writer.h"
#include "report/documents/report_id.h"

namespace narrows::report::documents {
namespace {

constexpr std::string_view kTargetRef = "target";

using PackageKey = std::tuple<std::string_view, std::string_view, std::string_view,
                              std::string_view, std::string_view>;

PackageKey KeyOf(const model::Package& package) {
  return {package.ecosystem, package.name, package.version, package.architecture, package.path};
}

// A component's name inside the document, its purl where that is unique.
class References {
 public:
  explicit References(const std::vector<model::Package>& packages) {
    std::unordered_set<std::string> taken = {std::string(kTargetRef)};
    for (const model::Package& package : packages) {
      std::string ref = package.purl.empty() ? package.ecosystem + "/" + package.name + "@" +
                                                   package.version + "/" + package.architecture
                                             : package.purl;
      const std::string base = ref;
      for (int i = 2; !taken.insert(ref).second; ++i) ref = base + "#" + std::to_string(i);
      refs_.emplace(KeyOf(package), ref);
      ordered_.push_back(ref);
    }
  }

  const std::vector<std::string>& ordered() const { return ordered_; }  // as the packages

  // The target itself for a package that is not listed.
  std::string Of(const model::Finding& finding) const {
    const model::Package* package = PackageOf(finding);
    const auto found = package ? refs_.find(KeyOf(*package)) : refs_.end();
    return found == refs_.end() ? std::string(kTargetRef) : found->second;
  }

 private:
  std::map<PackageKey, std::string> refs_;  // keys are views into the packages
  std::vector<std::string> ordered_;
};

// Findings of one vulnerability that say the same and differ in what they affect.
struct Group {
  const model::Finding* first;
  const model::Suppression* suppression;  // null: open
  std::vector<const model::Finding*> findings;
};

std::vector<Group> GroupFindings(const ScanReport& report) {
  std::vector<Group> groups;
  std::map<std::tuple<std::string, std::string, model::Severity, std::string, model::FixStatus,
                      std::string, std::string>,
           size_t>
      known;
  const auto add = [&](const model::Finding& finding, const model::Suppression* suppression) {
    const auto& detail = finding.vulnerability;
    const auto [place, added] =
        known.emplace(std::tuple(detail.id, detail.advisory, finding.severity, detail.fixed_version,
                                 detail.status, suppression ? suppression->by : std::string(),
                                 suppression ? suppression->reason : std::string()),
                      groups.size());
    if (added) groups.push_back({&finding, suppression, {}});
    groups[place->second].findings.push_back(&finding);
  };
  for (const model::Finding* finding : WorstFirst(report.findings)) add(*finding, nullptr);
  for (const model::Suppression* suppression : WorstFirst(report.suppressed))
    add(*suppression->finding, suppression);
  return groups;
}

std::string_view SeverityWord(model::Severity severity) {
  switch (severity) {
    case model::Severity::kCritical:
      return "critical";
    case model::Severity::kHigh:
      return "high";
    case model::Severity::kMedium:
      return "medium";
    case model::Severity::kLow:
      return "low";
    case model::Severity::kNegligible:
      return "info";
    case model::Severity::kNone:
      return "none";
    case model::Severity::kUnknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view MethodOf(std::string_view vector) {
  if (vector.starts_with("CVSS:4.")) return "CVSSv4";
  if (vector.starts_with("CVSS:3.1/")) return "CVSSv31";
  if (vector.starts_with("CVSS:3.")) return "CVSSv3";
  return "CVSSv2";
}

void WriteProperty(std::string_view name, std::string_view value, JsonWriter& json) {
  if (value.empty()) return;
  json.BeginObject();
  json.String("name", "narrows:" + std::string(name));
  json.String("value", value);
  json.EndObject();
}

void WriteSource(std::string_view name, std::string_view url, JsonWriter& json) {
  json.BeginObject("source");
  json.OptionalString("name", name);
  json.OptionalString("url", url);
  json.EndObject();
}

void WriteTarget(const ScanReport& report, JsonWriter& json) {
  const model::ImageAnalysis& image = report.image;
  const bool is_image = report.kind == TargetKind::kImage;
  json.BeginObject("component");
  json.String("type", is_image ? "container" : "file");
  json.String("bom-ref", kTargetRef);
  json.String("name", report.target);
  json.OptionalString("version", image.digest);
  json.BeginArray("properties");
  WriteProperty("imageDigest", image.digest, json);
  WriteProperty("indexDigest", image.index_digest, json);
  WriteProperty("configDigest", image.config_digest, json);
  if (is_image) WriteProperty("platform", image.platform.ToString(), json);
  for (const model::Layer& layer : image.layers) WriteProperty("diffId", layer.diff_id, json);
  json.EndArray();
  json.EndObject();
}

void WriteMetadata(const ScanReport& report, JsonWriter& json) {
  json.BeginObject("metadata");
  json.String("timestamp", FormatRfc3339(report.created));
  json.BeginObject("tools");
  json.BeginArray("components");
  json.BeginObject();
  json.String("type", "application");
  json.String("name", "narrows");
  json.OptionalString("version", report.tool_version);
  json.EndObject();
  json.EndArray();
  json.EndObject();
  WriteTarget(report, json);
  json.BeginArray("properties");
  WriteProperty("unknownReason", report.unknown_reason, json);
  for (const auto& text : report.image.statuses) WriteProperty("status", text, json);
  for (const auto& text : report.statuses) WriteProperty("status", text, json);
  for (const auto& text : report.warnings) WriteProperty("warning", text, json);
  if (report.database)
    WriteProperty("newestRecordAt", FormatRfc3339(report.database->newest), json);
  json.EndArray();
  json.EndObject();
}

void WriteComponents(const ScanReport& report, const References& refs, JsonWriter& json) {
  json.BeginArray("components");
  if (report.image.distribution) {
    const model::Distribution& distribution = *report.image.distribution;
    json.BeginObject();
    json.String("type", "operating-system");
    json.String("bom-ref", "operating-system");
    json.String("name", distribution.id.empty() ? "unknown" : distribution.id);
    json.OptionalString("version", distribution.version_id);
    json.OptionalString("description", distribution.pretty_name);
    json.BeginArray("properties");
    WriteProperty("versionCodename", distribution.version_codename, json);
    WriteProperty("idLike", distribution.id_like, json);
    json.EndArray();
    json.EndObject();
  }
  for (size_t i = 0; i < report.image.packages.size(); ++i) {
    const model::Package& package = report.image.packages[i];
    json.BeginObject();
    json.String("type", "library");
    json.String("bom-ref", refs.ordered()[i]);
    json.String("name", package.name);
    json.String("version", package.version);
    json.OptionalString("purl", package.purl);
    json.BeginArray("properties");
    WriteProperty("ecosystem", package.ecosystem, json);
    WriteProperty("sourceName", package.source_name, json);
    WriteProperty("sourceVersion", package.source_version, json);
    WriteProperty("path", package.path, json);
    WriteProperty("layer", package.layer, json);
    WriteProperty("evidence", ToString(package.evidence), json);
    WriteProperty("owner", package.owner, json);
    WriteProperty("modularity", package.modularity, json);
    WriteProperty("vendor", package.vendor, json);
    json.EndArray();
    json.EndObject();
  }
  json.EndArray();
}

void WriteDependencies(const ScanReport& report, const References& refs, JsonWriter& json) {
  json.BeginArray("dependencies");
  json.BeginObject();
  json.String("ref", kTargetRef);
  json.BeginArray("dependsOn");
  if (report.image.distribution) json.String("operating-system");
  for (const std::string& ref : refs.ordered()) json.String(ref);
  json.EndArray();
  json.EndObject();
  json.EndArray();
  // What the packages need of each other is not read; say so, and what else is missing.
  json.BeginArray("compositions");
  json.BeginObject();
  json.String("aggregate", report.image.complete ? "unknown" : "incomplete");
  json.BeginArray("assemblies");
  json.String(kTargetRef);
  json.EndArray();
  json.EndObject();
  json.EndArray();
}

void WriteRatings(const model::Finding& finding, JsonWriter& json) {
  const model::VulnerabilityDetail& detail = finding.vulnerability;
  const std::string& who = detail.severity_source.empty() ? detail.source : detail.severity_source;
  const bool scored = !detail.cvss_vector.empty() && detail.cvss_score >= 0;
  const bool agree = scored && model::SeverityOfScore(detail.cvss_score) == finding.severity;
  json.BeginArray("ratings");
  if (!agree) {  // the severity shown is the vendor's word, not that of the vector
    json.BeginObject();
    WriteSource(who, "", json);
    json.String("severity", SeverityWord(finding.severity));
    json.EndObject();
  }
  if (scored) {
    json.BeginObject();
    if (agree) WriteSource(who, "", json);
    json.Double("score", detail.cvss_score);
    json.String("severity", SeverityWord(model::SeverityOfScore(detail.cvss_score)));
    json.String("method", MethodOf(detail.cvss_vector));
    json.String("vector", detail.cvss_vector);
    json.EndObject();
  }
  json.EndArray();
}

// CycloneDX's word for a justification; its own stay, and of others there is none.
std::string_view JustificationWord(std::string_view justification) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kWords = {{
      {"component_not_present", "code_not_present"},
      {"vulnerable_code_not_present", "code_not_present"},
      {"vulnerable_code_not_in_execute_path", "code_not_reachable"},
      {"vulnerable_code_cannot_be_controlled_by_adversary", "requires_environment"},
      {"inline_mitigations_already_exist", "protected_by_mitigating_control"},
      {"code_not_present", "code_not_present"},
      {"code_not_reachable", "code_not_reachable"},
      {"requires_configuration", "requires_configuration"},
      {"requires_dependency", "requires_dependency"},
      {"requires_environment", "requires_environment"},
      {"protected_by_compiler", "protected_by_compiler"},
      {"protected_at_runtime", "protected_at_runtime"},
      {"protected_at_perimeter", "protected_at_perimeter"},
      {"protected_by_mitigating_control", "protected_by_mitigating_control"},
  }};
  for (const auto& [word, ours] : kWords) {
    if (word == justification) return ours;
  }
  return "";
}

void WriteStatedAnalysis(const model::VexStatement& statement, JsonWriter& json) {
  json.BeginObject("analysis");
  json.String("state", statement.status == "fixed" ? "resolved" : "not_affected");
  if (statement.status != "fixed")
    json.OptionalString("justification", JustificationWord(statement.justification));
  json.String("detail", statement.ToString());
  if (statement.time) json.String("lastUpdated", FormatRfc3339(*statement.time));
  json.EndObject();
}

void WriteAnalysis(const model::Suppression& suppression, JsonWriter& json) {
  if (suppression.statement) return WriteStatedAnalysis(*suppression.statement, json);
  json.BeginObject("analysis");
  json.String("state", "exploitable");
  json.BeginArray("response");
  json.String(suppression.finding->vulnerability.fixed_version.empty() ? "can_not_fix"
                                                                       : "will_not_fix");
  json.EndArray();
  json.String("detail", "accepted by " + suppression.by +
                            (suppression.reason.empty() ? "" : ": " + suppression.reason));
  json.EndObject();
}

void WriteAffects(const Group& group, const References& refs, JsonWriter& json) {
  std::map<std::string, std::string> versions;  // by reference, each once
  for (const model::Finding* finding : group.findings) {
    const model::Package* package = PackageOf(*finding);
    versions.emplace(refs.Of(*finding), package ? package->version : "");
  }
  json.BeginArray("affects");
  for (const auto& [ref, version] : versions) {
    json.BeginObject();
    json.String("ref", ref);
    if (!version.empty()) {
      json.BeginArray("versions");
      json.BeginObject();
      json.String("version", version);
      json.String("status", "affected");
      json.EndObject();
      json.EndArray();
    }
    json.EndObject();
  }
  json.EndArray();
}

void WriteVulnerability(const Group& group, const References& refs, JsonWriter& json) {
  const model::Finding& finding = *group.first;
  const model::VulnerabilityDetail& detail = finding.vulnerability;
  json.BeginObject();
  json.OptionalString("bom-ref", finding.id);
  json.OptionalString("id", detail.id);
  WriteSource(detail.source, detail.url, json);
  if (!detail.aliases.empty()) {
    json.BeginArray("references");
    for (const std::string& alias : detail.aliases) {
      json.BeginObject();
      json.String("id", alias);
      json.BeginObject("source");
      json.EndObject();
      json.EndObject();
    }
    json.EndArray();
  }
  WriteRatings(finding, json);
  json.OptionalString("description", detail.summary);
  if (!detail.fixed_version.empty())
    json.String("recommendation", "Upgrade the source package to " + detail.fixed_version);
  if (!detail.url.empty()) {
    json.BeginArray("advisories");
    json.BeginObject();
    json.OptionalString("title", detail.advisory);
    json.String("url", detail.url);
    json.EndObject();
    json.EndArray();
  }
  if (detail.published) json.String("published", FormatRfc3339(*detail.published));
  if (detail.modified) json.String("updated", FormatRfc3339(*detail.modified));
  if (group.suppression) WriteAnalysis(*group.suppression, json);
  WriteAffects(group, refs, json);
  json.BeginArray("properties");
  WriteProperty("kind", ToString(finding.kind), json);
  WriteProperty("status", ToString(detail.status), json);
  WriteProperty("fixedVersion", detail.fixed_version, json);
  WriteProperty("vendorSeverity", detail.vendor_severity, json);
  WriteProperty("knownExploited", detail.kev ? "true" : "", json);
  if (detail.epss) {
    WriteProperty("epssScore", std::to_string(detail.epss->score), json);
    WriteProperty("epssPercentile", std::to_string(detail.epss->percentile), json);
  }
  if (group.suppression) WriteProperty("suppressedBy", group.suppression->by, json);
  for (const model::Finding* one : group.findings) WriteProperty("finding", one->id, json);
  json.EndArray();
  json.EndObject();
}

}  // namespace

void WriteCycloneDx(const ScanReport& report, std::ostream& out) {
  const References refs(report.image.packages);
  JsonWriter json(out);
  json.BeginObject();
  json.String("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
  json.String("bomFormat", "CycloneDX");
  json.String("specVersion", "1.6");
  json.String("serialNumber", "urn:uuid:" + ReportUuid(report));
  json.Int("version", 1);
  WriteMetadata(report, json);
  WriteComponents(report, refs, json);
  WriteDependencies(report, refs, json);
  if (report.database) {
    json.BeginArray("vulnerabilities");
    for (const Group& group : GroupFindings(report)) WriteVulnerability(group, refs, json);
    json.EndArray();
  }
  json.EndObject();
}

}  // namespace narrows::report::documents
