#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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

struct NetworkPort {
  std::string protocol = "TCP";
  int64_t port = 0;  // 0: by name, or every port of the protocol where that is empty too
  std::string name;  // of a container's port
  int64_t last = 0;  // endPort; 0: `port` alone

  friend bool operator==(const NetworkPort&, const NetworkPort&) = default;
};

// One ingress or egress rule: it always allows something.
struct NetworkRule {
  std::vector<NetworkPeer> peers;  // none: everybody
  bool all_ports = true;           // false: those of `ports`
  std::vector<NetworkPort> ports;

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

  // The policy counts for pods of these labels in this namespace.
  bool Selects(std::string_view pod_namespace, const Labels& pod_labels) const {
    return name_space == pod_namespace && pod_selector.Matches(pod_labels);
  }
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
