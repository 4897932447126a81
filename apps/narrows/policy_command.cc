// `narrows policy`: what the cluster's policies expect, and what became of them.
#include <boost/json.hpp>
#include <iostream>

#include "base/json.h"
#include "base/strings.h"
#include "cluster_parts.h"
#include "commands.h"
#include "control/policy_watch.h"
#include "parts.h"
#include "report/documents/text_table.h"

namespace narrows::app {
namespace {

namespace json = boost::json;
using Policies = std::vector<std::shared_ptr<const control::WatchedPolicy>>;

constexpr std::chrono::milliseconds kTimeout{60'000};

Result<Policies> ListPolicies(const PolicyFlags& flags, const CallContext& context) {
  const SystemClock clock;
  ASSIGN_OR_RETURN(const auto client, MakeClusterClient(flags.cluster, clock));
  const auto watch = control::MakePolicyWatch([](const std::string&) {});
  RETURN_IF_ERROR(watch->ListOnce(*client, context));
  return watch->Policies();
}

json::object ObjectOf(const control::WatchedPolicy& policy) {
  const Result<json::value> document = ParseJson(policy.object);
  return document.has_value() && document->is_object() ? document->get_object() : json::object();
}

json::object StatusOf(const json::object& object) {
  const json::object* status = JsonObject(object, "status");
  return status ? *status : json::object();
}

std::string CountOf(const json::object& status, std::string_view what) {
  const json::object* counts = JsonObject(status, "counts");
  const auto count = counts ? JsonInt(*counts, what) : std::nullopt;
  return count ? std::to_string(*count) : "-";
}

std::vector<json::object> ConditionsOf(const json::object& status) {
  std::vector<json::object> conditions;
  if (const json::array* array = JsonArray(status, "conditions")) {
    for (const json::value& value : *array) {
      if (value.is_object()) conditions.push_back(value.get_object());
    }
  }
  return conditions;
}

report::documents::Cell ReadyCell(const json::object& status) {
  for (const json::object& condition : ConditionsOf(status)) {
    if (JsonString(condition, "type") != "Ready") continue;
    const bool ready = JsonString(condition, "status") == "True";
    return {ready ? "yes" : "no: " + JsonString(condition, "reason"),
            ready ? report::documents::Style::kGreen : report::documents::Style::kYellow};
  }
  return {"not seen yet", report::documents::Style::kYellow};
}

std::string ActionsOf(const control::WatchedPolicy& policy) {
  if (!policy.spec) return "";
  std::vector<std::string> actions;
  for (const assessment::Action& action : policy.spec->actions) {
    actions.push_back(std::string(ToString(action.kind)) +
                      (action.mode == assessment::ActionMode::kPlan ? " (plan)" : ""));
  }
  return Join(actions, ", ");
}

void WriteList(const Policies& policies) {
  if (policies.empty()) {
    std::cout << "The cluster has no InspectionPolicy.\n";
    return;
  }
  const std::vector<report::documents::Column> columns = {
      {"POLICY"},   {"READY"},   {"SCHEDULE", true}, {"WORKLOADS"},
      {"VIOLATED"}, {"UNKNOWN"}, {"QUARANTINED"},    {"ACTIONS", true}};
  std::vector<std::vector<report::documents::Cell>> rows;
  for (const auto& policy : policies) {
    const json::object status = StatusOf(ObjectOf(*policy));
    rows.push_back({{policy->meta.name},
                    ReadyCell(status),
                    {policy->spec && policy->spec->schedule ? policy->spec->schedule->text() : ""},
                    {CountOf(status, "workloads")},
                    {CountOf(status, "violated")},
                    {CountOf(status, "unknown")},
                    {CountOf(status, "quarantined")},
                    {ActionsOf(*policy)}});
  }
  report::documents::WriteTextTable(columns, rows, StandardOutput(), std::cout);
}

void WriteJsonList(const Policies& policies) {
  json::array items;
  for (const auto& policy : policies) items.push_back(ObjectOf(*policy));
  std::cout << json::serialize(json::object{{"apiVersion", assessment::kApiVersion},
                                            {"kind", "InspectionPolicyList"},
                                            {"items", std::move(items)}})
            << "\n";
}

void Line(const std::string& name, const std::string& value) {
  if (!value.empty()) std::cout << name << ": " << report::documents::OneLine(value) << "\n";
}

std::string Describe(const assessment::Baseline& baseline) {
  std::string text = "at most " + std::string(ToString(baseline.accepted));
  if (baseline.kev) text += ", nothing known to be exploited";
  if (baseline.epss) text += ", nothing with an EPSS of " + std::to_string(*baseline.epss);
  if (baseline.only_fixed) text += "; only what has a fix counts";
  return text;
}

void WriteExpectations(const assessment::Policy& policy) {
  Line("Namespaces", policy.namespace_selector.ToString());
  Line("Workloads", policy.workload_selector.ToString());
  for (const assessment::Baseline& baseline : policy.baselines) Line("Accepts", Describe(baseline));
  Line("What is unknown", policy.on_unknown == assessment::OnUnknown::kFail ? "fails" : "is shown");
  for (const assessment::Exception& exception : policy.exceptions) {
    Line("Exception",
         exception.id + (exception.package ? " " + exception.package->text() : std::string()) +
             ": " + exception.reason +
             (exception.expires ? ", until " + FormatRfc3339(*exception.expires) : std::string()));
  }
  for (const assessment::Release& release : policy.releases) {
    Line("Released",
         release.name_space + "/" + release.kind + "/" + release.name +
             (release.until ? " until " + FormatRfc3339(*release.until) : std::string()) +
             (release.reason.empty() ? "" : ": " + release.reason));
  }
}

int WritePolicy(const control::WatchedPolicy& policy) {
  const json::object status = StatusOf(ObjectOf(policy));
  Line("Policy", policy.meta.name);
  if (policy.spec) {
    if (policy.spec->schedule) Line("Schedule", policy.spec->schedule->text());
    WriteExpectations(*policy.spec);
    Line("Actions", ActionsOf(policy));
    for (const assessment::Notice& notice : policy.spec->notices)
      Line("Not acted on", notice.field + " " + notice.text);
  } else {
    Line("Invalid", policy.fault->message);
  }
  for (const json::object& condition : ConditionsOf(status)) {
    Line("Condition", JsonString(condition, "type") + " " + JsonString(condition, "status") + ", " +
                          JsonString(condition, "reason") + ": " +
                          JsonString(condition, "message"));
  }
  for (const char* count : {"workloads", "passed", "violated", "unknown", "quarantined"})
    Line(count, CountOf(status, count));
  return kDone;
}

}  // namespace

int RunPolicyList(const PolicyFlags& flags) {
  return RunUntilSignal(kTimeout, [&](const CallContext& context) -> int {
    const Result<Policies> policies = ListPolicies(flags, context);
    if (!policies.has_value()) return Fail(policies.error());
    flags.output == OutputFormat::kJson ? WriteJsonList(*policies) : WriteList(*policies);
    return kDone;
  });
}

int RunPolicyShow(const PolicyFlags& flags) {
  return RunUntilSignal(kTimeout, [&](const CallContext& context) -> int {
    const Result<Policies> policies = ListPolicies(flags, context);
    if (!policies.has_value()) return Fail(policies.error());
    for (const auto& policy : *policies) {
      if (policy->meta.name != flags.name) continue;
      if (flags.output == OutputFormat::kTable) return WritePolicy(*policy);
      std::cout << json::serialize(ObjectOf(*policy)) << "\n";
      return kDone;
    }
    return Fail(NotFound("the cluster has no InspectionPolicy \"" + Printable(flags.name) +
                         "\"; `narrows policy list` shows those there are"));
  });
}

}  // namespace narrows::app
