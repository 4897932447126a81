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

// What becomes of a finding in a workload that runs its image, by the latest assessment under a
// policy.
struct FindingUse {
  enum class Standing { kTolerated, kViolates, kSuppressed };

  model::WorkloadRef workload;
  std::string policy;
  model::Verdict verdict = model::Verdict::kUnknown;  // of the workload under the policy
  Standing standing = Standing::kTolerated;
  std::string rule;    // that is broken, or what suppresses it; of kTolerated empty
  std::string reason;  // as the assessment gives it
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

  // The workloads that run the image under the policies that judge it, sorted by namespace, kind,
  // name, uid and policy, and what each makes of the finding (of none where `finding` is empty).
  virtual Result<std::vector<FindingUse>> UsesOf(std::string_view image_digest,
                                                 std::string_view finding) const = 0;

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
