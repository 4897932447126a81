#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "model/exposure.h"
#include "model/network_policy.h"

namespace narrows::findings::exposure {

// A pod as NetworkPolicies see it.
struct PolicyTarget {
  std::string_view name_space;
  const model::Labels* labels = nullptr;
  bool host_network = false;
  const std::vector<model::ContainerPort>* ports = nullptr;  // may be null: none are named
};

// A port that traffic goes to; number 0: any port.
struct TargetPort {
  std::string_view protocol = "TCP";
  int64_t number = 0;
};

// By the API's semantics (networking.k8s.io/v1): policies that select a pod add up; a direction
// that none governs is open, another only to what a rule allows. Whether the cluster's network
// enforces policies at all cannot be seen in the API. All of these are kOpen for a pod that shares
// its node's network, which policies do not govern.

// From anywhere outside the cluster. kPartly: from some addresses alone.
model::Reach FromOutside(const PolicyTarget& pod, const TargetPort& port,
                         std::span<const model::NetworkPolicy> policies);
// From some pod that passes traffic on, such as an ingress controller: kPartly where only pods that
// match, or some addresses, may.
model::Reach FromProxy(const PolicyTarget& pod, const TargetPort& port,
                       std::span<const model::NetworkPolicy> policies);
// From every pod of the cluster, to any port.
model::Reach FromPods(const PolicyTarget& pod, std::span<const model::NetworkPolicy> policies);
// To any address outside, on any port.
model::Reach ToOutside(const PolicyTarget& pod, std::span<const model::NetworkPolicy> policies);

}  // namespace narrows::findings::exposure
