#include "assessment/policy.h"

namespace narrows::assessment {

std::string_view ToString(ActionKind kind) {
  switch (kind) {
    case ActionKind::kQuarantine:
      return "quarantine_vulnerable_workload";
    case ActionKind::kForbidDeployment:
      return "forbid_vulnerable_deployment";
    case ActionKind::kAlert:
      return "alert";
  }
  return "";
}

const Action* Policy::Find(ActionKind kind) const {
  for (const Action& action : actions) {
    if (action.kind == kind) return &action;
  }
  return nullptr;
}

}  // namespace narrows::assessment
