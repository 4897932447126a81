#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/assessment.h"

namespace narrows::storage {

// One change of a workload's verdict under a policy.
struct VerdictTransition {
  model::WorkloadRef workload;
  std::string policy;
  std::optional<model::Verdict> from;  // nothing: judged for the first time
  std::optional<model::Verdict> to;    // nothing: the workload or the policy is gone
  TimePoint time;
};

// Empty members match everything.
struct AssessmentFilter {
  std::string name_space;
  std::string policy;
  std::optional<model::Verdict> verdict;
};

// The latest assessment of each workload under each policy, and the history of verdicts. An
// assessment that repeats the last verdict adds no history.
class AssessmentStore {
 public:
  virtual ~AssessmentStore() = default;

  // Sorted by namespace, kind, name, uid, policy. Findings in evidence are whole as far as
  // FindingStore holds them; of others only the id is there.
  virtual Result<std::vector<model::Assessment>> Latest(const AssessmentFilter& filter) const = 0;

  // Newest first; of one workload and policy.
  virtual Result<std::vector<VerdictTransition>> Transitions(const model::WorkloadRef& workload,
                                                             std::string_view policy,
                                                             size_t most) const = 0;

  // Newest first; of all.
  virtual Result<std::vector<VerdictTransition>> RecentTransitions(size_t most) const = 0;

  // True when the verdict is another than before, or the first.
  virtual Result<bool> Put(const model::Assessment& assessment) = 0;

  // The workload is gone or the policy does not select it any more. Nothing happens when there is
  // no such assessment.
  virtual Status Remove(const model::WorkloadRef& workload, std::string_view policy) = 0;
};

}  // namespace narrows::storage
