#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "inventory/cluster/cluster_inventory.h"
#include "inventory/cluster/owner_table.h"
#include "inventory/cluster/pod_table.h"
#include "inventory/cluster/string_pool.h"
#include "model/network_policy.h"
#include "model/workload.h"

namespace narrows::inventory::cluster {

// What the inventory knows, and what may be asked of it. Each change appends to `changes` what
// there is to tell. Not thread-safe: its owner locks.
class Picture {
 public:
  using Changes = std::vector<InventoryChange>;

  void UpsertNamespace(model::Namespace entry, uint32_t generation, Changes* changes);
  void RemoveNamespace(const std::string& name, Changes* changes);
  void SweepNamespaces(uint32_t generation, Changes* changes);

  void UpsertNode(model::Node node, uint32_t generation, Changes* changes);
  void RemoveNode(const std::string& name, Changes* changes);
  void SweepNodes(uint32_t generation, Changes* changes);

  void UpsertService(model::Service service, uint32_t generation, Changes* changes);
  void RemoveService(const std::string& name_space, const std::string& name, Changes* changes);
  void SweepServices(uint32_t generation, Changes* changes);

  void UpsertPolicy(model::NetworkPolicy policy, uint32_t generation, Changes* changes);
  void RemovePolicy(const std::string& name_space, const std::string& name, Changes* changes);
  void SweepPolicies(uint32_t generation, Changes* changes);

  void UpsertPod(kubernetes::PodObject pod, uint32_t generation, Changes* changes);
  void RemovePod(std::string_view name_space, std::string_view name, Changes* changes);
  void SweepPods(uint32_t generation, Changes* changes);

  // `tell` is false before the first lists are complete: nobody wants to know, and looking for the
  // pods concerned would cost much.
  void UpsertOwner(const kubernetes::ObjectMeta& meta, const kubernetes::ResourceType& type,
                   uint32_t generation, bool tell, Changes* changes);
  void RemoveOwner(std::string_view uid) { owners_.Remove(uid); }
  void SweepOwners(const kubernetes::ResourceType& type, uint32_t generation) {
    owners_.Sweep(type.ApiVersion(), type.kind, generation);
  }

  std::string ClusterId() const;
  std::vector<model::Namespace> Namespaces() const;
  std::optional<model::Namespace> FindNamespace(std::string_view name) const;
  std::vector<model::Node> Nodes() const;
  std::vector<model::Workload> ListWorkloads(std::string_view name_space) const;
  std::optional<model::Workload> FindWorkload(const model::WorkloadRef& ref) const;
  std::vector<model::WorkloadRef> Controllers(std::string_view name_space) const;
  std::vector<model::Pod> PodsOfNamespace(std::string_view name_space) const;
  std::optional<model::Pod> FindPod(std::string_view name_space, std::string_view name) const;
  size_t PodCount() const { return pods_.size(); }
  std::vector<model::Service> Services(std::string_view name_space) const;
  std::vector<model::NetworkPolicy> NetworkPolicies(std::string_view name_space) const;

 private:
  template <typename T>
  struct Kept {
    T value;
    uint32_t generation = 0;
  };
  using Key = std::pair<std::string, std::string>;  // namespace and name

  model::WorkloadRef RefOf(std::string_view name_space, const OwnerNode& node) const;
  model::WorkloadRef OwnerOf(std::string_view name_space, const PodRecord& record) const;
  model::Pod ToModel(std::string_view name_space, const PodRecord& record) const;
  InventoryChange PodChange(ChangeKind kind, std::string_view name_space,
                            const PodRecord& record) const;
  void AddWorkloads(std::string_view name_space, const PodTable::NamespacePods& pods,
                    std::vector<model::Workload>* workloads) const;

  // In this order: records hold pooled strings and refer to owners.
  StringPool strings_;
  OwnerTable owners_{&strings_};
  PodTable pods_{&strings_, &owners_};
  std::map<std::string, Kept<model::Namespace>, std::less<>> namespaces_;
  std::map<std::string, Kept<model::Node>, std::less<>> nodes_;
  std::map<Key, Kept<model::Service>> services_;
  std::map<Key, Kept<model::NetworkPolicy>> policies_;
};

}  // namespace narrows::inventory::cluster
