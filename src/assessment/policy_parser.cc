#include "assessment/policy_parser.h"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "advisories/vex/document.h"
#include "assessment/custom_resource.h"
#include "assessment/field_reader.h"
#include "base/json.h"

namespace narrows::assessment {
namespace {

namespace json = boost::json;

constexpr size_t kMostSelectorParts = 64;
constexpr std::string_view kVulnerabilityVersion = "v1.1";
constexpr std::string_view kVulnerabilityScheme =
    "application/vnd.security.vulnerability.report; version=1.1";

std::optional<model::LabelSelector> ReadSelector(const FieldReader& parent, std::string_view key) {
  const FieldReader field = parent.Object(key);
  if (!field.present()) return std::nullopt;
  model::LabelSelector selector;
  field.ForEachText("matchLabels", kMostSelectorParts,
                    [&](const std::string& name, const std::string& value) {
                      selector.match_labels[name] = value;
                    });
  field.ForEachObject("matchExpressions", kMostSelectorParts, [&](const FieldReader& expression) {
    model::LabelRequirement requirement;
    requirement.key = expression.RequiredText("key", 320);
    const auto op = model::ParseLabelOperator(expression.RequiredText("operator", 32));
    if (!op) return expression.Wrong("operator", "must be In, NotIn, Exists or DoesNotExist");
    requirement.op = *op;
    requirement.values = expression.Texts("values", 256);
    selector.match_expressions.push_back(std::move(requirement));
  });
  if (const auto valid = selector.Validate(); !valid.has_value()) {
    parent.Wrong(key, Printable(valid.error().message));
  }
  return selector;
}

std::optional<double> ReadEpss(const FieldReader& baseline) {
  const std::string text = baseline.Text("epss", 32);
  if (text.empty()) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value >= 0 && value <= 1) {
    return value;
  }
  baseline.Wrong("epss", "\"" + Printable(text, 40) + "\" is not a probability from 0 to 1");
  return std::nullopt;
}

void ReadBaseline(const FieldReader& field, Policy& policy) {
  constexpr std::array<std::string_view, 4> kNotJudged = {"malware", "misconfiguration", "license",
                                                          "BOM"};
  const std::string kind = field.RequiredText("kind", 64);
  const std::string level = field.RequiredText("baseline", 64);
  if (kind != "vulnerability") {
    if (std::find(kNotJudged.begin(), kNotJudged.end(), kind) != kNotJudged.end()) {
      policy.notices.push_back({field.PathOf("kind"), kind + " is not judged yet"});
    } else if (!kind.empty()) {
      field.Wrong("kind",
                  "\"" + Printable(kind, 40) +
                      "\" must be vulnerability, malware, misconfiguration, license or BOM");
    }
    return;
  }
  Baseline baseline;
  if (const auto severity = model::ParseSeverity(level)) {
    baseline.accepted = *severity;
  } else if (!level.empty()) {
    field.Wrong("baseline", "\"" + Printable(level, 40) +
                                "\" must be None, Negligible, Low, Medium, High or Critical");
  }
  const std::string version = field.Text("version", 64);
  const std::string scheme = field.Text("scheme", 256);
  if (!version.empty() && version != kVulnerabilityVersion) {
    policy.notices.push_back(
        {field.PathOf("version"), "judged as " + std::string(kVulnerabilityVersion)});
  }
  if (!scheme.empty() && scheme != kVulnerabilityScheme) {
    policy.notices.push_back(
        {field.PathOf("scheme"), "judged as " + std::string(kVulnerabilityScheme)});
  }
  baseline.only_fixed = field.Flag("onlyFixed").value_or(false);
  baseline.kev = field.Flag("kev").value_or(false);
  baseline.epss = ReadEpss(field);
  policy.baselines.push_back(baseline);
}

// "2026-12-31" is valid to the end of that day; else RFC 3339.
std::optional<TimePoint> ReadExpiry(const FieldReader& field, std::string_view key) {
  const std::string text = field.Text(key, 40);
  if (text.empty()) return std::nullopt;
  const bool date_only = text.size() == 10;
  const auto time = ParseRfc3339(date_only ? text + "T00:00:00Z" : text);
  if (!time.has_value()) {
    field.Wrong(key, "\"" + Printable(text, 40) +
                         "\" is neither a date such as 2026-12-31 nor an RFC 3339 time");
    return std::nullopt;
  }
  return date_only ? *time + std::chrono::days(1) : *time;
}

void ReadException(const FieldReader& field, Policy& policy) {
  Exception exception;
  exception.id = field.Text("id", 128);
  exception.reason = field.RequiredText("reason", 1024);
  exception.expires = ReadExpiry(field, "expires");
  exception.workloads = ReadSelector(field, "workloads");
  if (field.Has("package")) {
    auto package = PackagePattern::Parse(field.Text("package", 1024));
    if (package.has_value()) {
      exception.package = *std::move(package);
    } else {
      field.Wrong("package", package.error().message);
    }
  }
  if (exception.id.empty() && !field.Has("package")) {
    field.Wrong("id", "an exception names an id, a package or both");
  }
  policy.exceptions.push_back(std::move(exception));
}

model::NetworkPeer ReadPeer(const FieldReader& field) {
  model::NetworkPeer peer;
  peer.pod_selector = ReadSelector(field, "podSelector");
  peer.namespace_selector = ReadSelector(field, "namespaceSelector");
  if (const FieldReader block = field.Object("ipBlock"); block.present()) {
    peer.cidr = block.RequiredText("cidr", 64);
    peer.except = block.Texts("except", 32);
    if (peer.pod_selector || peer.namespace_selector) {
      field.Wrong("ipBlock", "stands alone, without podSelector and namespaceSelector");
    }
  } else if (!peer.pod_selector && !peer.namespace_selector) {
    field.Wrong("podSelector", "a peer is an ipBlock, or a podSelector and/or a namespaceSelector");
  }
  return peer;
}

void ReadQuarantineFields(const FieldReader& field, Action& action) {
  const std::string isolation = field.Text("isolation", 32);
  if (isolation == "detach") {
    action.isolation = model::Isolation::kDetach;
  } else if (!isolation.empty() && isolation != "deny") {
    field.Wrong("isolation", "\"" + Printable(isolation, 40) + "\" must be deny or detach");
  }
  const FieldReader allow = field.Object("allow");
  action.allow.dns = allow.Flag("dns").value_or(false);
  allow.ForEachObject(
      "peers", 32, [&](const FieldReader& peer) { action.allow.peers.push_back(ReadPeer(peer)); });
  if (const std::string text = field.Text("expiresAfter", 32); !text.empty()) {
    const auto duration = ParseDuration(text);
    if (!duration.has_value()) {
      field.Wrong("expiresAfter", Printable(duration.error().message));
    } else if (*duration < std::chrono::seconds(1) || *duration > std::chrono::days(3660)) {
      field.Wrong("expiresAfter", "must be from 1s to ten years");
    } else {
      action.expires_after = *duration;
    }
  }
  action.max_percent = static_cast<int>(field.Number("maxPercent", 1, 100).value_or(50));
}

void ReadAction(const FieldReader& field, Policy& policy) {
  const std::string kind = field.RequiredText("kind", 64);
  Action action;
  if (kind == ToString(ActionKind::kForbidDeployment)) {
    action.kind = ActionKind::kForbidDeployment;
    policy.notices.push_back({field.PathOf("kind"), kind + " is not acted on yet"});
  } else if (kind == ToString(ActionKind::kAlert)) {
    action.kind = ActionKind::kAlert;
  } else if (kind != ToString(ActionKind::kQuarantine)) {
    if (kind.empty()) return;
    return field.Wrong("kind", "\"" + Printable(kind, 40) +
                                   "\" must be quarantine_vulnerable_workload, "
                                   "forbid_vulnerable_deployment or alert");
  }
  if (policy.Find(action.kind)) return field.Wrong("kind", kind + " is there twice");
  const std::string mode = field.Text("mode", 32);
  if (mode == "plan") {
    action.mode = ActionMode::kPlan;
  } else if (!mode.empty() && mode != "apply") {
    field.Wrong("mode", "\"" + Printable(mode, 40) + "\" must be plan or apply");
  }
  action.ignore = ReadSelector(field, "ignore");
  if (const FieldReader settings = field.Object("settings"); settings.present()) {
    policy.notices.push_back({settings.path(), "has no meaning and is ignored"});
  }
  if (action.kind == ActionKind::kQuarantine) ReadQuarantineFields(field, action);
  policy.actions.push_back(std::move(action));
}

void ReadRelease(const FieldReader& field, Policy& policy) {
  Release release;
  release.name_space = field.RequiredText("namespace", 63);
  release.kind = field.RequiredText("kind", 63);
  release.name = field.RequiredText("name", 253);
  release.reason = field.Text("reason", 1024);
  release.until = field.Time("until");
  policy.releases.push_back(std::move(release));
}

// Documents as they are, in YAML's clothes: OpenVEX, CSAF or CycloneDX.
void ReadVex(const FieldReader& inspection, Policy& policy) {
  constexpr size_t kMostNotices = 10;
  const advisories::vex::Limits limits{.products = 20'000, .statements = 20'000, .links = 200'000};
  std::vector<findings::vex::SourcedDocument> documents;
  inspection.ForEachObject("vex", 20, [&](const FieldReader& field) {
    auto document = advisories::vex::ReadDocument(json::serialize(*field.object()), limits);
    if (!document.has_value()) return field.Refuse(document.error().message);
    for (size_t i = 0; i < document->notes.size() && i < kMostNotices; ++i)
      policy.notices.push_back({field.path(), document->notes[i]});
    documents.push_back({"policy " + policy.meta.name,
                         std::make_shared<const advisories::vex::Document>(*std::move(document))});
  });
  if (!documents.empty())
    policy.vex = std::make_shared<const findings::vex::Statements>(std::move(documents));
}

void ReadInspection(const FieldReader& inspection, Policy& policy) {
  policy.namespace_selector =
      ReadSelector(inspection, "namespaceSelector").value_or(model::LabelSelector());
  policy.workload_selector =
      ReadSelector(inspection, "workloadSelector").value_or(model::LabelSelector());
  if (inspection.Has("assessment")) {
    policy.notices.push_back(
        {inspection.PathOf("assessment"), "is a field of older versions and is ignored"});
  }
  inspection.ForEachObject("baselines", 32,
                           [&](const FieldReader& field) { ReadBaseline(field, policy); });
  const std::string on_unknown = inspection.Text("onUnknown", 32);
  if (on_unknown == "fail") {
    policy.on_unknown = OnUnknown::kFail;
  } else if (!on_unknown.empty() && on_unknown != "report") {
    inspection.Wrong("onUnknown", "\"" + Printable(on_unknown, 40) + "\" must be report or fail");
  }
  inspection.ForEachObject("exceptions", 1000,
                           [&](const FieldReader& field) { ReadException(field, policy); });
  ReadVex(inspection, policy);
  inspection.ForEachObject("actions", 8,
                           [&](const FieldReader& field) { ReadAction(field, policy); });
  inspection.ForEachObject("releases", 500,
                           [&](const FieldReader& field) { ReadRelease(field, policy); });
}

void ReadExport(const FieldReader& inspector, Policy& policy) {
  const FieldReader config = inspector.Object("exportConfig");
  if (!config.present()) return;
  policy.notices.push_back({config.path(), "is accepted; reports are not exported yet"});
  policy.carries_password = !config.Object("openSearch").Text("password").empty();
}

void ReadInspector(const FieldReader& spec, Policy& policy) {
  const FieldReader inspector = spec.Object("inspector");
  if (!inspector.present()) return;
  struct Switch {
    std::string_view field;
    bool Scanners::*scanner;
    std::string_view name;
  };
  constexpr std::array<Switch, 5> kSwitches = {{
      {"image", &Scanners::image, ""},
      {"kubebenchImage", &Scanners::benchmark, "the benchmark scanner"},
      {"riskImage", &Scanners::risk, "the risk scanner"},
      {"pkgLoadScannerImage", &Scanners::package_load, "the scanner of loaded packages"},
      {"workloadscannerImage", &Scanners::workload, "the workload scanner"},
  }};
  for (const Switch& each : kSwitches) {
    policy.scanners.*each.scanner = !inspector.Text(each.field).empty();
    if (policy.scanners.*each.scanner && !each.name.empty()) {
      policy.notices.push_back(
          {inspector.PathOf(each.field), std::string(each.name) + " is not there yet"});
    }
  }
  if (!policy.scanners.image) {
    policy.notices.push_back(
        {inspector.PathOf("image"), "is empty, so the image scanner is off and nothing is judged"});
  }
  ReadExport(inspector, policy);
}

void ReadWaivers(const FieldReader& status, Policy& policy) {
  status.ForEachObject("waivers", 5000, [&](const FieldReader& field) {
    Waiver waiver;
    waiver.workload = field.Text("workload");
    waiver.cause =
        field.Text("cause") == "expired" ? Waiver::Cause::kExpired : Waiver::Cause::kRelease;
    waiver.entry = field.Text("entry");
    waiver.until = field.Time("until");
    waiver.ended = field.Flag("ended").value_or(false);
    waiver.total = static_cast<size_t>(field.Number("total", 0, INT32_MAX).value_or(0));
    const std::string findings = field.Text("findings", 1 << 20);
    for (const std::string_view finding : Split(findings, ' ')) {
      if (!finding.empty()) waiver.findings.emplace_back(finding);
    }
    if (const auto since = field.Time("since"); since && !waiver.workload.empty()) {
      waiver.since = *since;
      policy.waivers.push_back(std::move(waiver));
    }
  });
}

void ReadSpec(const FieldReader& spec, Policy& policy) {
  policy.enabled = spec.Flag("enabled").value_or(true);
  policy.suspend = spec.Object("strategy").Flag("suspend").value_or(false);
  policy.settings_name = spec.Text("settingsName", 253);
  policy.work_namespace = spec.Text("workNamespace", 63);
  if (const std::string text = spec.Text("schedule", 256); !text.empty()) {
    auto schedule = Schedule::Parse(text);
    if (schedule.has_value()) {
      policy.schedule = *std::move(schedule);
    } else {
      spec.Wrong("schedule", schedule.error().message);
    }
  }
  if (spec.Flag("vacAssessmentEnabled").value_or(false)) {
    policy.notices.push_back({spec.PathOf("vacAssessmentEnabled"), "the service exists no more"});
  }
  ReadInspector(spec, policy);
  if (!spec.Has("inspection")) return spec.Wrong("inspection", "is missing");
  ReadInspection(spec.Object("inspection"), policy);
}

}  // namespace

Result<Policy> ParsePolicy(std::string_view object_json) {
  ASSIGN_OR_RETURN(const json::value document, ReadCustomResource(object_json, "InspectionPolicy"));
  std::vector<std::string> errors;
  const json::object& root = document.get_object();
  Policy policy;
  policy.meta = ReadMetadata(root, errors);
  ReadSpec(FieldReader(JsonObject(root, "spec"), "spec", errors), policy);
  // What an older version or another hand wrote into the status is no reason to refuse the policy.
  std::vector<std::string> status_errors;
  ReadWaivers(FieldReader(JsonObject(root, "status"), "status", status_errors), policy);
  if (!errors.empty()) return InvalidArgument(JoinErrors(errors));
  return policy;
}

}  // namespace narrows::assessment
