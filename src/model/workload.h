#pragma once

#include <compare>
#include <map>
#include <string>
#include <vector>

namespace narrows::model {

using Labels = std::map<std::string, std::string, std::less<>>;

// Names a workload (the top controller of pods, or a bare pod) in one cluster.
struct WorkloadRef {
  std::string cluster;  // UID of the namespace kube-system
  std::string name_space;
  std::string api_version;  // "apps/v1", "v1", "example.com/v1"
  std::string kind;         // "Deployment", "Pod", …
  std::string name;
  std::string uid;

  // "namespace/Kind/name"
  std::string ToString() const;
  friend auto operator<=>(const WorkloadRef&, const WorkloadRef&) = default;
};

enum class ContainerRole { kMain, kInit, kEphemeral };

struct Container {
  std::string name;
  std::string image;     // as the pod's spec writes it
  std::string image_id;  // as the status reports it: may be an index's, a manifest's or a
                         // configuration's digest; may be empty
  ContainerRole role = ContainerRole::kMain;
  bool running = false;
};

struct Pod {
  std::string cluster;
  std::string name_space;
  std::string name;
  std::string uid;
  std::string node;
  std::string architecture;  // of the node: "amd64"; empty while unscheduled or unknown
  std::string phase;         // "Pending", "Running", "Succeeded", "Failed", "Unknown"
  std::string ip;
  std::string service_account;
  bool terminating = false;
  bool host_network = false;  // shares the node's network, which NetworkPolicies don't govern
  Labels labels;
  Labels annotations;  // those of our own domains only
  std::vector<std::string> pull_secrets;
  std::vector<Container> containers;
  // Kind of its direct controller ("ReplicaSet", "StatefulSet"), which decides whether a pod taken
  // away is replaced under another name; empty for a bare pod.
  std::string controller_kind;
  WorkloadRef owner;  // top controller, or the pod itself
};

struct Namespace {
  std::string name;
  std::string uid;
  Labels labels;
  bool terminating = false;
  friend bool operator==(const Namespace&, const Namespace&) = default;
};

struct Node {
  std::string name;
  std::string uid;
  std::string architecture;
  std::string os;
  std::string kubelet_version;
  std::string container_runtime;
  Labels labels;
  friend bool operator==(const Node&, const Node&) = default;
};

// A workload with its pods of the moment.
struct Workload {
  WorkloadRef ref;
  std::vector<Pod> pods;
};

}  // namespace narrows::model
