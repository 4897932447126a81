#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/finding.h"
#include "storage/store.h"

namespace narrows::control {

// What a policy makes of a vulnerability in a workload: the worst over the packages that have it.
struct PolicySays {
  std::string policy;
  model::Verdict verdict = model::Verdict::kUnknown;  // of the workload as a whole
  storage::FindingUse::Standing standing = storage::FindingUse::Standing::kTolerated;
  std::string rule;
  std::string reason;
};

struct RunningWorkload {
  model::WorkloadRef ref;
  std::vector<PolicySays> policies;  // by name
};

// An image with the vulnerability, and who runs it under some policy.
struct HitImage {
  std::string digest;
  std::string reference;                         // as it was read; may be empty
  std::vector<storage::StoredFinding> findings;  // one a package, sorted by its name
  std::vector<RunningWorkload> workloads;
};

// What a vulnerability hits, worst first: images that break a policy, then those that run, then the
// others.
struct Explanation {
  std::string id;
  std::vector<HitImage> images;
};

// `id` is a CVE, an advisory's own id or another name of it. With a workload
// ("namespace/Kind/name") only what it runs; kNotFound where no policy judges such a workload.
Result<Explanation> Explain(const storage::Snapshot& snapshot, std::string_view id,
                            const std::optional<std::string>& workload);

}  // namespace narrows::control
