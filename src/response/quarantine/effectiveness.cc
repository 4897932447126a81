#include "response/quarantine/effectiveness.h"

#include <algorithm>

#include "response/quarantine/record.h"

namespace narrows::response::quarantine {
namespace {

bool Annotated(const model::NetworkPolicy& policy, std::string_view key, std::string_view value) {
  const auto annotation = policy.annotations.find(key);
  return annotation != policy.annotations.end() && annotation->second == value;
}

std::string Describe(const model::NetworkPolicy& policy, bool ingress, bool egress) {
  const std::string directions = ingress && egress ? "ingress and egress"
                                 : ingress         ? "ingress"
                                                   : "egress";
  return "NetworkPolicy " + policy.name + " allows " + directions + " for pods matching " +
         policy.pod_selector.ToString();
}

}  // namespace

model::Effectiveness EvaluateIsolation(const model::Labels& labels, bool host_network,
                                       std::string_view name_space,
                                       const JoinedSpans<model::NetworkPolicy>& policies) {
  model::Effectiveness result;
  if (host_network) {
    result.effective = false;
    result.explanation = "the pod uses its node's network, which NetworkPolicies do not govern";
    return result;
  }
  for (const model::NetworkPolicy& policy : policies) {
    if (!policy.Selects(name_space, labels) || IsOurAllowPolicy(policy)) continue;
    const bool ingress = policy.governs_ingress && !policy.ingress.empty();
    const bool egress = policy.governs_egress && !policy.egress.empty();
    if (!ingress && !egress) continue;
    result.effective = false;
    result.defeated_by.push_back(policy.name);
    result.explanation +=
        (result.explanation.empty() ? "" : "; ") + Describe(policy, ingress, egress);
  }
  std::sort(result.defeated_by.begin(), result.defeated_by.end());
  return result;
}

model::Effectiveness Combine(const model::Effectiveness& a, const model::Effectiveness& b) {
  model::Effectiveness both;
  both.effective = a.effective && b.effective;
  std::set_union(a.defeated_by.begin(), a.defeated_by.end(), b.defeated_by.begin(),
                 b.defeated_by.end(), std::back_inserter(both.defeated_by));
  both.explanation = a.explanation;
  if (a.explanation.find(b.explanation) == std::string::npos) {
    both.explanation += (a.explanation.empty() ? "" : "; ") + b.explanation;
  }
  return both;
}

bool IsOurAllowPolicy(const model::NetworkPolicy& policy) {
  // Name and selector too: an annotation alone is what anybody could write to hide a policy.
  const auto key = policy.pod_selector.match_labels.find(kAllowLabel);
  return IsManaged(policy) && Annotated(policy, kRoleAnnotation, kAllowRole) &&
         key != policy.pod_selector.match_labels.end() &&
         policy.name == AllowPolicyName(key->second);
}

bool IsDenyAllPolicy(const model::NetworkPolicy& policy) {
  return policy.name == DenyPolicyName(policy.name_space) &&
         Annotated(policy, kRoleAnnotation, kDenyAllRole) &&
         Annotated(policy, kVendorAnnotation, kVendorValue);
}

bool IsManaged(const model::NetworkPolicy& policy) {
  return Annotated(policy, kManagedByAnnotation, kManagedByValue);
}

}  // namespace narrows::response::quarantine
