#include "response/quarantine/detach.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "response/quarantine/effectiveness.h"
#include "response/quarantine/record.h"
#include "response/quarantine/units.h"

namespace narrows::response::quarantine {
namespace {

// Labels that the controllers of Kubernetes put on their pods and select them by.
constexpr std::array<std::string_view, 5> kControllerLabels = {
    "pod-template-hash", "controller-uid", "job-name", "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-name"};

void AddKeys(const model::LabelSelector& selector, std::set<std::string>& keys) {
  using Operator = model::LabelRequirement::Operator;
  for (const auto& [key, value] : selector.match_labels) keys.insert(key);
  for (const auto& expression : selector.match_expressions) {
    // Taking a label off only makes NotIn and DoesNotExist match.
    if (expression.op == Operator::kIn || expression.op == Operator::kExists) {
      keys.insert(expression.key);
    }
  }
}

}  // namespace

std::string DetachObstacle(const model::Pod& pod) {
  const auto has = [&](std::string_view key) { return pod.labels.find(key) != pod.labels.end(); };
  const auto controlled_by = [&](std::string_view kind) {
    return pod.controller_kind == kind || pod.owner.kind == kind;
  };
  if (controlled_by("StatefulSet") || has("statefulset.kubernetes.io/pod-name")) {
    return "pods of a StatefulSet are never detached";
  }
  if (controlled_by("DaemonSet")) {
    return "pods of a DaemonSet are never detached";
  }
  return "";
}

model::Labels LabelsToTakeOff(const model::Pod& pod, const JoinedSpans<model::Service>& services,
                              const JoinedSpans<model::NetworkPolicy>& policies) {
  std::set<std::string> keys;
  for (const model::Service& service : services) {
    if (service.name_space == pod.name_space && service.Selects(pod.labels)) {
      AddKeys({service.selector, {}}, keys);
    }
  }
  for (const model::NetworkPolicy& policy : policies) {
    if (policy.name_space == pod.name_space && !IsDenyAllPolicy(policy) &&
        !IsOurAllowPolicy(policy) && policy.pod_selector.Matches(pod.labels)) {
      AddKeys(policy.pod_selector, keys);
    }
  }
  const bool known_controller =
      pod.owner.kind == "Pod" ||
      std::any_of(kControllerLabels.begin(), kControllerLabels.end(),
                  [&](std::string_view key) { return pod.labels.contains(key); });
  model::Labels labels;
  for (const auto& [key, value] : pod.labels) {
    if (IsOurDomain(key)) continue;
    const bool of_controller = std::find(kControllerLabels.begin(), kControllerLabels.end(), key) !=
                               kControllerLabels.end();
    if (!known_controller || of_controller || keys.contains(key)) labels.emplace(key, value);
  }
  return labels;
}

}  // namespace narrows::response::quarantine
