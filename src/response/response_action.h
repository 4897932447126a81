#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "assessment/policy.h"
#include "base/call_context.h"
#include "base/clock.h"
#include "base/joined_spans.h"
#include "kubernetes/api_client.h"
#include "model/action.h"
#include "model/assessment.h"
#include "model/network_policy.h"
#include "model/workload.h"
#include "response/pod_change.h"

namespace narrows::response {

inline const kubernetes::ResourceType kInspectionPolicies{
    "goharbor.goharbor.io", "v1alpha1", "inspectionpolicies", "InspectionPolicy", false};

// What an action decides from, borrowed for the call. It must be the whole picture: what is missing
// counts as gone, so nothing may be planned before every list has been read once.
struct Situation {
  std::string_view cluster;        // its id
  std::string_view own_namespace;  // where Narrows runs; empty outside a cluster
  // Every policy whose spec can be read, those being deleted included; none twice.
  std::span<const assessment::Policy> policies;
  // Names of policies that exist but whose spec is wrong: frozen as they are.
  std::span<const std::string> unreadable_policies;
  // The latest of each policy and workload. A missing one counts as unknown.
  JoinedSpans<model::Assessment> assessments;
  JoinedSpans<model::Namespace> namespaces;
  JoinedSpans<model::Workload> workloads;
  // Workloads that exist, also without a pod at the moment, so that what is known of them is not
  // dropped.
  JoinedSpans<model::WorkloadRef> idle_workloads;
  JoinedSpans<model::NetworkPolicy> network_policies;
  JoinedSpans<model::Service> services;
};

// One call of the API, as a value.
struct Operation {
  enum class Verb {
    kCreate,
    kMergePatch,  // of an object of ours
    kDelete,      // `uid` is its precondition; an absent object is success
    kChangePod,  // `change`, against the pod as it is then; an absent pod or another uid is success
  };

  Verb verb = Verb::kCreate;
  kubernetes::ObjectName object;
  std::string uid;
  std::string body;  // of kCreate and kMergePatch
  PodChange change;
  std::string group;  // operations of one group stop at the first failure; others go on

  // One line for a person: "create networkpolicies shop/cnsi-networkpolicy--shop".
  std::string ToString() const;
};

enum class Standing {
  kNew,       // will be isolated now
  kChanged,   // stays isolated; by whom, until when or how is new
  kKept,      // stays as it is
  kReleased,  // will be released now
  kHeldBack,  // ought to be isolated and is not; `record.error` says why
  kPlanned,   // of a policy that only plans
};
std::string_view ToString(Standing standing);  // "new", "changed", …

// What an action means to do about one workload.
struct Decision {
  Standing standing = Standing::kKept;
  model::ActionRecord record;
};

struct ActionPlan {
  std::vector<Decision> decisions;    // sorted by workload
  std::vector<Operation> operations;  // in the order they must be carried out
  std::vector<std::string> warnings;
  // When the first of all that policies ask for ends, so that another plan may be due; also of one
  // that others keep up.
  std::optional<TimePoint> next_end;
};

// What a write left behind.
struct Written {
  kubernetes::ObjectName object;
  std::string uid;
  std::string resource_version;  // of the last write that gave one back; may be empty
  bool deleted = false;          // or was not there any more
};

struct ActionOutcome {
  // Of each decision that changed something (kNew, kChanged, kReleased), with its error if one came
  // or the plan had one.
  std::vector<model::ActionRecord> records;
  std::vector<Error> errors;
  // No plan may be made before all of this is shown.
  std::vector<Written> written;
};

// A permission that an action needs, for the start-up check.
struct Permission {
  std::string group;
  std::string resource;
  std::string verb;
  std::string why;
};

// Something done about what was found. Plan and Revert are pure and thread-safe; Apply is
// idempotent and may be broken off anywhere: planning again from the cluster's state completes it.
class ResponseAction {
 public:
  virtual ~ResponseAction() = default;
  virtual std::string_view Kind() const = 0;  // as in a policy's actions
  virtual std::vector<Permission> Describe() const = 0;
  // What is to be done so that the cluster is as the policies want it: the dry run.
  virtual ActionPlan Plan(const Situation& situation, TimePoint now) const = 0;
  // What is to be done so that nothing is left of what the policy asked for.
  virtual ActionPlan Revert(const Situation& situation, std::string_view policy,
                            TimePoint now) const = 0;
  virtual ActionOutcome Apply(const ActionPlan& plan, const CallContext& context) = 0;
};

}  // namespace narrows::response
