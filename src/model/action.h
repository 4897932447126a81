#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/workload.h"

namespace narrows::model {

enum class Isolation { kDeny, kDetach };
std::string_view ToString(Isolation isolation);  // "deny", "detach"

// Whether a quarantine really isolates, by the API's semantics of NetworkPolicies, which add up.
struct Effectiveness {
  bool effective = true;
  std::vector<std::string>
      defeated_by;  // names of the namespace's policies that allow traffic all the same
  std::string explanation;
};

// One line of the audit trail: what was done (or planned), to whom, by whom, why, until when.
struct ActionRecord {
  std::string id;        // stable: cluster, workload, policy, kind and start time
  std::string kind;      // "quarantine", "release", "alert"
  bool planned = false;  // a dry run: nothing was changed
  WorkloadRef workload;
  std::vector<std::string> policies;  // that ask for it, sorted
  std::string actor;                  // "policy/NAME" or the user who released by hand
  std::string reason;
  Isolation isolation = Isolation::kDeny;
  TimePoint time;
  std::optional<TimePoint> until;
  Effectiveness effectiveness;
  std::vector<std::string> pods;  // names it touched
  std::string error;              // empty when it was carried out
};

}  // namespace narrows::model
