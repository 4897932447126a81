#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/label_selector.h"
#include "model/workload.h"

namespace narrows::model {

// The parts of networking.k8s.io/v1 NetworkPolicy that decide whether a pod is isolated.
struct NetworkPeer {
  std::optional<LabelSelector> pod_selector;
  std::optional<LabelSelector> namespace_selector;
  std::string cidr;  // of an ipBlock; empty where the peer is none
  std::vector<std::string> except;

  friend bool operator==(const NetworkPeer&, const NetworkPeer&) = default;
};

// One ingress or egress rule: it always allows something.
struct NetworkRule {
  std::vector<NetworkPeer> peers;  // none: everybody
  bool all_ports = true;           // false: only some ports, which we don't need to know

  friend bool operator==(const NetworkRule&, const NetworkRule&) = default;
};

struct NetworkPolicy {
  std::string name_space;
  std::string name;
  std::string uid;
  Labels labels;
  Labels annotations;        // those of our own domains only
  bool terminating = false;  // deleted, and kept by a finalizer
  LabelSelector pod_selector;
  // As the API defaults policyTypes: ingress always unless policyTypes leaves it out, egress where
  // policyTypes names it or, without policyTypes, where there are egress rules.
  bool governs_ingress = true;
  bool governs_egress = false;
  std::vector<NetworkRule> ingress;
  std::vector<NetworkRule> egress;

  friend bool operator==(const NetworkPolicy&, const NetworkPolicy&) = default;
};

// Of a v1 Service: whom it selects. Without a selector it selects nobody.
struct Service {
  std::string name_space;
  std::string name;
  Labels selector;

  bool Selects(const Labels& pod_labels) const {
    return !selector.empty() && LabelSelector{selector, {}}.Matches(pod_labels);
  }
  friend bool operator==(const Service&, const Service&) = default;
};

}  // namespace narrows::model
