#include "findings/exposure/policy_reach.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "findings/exposure/address.h"

namespace narrows::findings::exposure {
namespace {

using model::NetworkPeer;
using model::NetworkPolicy;
using model::NetworkPort;
using model::NetworkRule;
using model::Openness;
using model::Reach;

bool PortMatches(const NetworkPort& allowed, const TargetPort& port, const PolicyTarget& pod) {
  if (allowed.protocol != port.protocol) return false;
  if (!allowed.name.empty()) {
    return pod.ports != nullptr &&
           std::any_of(pod.ports->begin(), pod.ports->end(), [&](const auto& each) {
             return each.name == allowed.name && each.protocol == allowed.protocol &&
                    each.port == port.number;
           });
  }
  if (allowed.port == 0) return true;
  return port.number >= allowed.port && port.number <= std::max(allowed.port, allowed.last);
}

// How a rule's peers admit a kind of source or destination: kOpen all of it.
using PeerAdmits = Openness (*)(const NetworkPeer& peer);

Openness ByOutside(const NetworkPeer& peer) {
  if (peer.cidr.empty()) return Openness::kClosed;
  // What is taken out hides nothing of the outside where it is private.
  const bool whole = IsEverything(peer.cidr) &&
                     std::all_of(peer.except.begin(), peer.except.end(),
                                 [](const std::string& cidr) { return IsPrivate(cidr); });
  return whole ? Openness::kOpen : Openness::kPartly;
}

Openness ByProxy(const NetworkPeer&) { return Openness::kPartly; }

Openness ByPods(const NetworkPeer& peer) {
  if (!peer.cidr.empty()) return Openness::kPartly;
  const bool every_pod = !peer.pod_selector || peer.pod_selector->empty();
  const bool every_namespace = peer.namespace_selector && peer.namespace_selector->empty();
  return every_pod && every_namespace ? Openness::kOpen : Openness::kPartly;
}

// The peers of one rule.
Openness ByRule(const NetworkRule& rule, PeerAdmits admits) {
  if (rule.peers.empty()) return Openness::kOpen;
  Openness most = Openness::kClosed;
  for (const NetworkPeer& peer : rule.peers) most = std::max(most, admits(peer));
  return most;
}

Reach Judge(const PolicyTarget& pod, const TargetPort& port, bool ingress,
            std::span<const NetworkPolicy> policies, PeerAdmits admits) {
  if (pod.host_network) {
    return {Openness::kOpen, "its node's network, which NetworkPolicies do not govern"};
  }
  bool governed = false;
  Openness most = Openness::kClosed;
  std::set<std::string> names;
  std::set<std::string> governing;
  for (const NetworkPolicy& policy : policies) {
    if (!(ingress ? policy.governs_ingress : policy.governs_egress) ||
        !policy.Selects(pod.name_space, *pod.labels)) {
      continue;
    }
    governed = true;
    governing.insert(policy.name);
    for (const NetworkRule& rule : ingress ? policy.ingress : policy.egress) {
      const bool every_port = port.number == 0;
      const bool matches = rule.all_ports || every_port ||
                           std::any_of(rule.ports.begin(), rule.ports.end(), [&](const auto& each) {
                             return PortMatches(each, port, pod);
                           });
      if (!matches) continue;
      Openness admitted = ByRule(rule, admits);
      if (every_port && !rule.all_ports) admitted = std::min(admitted, Openness::kPartly);
      if (admitted == Openness::kClosed) continue;
      if (admitted > most) names.clear();
      most = std::max(most, admitted);
      if (admitted == most) names.insert(policy.name);
    }
  }
  if (!governed) return {Openness::kOpen, "no NetworkPolicy governs it"};
  const auto& said = most == Openness::kClosed ? governing : names;
  return {most, std::string(said.size() == 1 ? "NetworkPolicy " : "NetworkPolicies ") +
                    Join({said.begin(), said.end()}, ", ")};
}

}  // namespace

Reach FromOutside(const PolicyTarget& pod, const TargetPort& port,
                  std::span<const NetworkPolicy> policies) {
  return Judge(pod, port, true, policies, &ByOutside);
}

Reach FromProxy(const PolicyTarget& pod, const TargetPort& port,
                std::span<const NetworkPolicy> policies) {
  return Judge(pod, port, true, policies, &ByProxy);
}

Reach FromPods(const PolicyTarget& pod, std::span<const NetworkPolicy> policies) {
  return Judge(pod, {}, true, policies, &ByPods);
}

Reach ToOutside(const PolicyTarget& pod, std::span<const NetworkPolicy> policies) {
  return Judge(pod, {}, false, policies, &ByOutside);
}

}  // namespace narrows::findings::exposure
