#include "report/documents/misconfiguration.h"

#include <array>
#include <cstdio>
#include <map>
#include <ostream>

#include "base/strings.h"
#include "report/documents/json_writer.h"
#include "report/documents/sarif_run.h"

namespace narrows::report::documents {
namespace {

using findings::misconfiguration::Check;
using findings::misconfiguration::CheckScore;
using findings::misconfiguration::Framework;
using model::Severity;

constexpr std::array<Framework, 4> kFrameworks = {Framework::kCis, Framework::kNsa,
                                                  Framework::kPodSecurity, Framework::kMitre};

Style StyleOf(Severity severity) {
  switch (severity) {
    case Severity::kCritical:
      return Style::kBrightRed;
    case Severity::kHigh:
      return Style::kRed;
    case Severity::kMedium:
      return Style::kYellow;
    default:
      return Style::kPlain;
  }
}

std::string Percent(double percent) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.1f %%", percent);
  return buffer.data();
}

size_t Suppressed(const MisconfigurationReport& report) {
  size_t count = 0;
  for (const auto& finding : report.findings) count += finding.suppressed_by.empty() ? 0 : 1;
  return count;
}

void WriteFrameworks(const Check& check, JsonWriter& json) {
  json.BeginObject("frameworks");
  for (const Framework framework : kFrameworks)
    json.OptionalString(ToString(framework), check.Of(framework));
  json.EndObject();
}

void WriteText(std::string_view key, std::string_view text, JsonWriter& json) {
  json.BeginObject(key);
  json.String("text", text);
  json.EndObject();
}

std::string_view LevelOf(Severity severity) {
  return severity >= Severity::kHigh ? "error" : severity == Severity::kMedium ? "warning" : "note";
}

std::string_view SecuritySeverity(Severity severity) {
  switch (severity) {
    case Severity::kCritical:
      return "9.5";
    case Severity::kHigh:
      return "8.0";
    case Severity::kMedium:
      return "5.5";
    default:
      return "2.0";
  }
}

void WriteRule(const Check& check, JsonWriter& json) {
  json.BeginObject();
  json.String("id", check.id);
  WriteText("shortDescription", check.title, json);
  WriteText("fullDescription", check.risk, json);
  WriteText("help", std::string(check.risk) + " " + std::string(check.remedy), json);
  json.BeginObject("defaultConfiguration");
  json.String("level", LevelOf(check.severity));
  json.EndObject();
  json.BeginObject("properties");
  json.BeginArray("tags");
  json.String("security");
  json.String("misconfiguration");
  for (const Framework framework : kFrameworks) {
    if (!check.Of(framework).empty())
      json.String(std::string(ToString(framework)) + ": " + std::string(check.Of(framework)));
  }
  json.EndArray();
  json.String("security-severity", SecuritySeverity(check.severity));
  json.EndObject();
  json.EndObject();
}

std::string Uri(std::string_view file) {
  while (file.starts_with("./")) file.remove_prefix(2);
  while (file.starts_with('/')) file.remove_prefix(1);
  return file.empty() || file == "-" ? "stdin" : PercentEncode(file, "/@");
}

void WriteResult(const PlacedMisconfiguration& finding, int64_t rule, JsonWriter& json) {
  json.BeginObject();
  json.String("ruleId", finding.check->id);
  json.Int("ruleIndex", rule);
  json.String("level", LevelOf(finding.check->severity));
  WriteText("message",
            Printable(finding.object, 300) + ": " + std::string(finding.check->title) + " (" +
                finding.field + ": " + finding.value + "). " + std::string(finding.check->remedy),
            json);
  json.BeginArray("locations");
  json.BeginObject();
  json.BeginObject("physicalLocation");
  json.BeginObject("artifactLocation");
  json.String("uri", Uri(finding.file));
  json.EndObject();
  json.BeginObject("region");
  json.Int("startLine", finding.line);
  json.EndObject();
  json.EndObject();
  json.BeginArray("logicalLocations");
  json.BeginObject();
  json.String("fullyQualifiedName", finding.object + ":" + finding.field);
  json.EndObject();
  json.EndArray();
  json.EndObject();
  json.EndArray();
  if (!finding.suppressed_by.empty()) {
    json.BeginArray("suppressions");
    json.BeginObject();
    json.String("kind", "external");
    json.String("justification", Printable(finding.suppressed_by, 500));
    json.EndObject();
    json.EndArray();
  }
  json.BeginObject("properties");
  json.OptionalString("patch", finding.patch);
  json.EndObject();
  json.EndObject();
}

void WriteScores(const MisconfigurationReport& report, std::ostream& out,
                 const TextOptions& options) {
  if (!report.framework) return;
  out << '\n';
  const std::vector<Column> columns = {
      {"CHECK"}, {"REQUIREMENT", true}, {"FAILED"}, {"OBJECTS"}, {"COMPLIANCE"}};
  std::vector<std::vector<Cell>> rows;
  for (const CheckScore& score : report.scores) {
    if (score.concerned == 0) continue;
    rows.push_back({{std::string(score.check->id)},
                    {std::string(score.check->Of(*report.framework))},
                    {std::to_string(score.failed)},
                    {std::to_string(score.concerned)},
                    {Percent(score.Percent())}});
  }
  if (!rows.empty()) WriteTextTable(columns, rows, options, out);
  out << "Compliance with " << ToString(*report.framework) << ": " << Percent(report.compliance)
      << '\n';
}

}  // namespace

