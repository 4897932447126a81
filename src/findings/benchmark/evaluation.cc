#include "findings/benchmark/evaluation.h"

#include <re2/re2.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/json.h"
#include "base/json_path.h"
#include "base/strings.h"
#include "base/yaml.h"
#include "findings/benchmark/comparison.h"

namespace narrows::findings::benchmark {
namespace {

namespace json = boost::json;

enum class Source { kCommand, kConfig, kEnvironment };

struct Found {
  bool match = false;
  std::string value;
};

struct ItemOutcome {
  bool holds = false;
  bool found = false;
  std::string expected;
};

std::string GoQuoted(std::string_view text) { return json::serialize(json::string(text)); }

RE2::Options Quiet() {
  RE2::Options options;
  options.set_log_errors(false);
  return options;
}

// "--flag=value", "flag: value", "--flag" (which is true) or a word by itself.
Result<Found> FindFlag(const TestItem& item, const std::string& text) {
  if (text.empty() || item.flag.empty() || text.find(item.flag) == std::string::npos)
    return Found{};
  const RE2 pattern("(" + item.flag + R"()(=|: *)*([^\t\n\f\r ]*) *)", Quiet());
  if (!pattern.ok()) return InvalidArgument("'" + Printable(item.flag) + "' is no flag");
  std::string flag;
  std::string separator;
  std::string value;
  if (!RE2::PartialMatch(text, pattern, &flag, &separator, &value))
    return InvalidArgument("invalid flag in testItem definition: " + Printable(text));
  if (value.empty()) value = item.flag.rfind("--", 0) == 0 ? "true" : flag;
  return Found{true, value};
}

Result<Found> FindVariable(const TestItem& item, const std::string& text) {
  if (text.empty() || item.env.empty()) return Found{};
  const RE2 pattern("(" + item.env + "=.*(?:$|\\n))", Quiet());
  std::string value;
  if (!pattern.ok() || !RE2::PartialMatch(text, pattern, &value)) return Found{};
  if (const size_t end = value.find('\n'); end != std::string::npos) value.erase(end, 1);
  const std::string name = item.env + "=";
  if (const size_t at = value.find(name); at != std::string::npos) value.erase(at, name.size());
  return Found{!value.empty(), value};
}

// Go's decoder makes every number of a JSON document a float.
void MakeFloats(json::value& value) {
  if (value.is_int64() || value.is_uint64()) {
    value = value.to_number<double>();
  } else if (auto* array = value.if_array()) {
    for (json::value& element : *array) MakeFloats(element);
  } else if (auto* object = value.if_object()) {
    for (auto& member : *object) MakeFloats(member.value());
  }
}

bool HasObject(const json::value& value) {
  if (value.is_object()) return true;
  const auto* array = value.if_array();
  if (array == nullptr) return false;
  for (const json::value& element : *array) {
    if (HasObject(element)) return true;
  }
  return false;
}

Result<Found> FindPath(const TestItem& item, const std::string& text) {
  json::value document;
  Result<json::value> parsed = ParseJson(text);
  const bool is_json = parsed.has_value();
  if (is_json) {
    document = *std::move(parsed);
    MakeFloats(document);
  } else {
    ASSIGN_OR_RETURN_WITHIN(auto documents, ParseYamlDocuments(text),
                            "failed to load YAML or JSON");
    if (!documents.empty()) document = std::move(documents.front());
  }
  ASSIGN_OR_RETURN(const JsonPath path, JsonPath::Parse(item.path));
  if (!is_json) {
    // kube-bench cannot print a map that it read from YAML.
    ASSIGN_OR_RETURN(const auto values, path.Find(document));
    for (const auto& part : values) {
      for (const json::value& value : part) {
        if (HasObject(value)) return InvalidArgument("a map of YAML cannot be printed");
      }
    }
  }
  ASSIGN_OR_RETURN(const std::string value, path.Print(document));
  return Found{!value.empty(), value};
}

Result<Found> Find(const TestItem& item, Source source, const std::string& text) {
  if (source == Source::kEnvironment) return FindVariable(item, text);
  if (source == Source::kConfig) return FindPath(item, text);
  return FindFlag(item, text);
}

ItemOutcome EvaluateRow(const TestItem& item, Source source, const std::string& text) {
  const Result<Found> found = Find(item, source, text);
  if (!found.has_value()) return {};
  const std::string& name = source == Source::kEnvironment ? item.env
                            : source == Source::kConfig    ? item.path
                                                           : item.flag;
  if (!item.set) return {!found->match, found->match, "'" + name + "' is not present"};
  if (!found->match || item.compare.op.empty())
    return {found->match, found->match, "'" + name + "' is present"};
  ComparisonOutcome outcome = Compare(item.compare, found->value, name);
  return {outcome.holds, true, std::move(outcome.expected)};
}

std::string WithoutEnd(std::string text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n')) text.pop_back();
  return text;
}

// Every row by itself where the check says so, up to the first that fails.
ItemOutcome EvaluateItem(const TestItem& item, bool each_row, Source source,
                         const std::string& text) {
  if (!each_row) return EvaluateRow(item, source, text);
  ItemOutcome outcome;
  for (const std::string_view row : Split(text, '\n')) {
    outcome = EvaluateRow(item, source, std::string(row));
    if (!outcome.holds) break;
  }
  return outcome;
}

struct Outputs {
  std::string command;
  std::string config;
  std::string environment;
};

// What the item says, and the text that it last looked at.
ItemOutcome EvaluateItem(const Check& check, const TestItem& item, const Outputs& outputs,
                         std::string& seen) {
  const auto look = [&](Source source, const std::string& output) {
    seen = WithoutEnd(output);
    return EvaluateItem(item, check.use_multiple_values, source, seen);
  };
  ItemOutcome outcome = look(Source::kCommand, outputs.command);
  if (!outcome.found && !check.audit_config.empty() && !outputs.config.empty())
    outcome = look(Source::kConfig, outputs.config);
  if (!outcome.found && !item.env.empty())
    outcome = look(Source::kEnvironment, outputs.environment);
  return outcome;
}

CheckResult EvaluateTests(const Check& check, const Outputs& outputs) {
  CheckResult result;
  const State otherwise = check.scored ? State::kFail : State::kWarn;
  const bool any = check.tests.bin_op == "or";
  bool holds = !any;
  for (size_t i = 0; i < check.tests.items.size(); ++i) {
    std::string seen;
    const ItemOutcome outcome = EvaluateItem(check, check.tests.items[i], outputs, seen);
    holds = any ? holds || outcome.holds : holds && outcome.holds;
    if (i == 0) {
      result.actual_value = seen;
    } else {
      result.expected_result += any ? " OR " : " AND ";
    }
    result.expected_result += outcome.expected;
  }
  result.state = holds ? State::kPass : otherwise;
  if (!any && !check.tests.bin_op.empty() && check.tests.bin_op != "and") {
    result.state = otherwise;
    result.reason = "unknown binary operator for tests " + check.tests.bin_op;
    result.actual_value = result.reason + "\n";
    result.expected_result.clear();
  }
  return result;
}

// The audit's output; an empty audit has none.
Result<AuditOutput> RunAudit(const std::string& audit, const AuditRunner& run,
                             std::string& failure) {
  const std::string script(Trim(audit));
  failure.clear();
  if (script.empty()) return AuditOutput{};
  ASSIGN_OR_RETURN(AuditOutput output, run(script));
  if (output.exit_code != 0) {
    failure = "failed to run: " + GoQuoted(script) + ", output: " + GoQuoted(output.text) +
              ", error: exit status " + std::to_string(output.exit_code);
  }
  return output;
}

// Runs the three audits; `failure` says why one failed.
Result<Outputs> RunAudits(const Check& check, const AuditRunner& run, std::string& failure) {
  Outputs outputs;
  ASSIGN_OR_RETURN(AuditOutput environment, RunAudit(check.audit_env, run, failure));
  outputs.environment = std::move(environment.text);
  if (!failure.empty()) return outputs;
  ASSIGN_OR_RETURN(AuditOutput command, RunAudit(check.audit, run, failure));
  outputs.command = std::move(command.text);
  if (!failure.empty()) return outputs;
  ASSIGN_OR_RETURN(AuditOutput config, RunAudit(check.audit_config, run, failure));
  outputs.config = std::move(config.text);
  const bool no_file = failure.find("exit status 127") != std::string::npos ||
                       failure.find("No such file or directory") != std::string::npos;
  if (no_file && (!outputs.environment.empty() || !outputs.command.empty())) {
    failure.clear();
    outputs.config.clear();
  }
  return outputs;
}

CheckResult Plain(State state, std::string reason) {
  CheckResult result;
  result.state = state;
  result.reason = std::move(reason);
  return result;
}

}  // namespace

std::string_view ToString(State state) {
  switch (state) {
    case State::kPass:
      return "PASS";
    case State::kFail:
      return "FAIL";
    case State::kWarn:
      return "WARN";
    case State::kInfo:
      return "INFO";
  }
  return "WARN";
}

CheckResult Evaluate(const Check& check, const AuditRunner& run) {
  if (check.scored && Trim(check.type).empty() && !check.has_tests)
    return Plain(State::kWarn, "There are no tests");
  if (check.type == "skip") return Plain(State::kInfo, "Test marked as skip");
  if (check.type == "manual") return Plain(State::kWarn, "Test marked as a manual test");
  const State otherwise = check.scored ? State::kFail : State::kWarn;
  if (check.tests.items.empty()) return Plain(otherwise, "No tests defined");
  std::string failure;
  const Result<Outputs> outputs = RunAudits(check, run, failure);
  if (!outputs.has_value()) {
    CheckResult result = Plain(State::kWarn, "not evaluated: " + outputs.error().message);
    result.evaluated = false;
    return result;
  }
  if (!failure.empty()) return Plain(otherwise, failure);
  return EvaluateTests(check, *outputs);
}

}  // namespace narrows::findings::benchmark
