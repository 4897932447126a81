#include "control/explanation.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/strings.h"

namespace narrows::control {
namespace {

using Standing = storage::FindingUse::Standing;

const model::Package& PackageOf(const storage::StoredFinding& stored) {
  return std::get<model::PackageSubject>(stored.finding.subject).package;
}

int Rank(Standing standing) {
  switch (standing) {
    case Standing::kViolates:
      return 0;
    case Standing::kSuppressed:
      return 1;
    case Standing::kTolerated:
      return 2;
  }
  return 2;
}

// The worst that any policy says of it; behind all where nobody runs it.
int Rank(const HitImage& image) {
  int rank = 3;
  for (const RunningWorkload& workload : image.workloads) {
    for (const PolicySays& says : workload.policies) rank = std::min(rank, Rank(says.standing));
  }
  return rank;
}

Result<std::vector<RunningWorkload>> WorkloadsOf(const storage::Snapshot& snapshot,
                                                 const HitImage& image,
                                                 const std::optional<std::string>& only) {
  std::map<model::WorkloadRef, std::map<std::string, PolicySays>> found;
  for (const storage::StoredFinding& stored : image.findings) {
    ASSIGN_OR_RETURN(std::vector<storage::FindingUse> uses,
                     snapshot.assessments().UsesOf(image.digest, stored.finding.id));
    for (storage::FindingUse& use : uses) {
      if (only && use.workload.ToString() != *only) continue;
      PolicySays says{use.policy, use.verdict, use.standing, std::move(use.rule),
                      std::move(use.reason)};
      const auto [it, is_new] = found[use.workload].try_emplace(use.policy, says);
      if (!is_new && Rank(says.standing) < Rank(it->second.standing)) it->second = std::move(says);
    }
  }
  std::vector<RunningWorkload> workloads;
  for (auto& [ref, policies] : found) {
    RunningWorkload workload{ref, {}};
    for (auto& [name, says] : policies) workload.policies.push_back(std::move(says));
    workloads.push_back(std::move(workload));
  }
  return workloads;
}

Status CheckWorkload(const storage::Snapshot& snapshot, const std::string& workload) {
  const std::vector<std::string_view> parts = Split(workload, '/');
  if (parts.size() != 3 || parts[0].empty() || parts[1].empty() || parts[2].empty()) {
    return InvalidArgument("\"" + Printable(workload, 200) +
                           "\" is not of the form NAMESPACE/KIND/NAME, such as "
                           "shop/Deployment/web");
  }
  ASSIGN_OR_RETURN(const auto judged,
                   snapshot.assessments().Latest({.name_space = std::string(parts[0])}));
  const bool known = std::any_of(judged.begin(), judged.end(), [&](const auto& assessment) {
    return assessment.workload.ToString() == workload;
  });
  if (known) return Ok();
  return NotFound("no policy judges a workload " + Printable(workload, 200));
}

}  // namespace

Result<Explanation> Explain(const storage::Snapshot& snapshot, std::string_view id,
                            const std::optional<std::string>& workload) {
  if (workload) RETURN_IF_ERROR(CheckWorkload(snapshot, *workload));
  ASSIGN_OR_RETURN(std::vector<storage::StoredFinding> findings,
                   snapshot.findings().OfVulnerability(id, false));
  std::map<std::string, HitImage> by_digest;
  for (storage::StoredFinding& stored : findings) {
    const std::string& digest =
        std::get<model::PackageSubject>(stored.finding.subject).image_digest;
    by_digest[digest].findings.push_back(std::move(stored));
  }
  Explanation explanation{std::string(id), {}};
  for (auto& [digest, image] : by_digest) {
    image.digest = digest;
    std::sort(image.findings.begin(), image.findings.end(), [](const auto& a, const auto& b) {
      return std::tie(PackageOf(a).name, a.finding.id) < std::tie(PackageOf(b).name, b.finding.id);
    });
    ASSIGN_OR_RETURN(image.workloads, WorkloadsOf(snapshot, image, workload));
    if (workload && image.workloads.empty()) continue;
    ASSIGN_OR_RETURN(const auto stored, snapshot.images().Get(digest));
    if (stored) image.reference = stored->analysis.reference;
    explanation.images.push_back(std::move(image));
  }
  std::stable_sort(explanation.images.begin(), explanation.images.end(),
                   [](const HitImage& a, const HitImage& b) { return Rank(a) < Rank(b); });
  return explanation;
}

}  // namespace narrows::control