void WriteTable(const MisconfigurationReport& report, const TextOptions& options,
                std::ostream& out) {
  const std::vector<Column> columns = {{"SEVERITY"}, {"CHECK"},       {"OBJECT"},
                                       {"FIELD"},    {"VALUE", true}, {"PLACE", true}};
  std::vector<std::vector<Cell>> rows;
  for (const PlacedMisconfiguration& finding : report.findings) {
    if (!finding.suppressed_by.empty()) continue;
    rows.push_back(
        {{std::string(ToString(finding.check->severity)), StyleOf(finding.check->severity)},
         {std::string(finding.check->id)},
         {finding.object},
         {finding.field},
         {finding.value},
         {finding.file + ":" + std::to_string(finding.line)}});
  }
  if (!rows.empty()) {
    WriteTextTable(columns, rows, options, out);
    out << '\n';
  }
  out << Plural(rows.size(), "misconfiguration") << " in " << Plural(report.objects, "object");
  if (report.hidden > 0) out << "; " << report.hidden << " hidden by --severity";
  if (const size_t count = Suppressed(report); count > 0) out << "; " << count << " suppressed";
  out << '\n';
  WriteScores(report, out, options);
  for (const std::string& warning : report.warnings) out << "warning: " << OneLine(warning) << '\n';
}

void WriteJson(const MisconfigurationReport& report, std::ostream& out) {
  JsonWriter json(out);
  json.BeginObject();
  json.Int("schemaVersion", 1);
  json.OptionalString("toolVersion", report.tool_version);
  json.String("created", FormatRfc3339(report.created));
  json.String("target", report.target);
  json.Int("objects", static_cast<int64_t>(report.objects));
  json.Int("hidden", static_cast<int64_t>(report.hidden));
  json.BeginArray("findings");
  for (const PlacedMisconfiguration& finding : report.findings) {
    json.BeginObject();
    json.String("check", finding.check->id);
    json.String("severity", ToString(finding.check->severity));
    json.String("title", finding.check->title);
    json.String("risk", finding.check->risk);
    json.String("remedy", finding.check->remedy);
    WriteFrameworks(*finding.check, json);
    json.String("object", finding.object);
    json.String("field", finding.field);
    json.String("value", finding.value);
    json.String("file", finding.file);
    json.Int("line", finding.line);
    json.OptionalString("patch", finding.patch);
    json.OptionalString("suppressedBy", finding.suppressed_by);
    json.EndObject();
  }
  json.EndArray();
  if (report.framework) {
    json.BeginObject("compliance");
    json.String("framework", ToString(*report.framework));
    json.Double("percent", report.compliance);
    json.BeginArray("checks");
    for (const CheckScore& score : report.scores) {
      json.BeginObject();
      json.String("check", score.check->id);
      json.Int("objects", static_cast<int64_t>(score.concerned));
      json.Int("failed", static_cast<int64_t>(score.failed));
      json.Double("percent", score.Percent());
      json.EndObject();
    }
    json.EndArray();
    json.EndObject();
  }
  json.BeginArray("warnings");
  for (const std::string& warning : report.warnings) json.String(Printable(warning, 1000));
  json.EndArray();
  json.EndObject();
}

void WriteSarif(const MisconfigurationReport& report, std::ostream& out) {
  std::map<const Check*, int64_t> rules;
  for (const PlacedMisconfiguration& finding : report.findings) rules.emplace(finding.check, 0);
  JsonWriter json(out);
  BeginSarifRun(json, report.tool_version);
  int64_t next = 0;
  for (auto& [check, index] : rules) {
    index = next++;
    WriteRule(*check, json);
  }
  json.EndArray();
  json.EndObject();
  json.EndObject();
  json.BeginArray("invocations");
  json.BeginObject();
  json.Bool("executionSuccessful", true);
  json.String("endTimeUtc", FormatRfc3339(report.created));
  json.BeginArray("toolExecutionNotifications");
  for (const std::string& warning : report.warnings) {
    json.BeginObject();
    json.String("level", "warning");
    WriteText("message", Printable(warning, 1000), json);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  json.EndArray();
  json.BeginArray("results");
  for (const PlacedMisconfiguration& finding : report.findings)
    WriteResult(finding, rules.at(finding.check), json);
  json.EndArray();
  json.EndObject();
  json.EndArray();
  json.EndObject();
}

}  // namespace narrows::report::documents
