#pragma once

#include <map>
#include <string>
#include <vector>

#include "assessment/status.h"
#include "base/joined_spans.h"
#include "model/action.h"
#include "model/assessment.h"
#include "response/response_action.h"

namespace narrows::control {

// Which lines of the audit trail are new: what fails again and again, or stays planned or held back
// from round to round, is one line. Not thread-safe.
class ActionLog {
 public:
  struct Lines {
    std::vector<model::ActionRecord> changed;
    std::vector<model::ActionRecord> kept;  // in force; to be added only where a store lacks them
  };
  // `carried_out`: what the plan's application gave.
  Lines Take(const response::ActionPlan& plan, const std::vector<model::ActionRecord>& carried_out);

 private:
  std::map<std::string, std::string> told_;  // by workload and kind
};

bool IsIsolated(response::Standing standing);

// By policy.
std::map<std::string, assessment::Counts> CountByPolicy(
    const JoinedSpans<model::Assessment>& assessments, const response::ActionPlan& plan);

}  // namespace narrows::control
