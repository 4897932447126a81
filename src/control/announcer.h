#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "assessment/policy.h"
#include "control/judgement.h"
#include "kubernetes/events.h"
#include "model/assessment.h"
#include "response/response_action.h"

namespace narrows::control {

// What of a workload failed a policy when it was looked at before this process
// (assessment::Fingerprints, so that a new image with the same vulnerabilities is no news).
using KnownViolations =
    std::function<std::set<std::string>(const model::WorkloadRef&, std::string_view policy)>;

// Decides what is news: each finding and each change is told once. Not thread-safe.
class Announcer {
 public:
  explicit Announcer(KnownViolations known) : known_(std::move(known)) {}

  // The `alert` action: one note for a workload and policy that says which findings are new, or
  // that it cannot be judged where the policy says onUnknown: fail.
  std::vector<kubernetes::EventNote> Alerts(const Judgement& judgement,
                                            const std::vector<assessment::Policy>& policies);

  // The namespace is gone.
  void Forget(const std::string& name_space);

  // What was isolated, released or held back.
  std::vector<kubernetes::EventNote> Decisions(const response::ActionPlan& plan);

  // The state of a policy, where it is another than the one told before. `before` is what its
  // status says of the time before this process.
  std::vector<kubernetes::EventNote> PolicyState(const assessment::ObjectMeta& policy,
                                                 std::string_view before, std::string_view reason,
                                                 std::string_view message, bool warning);

 private:
  KnownViolations known_;
  // By namespace, then by workload and policy.
  std::map<std::string, std::map<std::string, std::set<std::string>>> told_;
  std::map<std::string, std::string> decisions_;              // by workload
  std::map<std::string, std::string, std::less<>> policies_;  // by uid
};

}  // namespace narrows::control
