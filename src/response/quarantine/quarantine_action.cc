#include "response/quarantine/quarantine_action.h"

#include <map>
#include <utility>

#include "base/log.h"
#include "base/strings.h"
#include "kubernetes/resource_types.h"
#include "response/executor.h"
#include "response/quarantine/planner.h"

namespace narrows::response::quarantine {
namespace {

// Which error concerns which workload.
class Failures {
 public:
  void Add(const OperationResult& result) {
    const kubernetes::ObjectName& object = result.operation->object;
    if (result.error) of_namespace_.emplace(object.name_space, result.error->message);
    if (result.carried_out || result.operation->verb != Operation::Verb::kChangePod) return;
    // One that was left has the error that stopped its group.
    of_pod_[{object.name_space, object.name}] =
        result.error ? result.error->message : of_namespace_[object.name_space];
  }

  std::string Of(const model::ActionRecord& record) const {
    const std::string& name_space = record.workload.name_space;
    for (const std::string& pod : record.pods) {
      const auto error = of_pod_.find({name_space, pod});
      if (error != of_pod_.end()) return error->second;
    }
    const auto error = of_namespace_.find(name_space);
    return record.pods.empty() && error != of_namespace_.end() ? error->second : "";
  }

 private:
  std::map<std::string, std::string> of_namespace_;  // the first
  std::map<std::pair<std::string, std::string>, std::string> of_pod_;
};

class QuarantineAction final : public ResponseAction {
 public:
  explicit QuarantineAction(kubernetes::ApiClient& client) : client_(client) {}

  std::string_view Kind() const override {
    return assessment::ToString(assessment::ActionKind::kQuarantine);
  }

  std::vector<Permission> Describe() const override {
    const std::string network = "networking.k8s.io";
    return {{"", "pods", "get", "reads a pod before it changes its labels"},
            {"", "pods", "patch", "puts the quarantine's labels on pods and takes them off"},
            {"", "pods", "list", "finds the pods of a workload"},
            {"", "services", "list", "finds the labels by which Services select a pod"},
            {network, "networkpolicies", "list", "says whether an isolation is effective"},
            {network, "networkpolicies", "create", "isolates"},
            {network, "networkpolicies", "patch", "keeps who isolated what, why and until when"},
            {network, "networkpolicies", "delete", "releases"},
            {kInspectionPolicies.group, "inspectionpolicies/status", "patch",
             "remembers releases and expiries"}};
  }

  ActionPlan Plan(const Situation& situation, TimePoint now) const override {
    return PlanQuarantine(situation, now);
  }

  ActionPlan Revert(const Situation& situation, std::string_view policy,
                    TimePoint now) const override {
    std::vector<assessment::Policy> policies(situation.policies.begin(), situation.policies.end());
    for (assessment::Policy& each : policies) {
      if (each.meta.name == policy) each.meta.deleting = true;
    }
    Situation without = situation;
    without.policies = policies;
    return PlanQuarantine(without, now);
  }

  ActionOutcome Apply(const ActionPlan& plan, const CallContext& context) override {
    ActionOutcome outcome;
    Failures failures;
    for (const OperationResult& result : Execute(client_, plan.operations, context)) {
      if (result.error) outcome.errors.push_back(*result.error);
      if (result.carried_out) outcome.written.push_back(result.written);
      failures.Add(result);
    }
    for (const Decision& decision : plan.decisions) {
      if (decision.standing != Standing::kNew && decision.standing != Standing::kChanged &&
          decision.standing != Standing::kReleased) {
        continue;
      }
      model::ActionRecord record = decision.record;
      const std::string failure = failures.Of(record);
      if (!failure.empty()) record.error = failure;
      LogOutcome(record);
      outcome.records.push_back(std::move(record));
    }
    return outcome;
  }

 private:
  static void LogOutcome(const model::ActionRecord& record) {
    const std::string workload = record.workload.ToString();
    const std::string message = record.kind + " of " + workload;
    if (!record.error.empty()) {
      LogError(message + " failed", {{"error", record.error}});
      return;
    }
    LogInfo(message, {{"reason", record.reason},
                      {"policies", Join(record.policies, ",")},
                      {"effective", record.effectiveness.effective ? "yes" : "no"},
                      {"defeated_by", Join(record.effectiveness.defeated_by, ",")}});
  }

  kubernetes::ApiClient& client_;
};

}  // namespace

std::unique_ptr<ResponseAction> MakeQuarantineAction(kubernetes::ApiClient& client) {
  return std::make_unique<QuarantineAction>(client);
}

ActionPlan PlanReleaseOfAll(const Situation& situation, TimePoint now) {
  Situation nobody = situation;
  nobody.policies = {};
  nobody.unreadable_policies = {};
  return PlanQuarantine(nobody, now);
}

}  // namespace narrows::response::quarantine
