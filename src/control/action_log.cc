#include "control/action_log.h"

#include <set>
#include <utility>

namespace narrows::control {
namespace {

using response::Standing;

std::string SubjectOf(const model::ActionRecord& record) {
  return record.workload.ToString() + " " + record.workload.uid + " " + record.kind +
         (record.planned ? " planned" : "");
}

}  // namespace

bool IsIsolated(Standing standing) {
  return standing == Standing::kNew || standing == Standing::kChanged ||
         standing == Standing::kKept;
}

ActionLog::Lines ActionLog::Take(const response::ActionPlan& plan,
                                 const std::vector<model::ActionRecord>& carried_out) {
  Lines lines;
  std::set<std::string> there;
  const auto is_news = [&](const model::ActionRecord& record, const std::string& state) {
    const std::string subject = SubjectOf(record);
    there.insert(subject);
    return std::exchange(told_[subject], state) != state;
  };
  std::set<std::string> done;
  for (const model::ActionRecord& record : carried_out) {
    done.insert(record.id);
    if (is_news(record, record.error.empty() ? record.id : "failed: " + record.error))
      lines.changed.push_back(record);
  }
  for (const response::Decision& decision : plan.decisions) {
    const model::ActionRecord& record = decision.record;
    if (done.contains(record.id)) continue;
    if (decision.standing == Standing::kKept) {
      if (is_news(record, record.id)) lines.kept.push_back(record);
    } else if (decision.standing == Standing::kPlanned ||
               decision.standing == Standing::kHeldBack) {
      if (is_news(record, record.reason + record.error)) lines.changed.push_back(record);
    }
  }
  std::erase_if(told_, [&](const auto& item) { return !there.contains(item.first); });
  return lines;
}

std::map<std::string, assessment::Counts> CountByPolicy(
    const JoinedSpans<model::Assessment>& assessments, const response::ActionPlan& plan) {
  std::map<std::string, assessment::Counts> counts;
  for (const model::Assessment& assessment : assessments) {
    assessment::Counts& of_policy = counts[assessment.policy];
    ++of_policy.workloads;
    switch (assessment.verdict) {
      case model::Verdict::kPassed:
        ++of_policy.passed;
        break;
      case model::Verdict::kViolated:
        ++of_policy.violated;
        break;
      case model::Verdict::kUnknown:
        ++of_policy.unknown;
        break;
    }
  }
  for (const response::Decision& decision : plan.decisions) {
    if (!IsIsolated(decision.standing)) continue;
    for (const std::string& policy : decision.record.policies) ++counts[policy].quarantined;
  }
  return counts;
}

}  // namespace narrows::control
