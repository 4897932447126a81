#include "report/benchmark/documents.h"
#include "report/documents/json_writer.h"
#include "report/documents/sarif_run.h"

namespace narrows::report::benchmark {
namespace {

using documents::JsonWriter;
using findings::benchmark::Counts;
using findings::benchmark::JudgedCheck;
using findings::benchmark::JudgedGroup;
using findings::benchmark::State;
using findings::benchmark::ToString;

void WriteCounts(JsonWriter& json, const char* prefix, const Counts& counts) {
  const std::string p = prefix;
  json.Int(p + "pass", counts.pass);
  json.Int(p + "fail", counts.fail);
  json.Int(p + "warn", counts.warn);
  json.Int(p + "info", counts.info);
}

void WriteKubeBenchCheck(JsonWriter& json, const JudgedCheck& judged) {
  const auto& [check, result] = judged;
  json.BeginObject();
  json.String("test_number", check.id);
  json.String("test_desc", check.text);
  json.String("audit", check.audit);
  json.String("AuditEnv", check.audit_env);
  json.String("AuditConfig", check.audit_config);
  json.String("type", check.type);
  json.String("remediation", check.remediation);
  json.BeginArray("test_info");
  json.String(check.remediation);
  json.EndArray();
  json.String("status", ToString(result.state));
  json.String("actual_value", result.actual_value);
  json.Bool("scored", check.scored);
  json.Bool("IsMultiple", check.use_multiple_values);
  json.String("expected_result", result.expected_result);
  json.OptionalString("reason", result.reason);
  json.EndObject();
}

void WriteCheck(JsonWriter& json, const JudgedCheck& judged) {
  const auto& [check, result] = judged;
  json.BeginObject();
  json.String("id", check.id);
  json.String("text", check.text);
  json.String("state", ToString(result.state));
  json.Bool("scored", check.scored);
  json.Bool("evaluated", result.evaluated);
  json.OptionalString("type", check.type);
  json.OptionalString("found", result.actual_value);
  json.OptionalString("expected", result.expected_result);
  json.OptionalString("reason", result.reason);
  json.OptionalString("remediation", check.remediation);
  json.EndObject();
}

}  // namespace

void WriteJson(const BenchmarkReport& report, std::ostream& out) {
  JsonWriter json(out);
  json.BeginObject();
  json.String("benchmark", report.set);
  json.String("detectedVersion", report.detected_version);
  json.BeginArray("targets");
  for (const JudgedTarget& target : report.targets) {
    json.BeginObject();
    json.String("target", target.type);
    json.String("id", target.id);
    json.String("text", target.text);
    json.BeginArray("missingPrograms");
    for (const std::string& program : target.missing) json.String(program);
    json.EndArray();
    WriteCounts(json, "", target.counts);
    json.BeginArray("groups");
    for (const JudgedGroup& group : target.groups) {
      json.BeginObject();
      json.String("id", group.id);
      json.String("text", group.text);
      WriteCounts(json, "", group.counts);
      json.BeginArray("checks");
      for (const JudgedCheck& check : group.checks) WriteCheck(json, check);
      json.EndArray();
      json.EndObject();
    }
    json.EndArray();
    json.EndObject();
  }
  json.EndArray();
  json.BeginObject("total");
  WriteCounts(json, "", Total(report));
  json.EndObject();
  json.EndObject();
}

void WriteKubeBench(const BenchmarkReport& report, std::ostream& out) {
  JsonWriter json(out);
  json.BeginObject();
  json.BeginArray("Controls");
  for (const JudgedTarget& target : report.targets) {
    json.BeginObject();
    json.String("id", target.id);
    json.String("version", target.version);
    json.OptionalString("detected_version", report.detected_version);
    json.String("text", target.text);
    json.String("node_type", target.type);
    json.BeginArray("tests");
    for (const JudgedGroup& group : target.groups) {
      json.BeginObject();
      json.String("section", group.id);
      json.String("type", "");
      WriteCounts(json, "", group.counts);
      json.String("desc", group.text);
      json.BeginArray("results");
      for (const JudgedCheck& check : group.checks) WriteKubeBenchCheck(json, check);
      json.EndArray();
      json.EndObject();
    }
    json.EndArray();
    WriteCounts(json, "total_", target.counts);
    json.EndObject();
  }
  json.EndArray();
  json.BeginObject("Totals");
  WriteCounts(json, "total_", Total(report));
  json.EndObject();
  json.EndObject();
}

void WriteSarif(const BenchmarkReport& report, std::string_view version, std::ostream& out) {
  JsonWriter json(out);
  documents::BeginSarifRun(json, version);
  const auto each = [&](const auto& visit) {
    for (const JudgedTarget& target : report.targets) {
      for (const JudgedGroup& group : target.groups) {
        for (const JudgedCheck& judged : group.checks) {
          const State state = judged.result.state;
          if (state == State::kFail || state == State::kWarn) visit(target, judged);
        }
      }
    }
  };
  each([&](const JudgedTarget&, const JudgedCheck& judged) {
    json.BeginObject();
    json.String("id", report.set + "/" + judged.check.id);
    json.BeginObject("shortDescription");
    json.String("text", judged.check.text.empty() ? judged.check.id : judged.check.text);
    json.EndObject();
    if (!judged.check.remediation.empty()) {
      json.BeginObject("help");
      json.String("text", judged.check.remediation);
      json.EndObject();
    }
    json.EndObject();
  });
  json.EndArray();
  json.EndObject();
  json.EndObject();
  json.BeginArray("results");
  each([&](const JudgedTarget& target, const JudgedCheck& judged) {
    json.BeginObject();
    json.String("ruleId", report.set + "/" + judged.check.id);
    json.String("level", judged.result.state == State::kFail ? "error" : "note");
    json.BeginObject("message");
    const std::string& reason = judged.result.reason;
    json.String("text", judged.check.text + (reason.empty() ? "" : ": " + reason));
    json.EndObject();
    json.BeginArray("locations");
    json.BeginObject();
    json.BeginArray("logicalLocations");
    json.BeginObject();
    json.String("name", target.type);
    json.String("kind", "module");
    json.EndObject();
    json.EndArray();
    json.EndObject();
    json.EndArray();
    json.EndObject();
  });
  json.EndArray();
  json.EndObject();
  json.EndArray();
  json.EndObject();
}

}  // namespace narrows::report::benchmark
