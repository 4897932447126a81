#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/call_context.h"
#include "base/result.h"
#include "kubernetes/api_client.h"
#include "model/network_policy.h"
#include "model/workload.h"

namespace narrows::inventory::cluster {

enum class ChangeKind {
  kSynced,  // everything has been listed once; sent once, and nothing before it
  kPodAdded,
  kPodChanged,  // in something that model::Pod shows, its owner included
  kPodRemoved,
  kNamespaceChanged,  // added or changed
  kNamespaceRemoved,
  kNodeChanged,  // added, changed or removed
  kServiceChanged,
  kNetworkPolicyChanged,
};
std::string_view ToString(ChangeKind kind);  // "synced", "pod_added", …

struct InventoryChange {
  ChangeKind kind = ChangeKind::kSynced;
  std::string name_space;
  std::string name;
  model::WorkloadRef owner;  // of a pod: its workload as far as it is known now
};

struct ClusterInventoryOptions {
  // Called from the inventory's threads, several at a time, with no lock held: put it into a queue
  // and return. The inventory already shows the change.
  std::function<void(const InventoryChange&)> on_change;
};

// The live picture of one cluster: what runs, who owns it, and what decides who may talk to it. A
// pod's workload is the top of its chain of controllers, named from ownerReferences where an owner
// cannot be read; a static pod, which its Node owns, is its own workload. A controller without pods
// is no workload. Thread-safe; each answer is a copy and consistent in itself.
class ClusterInventory {
 public:
  virtual ~ClusterInventory() = default;

  // Watches until `context` ends and returns that Error; the threads it needs are its own. To be
  // called once, and not with ListOnce.
  virtual Status Run(const CallContext& context) = 0;

  // Lists everything once, for a command that does not stay. What the user may not read, and
  // the work can do without (nodes, owners, Services, NetworkPolicies), is a warning, one sentence
  // each.
  virtual Result<std::vector<std::string>> ListOnce(const CallContext& context) = 0;

  // Everything has been listed once.
  virtual bool Synced() const = 0;
  // What is in trouble at the moment, one sentence each: "pods: cannot reach …". Empty when all
  // watches work.
  virtual std::vector<std::string> Troubles() const = 0;

  // What is shown of this type is at least as new as the resourceVersion, which a write gave back.
  // True of types that are not watched.
  virtual bool Shows(const kubernetes::ResourceType& type,
                     std::string_view resource_version) const = 0;

  // UID of the namespace kube-system; empty until the namespaces have been listed.
  virtual std::string ClusterId() const = 0;

  virtual std::vector<model::Namespace> Namespaces() const = 0;  // by name
  virtual std::optional<model::Namespace> FindNamespace(std::string_view name) const = 0;
  virtual std::vector<model::Node> Nodes() const = 0;  // by name

  // By reference, pods by name. An empty `name_space`: of all, which in a large cluster takes much
  // memory: go through the namespaces.
  virtual std::vector<model::Workload> ListWorkloads(std::string_view name_space) const = 0;
  // By namespace, kind and name; api_version and uid are compared where `ref` has them.
  virtual std::optional<model::Workload> FindWorkload(const model::WorkloadRef& ref) const = 0;
  // The top controllers that the API server has told of, whether they have pods or not.
  virtual std::vector<model::WorkloadRef> Controllers(std::string_view name_space) const = 0;
  virtual std::vector<model::Pod> PodsOfNamespace(std::string_view name_space) const = 0;
  virtual std::optional<model::Pod> FindPod(std::string_view name_space,
                                            std::string_view name) const = 0;
  virtual size_t PodCount() const = 0;

  virtual std::vector<model::Service> Services(std::string_view name_space) const = 0;
  virtual std::vector<model::NetworkPolicy> NetworkPolicies(std::string_view name_space) const = 0;
};

// `client` outlives it.
std::unique_ptr<ClusterInventory> MakeClusterInventory(kubernetes::ApiClient& client,
                                                       ClusterInventoryOptions options = {});

}  // namespace narrows::inventory::cluster
