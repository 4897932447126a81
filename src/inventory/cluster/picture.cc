#include "inventory/cluster/picture.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace narrows::inventory::cluster {
namespace {

constexpr std::string_view kSystemNamespace = "kube-system";

// True when the entry is new or other than before.
template <typename Map, typename T>
bool Put(Map* map, const typename Map::key_type& key, T value, uint32_t generation) {
  auto [place, added] = map->try_emplace(key);
  place->second.generation = generation;
  if (!added && place->second.value == value) return false;
  place->second.value = std::move(value);
  return true;
}

// Takes out what a list of `generation` did not show.
template <typename Map, typename OnGone>
void SweepMap(Map* map, uint32_t generation, OnGone on_gone) {
  for (auto entry = map->begin(); entry != map->end();) {
    if (entry->second.generation == generation) {
      ++entry;
      continue;
    }
    on_gone(entry->first);
    entry = map->erase(entry);
  }
}

// Values of one namespace from a map by namespace and name; of all when it is empty.
template <typename Map>
auto OfNamespace(const Map& map, std::string_view name_space) {
  std::vector<decltype(map.begin()->second.value)> values;
  auto entry = name_space.empty() ? map.begin() : map.lower_bound({std::string(name_space), ""});
  for (; entry != map.end(); ++entry) {
    if (!name_space.empty() && entry->first.first != name_space) break;
    values.push_back(entry->second.value);
  }
  return values;
}

template <typename Map>
auto Values(const Map& map) {
  std::vector<decltype(map.begin()->second.value)> values;
  values.reserve(map.size());
  for (const auto& [key, entry] : map) values.push_back(entry.value);
  return values;
}

model::Labels Unpool(const PodRecord::Pairs& pairs) {
  model::Labels labels;
  for (const auto& [key, value] : pairs) labels.emplace_hint(labels.end(), key.str(), value.str());
  return labels;
}

// A static pod's mirror is owned by its Node, which is no workload.
bool IsNode(const kubernetes::OwnerReference& owner) {
  return owner.kind == "Node" && owner.api_version == "v1";
}

}  // namespace

void Picture::UpsertNamespace(model::Namespace entry, uint32_t generation, Changes* changes) {
  const std::string name = entry.name;
  if (Put(&namespaces_, name, std::move(entry), generation)) {
    changes->push_back({.kind = ChangeKind::kNamespaceChanged, .name = name});
  }
}

void Picture::RemoveNamespace(const std::string& name, Changes* changes) {
  if (namespaces_.erase(name) == 0) return;
  changes->push_back({.kind = ChangeKind::kNamespaceRemoved, .name = name});
}

void Picture::SweepNamespaces(uint32_t generation, Changes* changes) {
  SweepMap(&namespaces_, generation, [&](const std::string& name) {
    changes->push_back({.kind = ChangeKind::kNamespaceRemoved, .name = name});
  });
}

void Picture::UpsertNode(model::Node node, uint32_t generation, Changes* changes) {
  const std::string name = node.name;
  if (Put(&nodes_, name, std::move(node), generation)) {
    changes->push_back({.kind = ChangeKind::kNodeChanged, .name = name});
  }
}

void Picture::RemoveNode(const std::string& name, Changes* changes) {
  if (nodes_.erase(name) == 0) return;
  changes->push_back({.kind = ChangeKind::kNodeChanged, .name = name});
}

void Picture::SweepNodes(uint32_t generation, Changes* changes) {
  SweepMap(&nodes_, generation, [&](const std::string& name) {
    changes->push_back({.kind = ChangeKind::kNodeChanged, .name = name});
  });
}

void Picture::UpsertService(model::Service service, uint32_t generation, Changes* changes) {
  const Key key{service.name_space, service.name};
  if (Put(&services_, key, std::move(service), generation)) {
    changes->push_back({ChangeKind::kServiceChanged, key.first, key.second, {}});
  }
}

void Picture::RemoveService(const std::string& name_space, const std::string& name,
                            Changes* changes) {
  if (services_.erase({name_space, name}) == 0) return;
  changes->push_back({ChangeKind::kServiceChanged, name_space, name, {}});
}

void Picture::SweepServices(uint32_t generation, Changes* changes) {
  SweepMap(&services_, generation, [&](const Key& key) {
    changes->push_back({ChangeKind::kServiceChanged, key.first, key.second, {}});
  });
}

void Picture::UpsertPolicy(model::NetworkPolicy policy, uint32_t generation, Changes* changes) {
  const Key key{policy.name_space, policy.name};
  if (Put(&policies_, key, std::move(policy), generation)) {
    changes->push_back({ChangeKind::kNetworkPolicyChanged, key.first, key.second, {}});
  }
}

void Picture::RemovePolicy(const std::string& name_space, const std::string& name,
                           Changes* changes) {
  if (policies_.erase({name_space, name}) == 0) return;
  changes->push_back({ChangeKind::kNetworkPolicyChanged, name_space, name, {}});
}

void Picture::SweepPolicies(uint32_t generation, Changes* changes) {
  SweepMap(&policies_, generation, [&](const Key& key) {
    changes->push_back({ChangeKind::kNetworkPolicyChanged, key.first, key.second, {}});
  });
}

InventoryChange Picture::PodChange(ChangeKind kind, std::string_view name_space,
                                   const PodRecord& record) const {
  return {.kind = kind,
          .name_space = std::string(name_space),
          .name = record.name,
          .owner = OwnerOf(name_space, record)};
}

void Picture::UpsertPod(kubernetes::PodObject pod, uint32_t generation, Changes* changes) {
  if (pod.meta.controller && IsNode(*pod.meta.controller)) pod.meta.controller.reset();
  const auto outcome = pods_.Upsert(pod, generation);
  if (outcome == PodTable::Outcome::kUnchanged) return;
  const PodRecord* record = pods_.Find(pod.meta.name_space, pod.meta.name);
  changes->push_back(PodChange(
      outcome == PodTable::Outcome::kAdded ? ChangeKind::kPodAdded : ChangeKind::kPodChanged,
      pod.meta.name_space, *record));
}

void Picture::RemovePod(std::string_view name_space, std::string_view name, Changes* changes) {
  const auto record = pods_.Remove(name_space, name);
  if (record == nullptr) return;
  changes->push_back(PodChange(ChangeKind::kPodRemoved, name_space, *record));
  pods_.ReleaseOwner(*record);
}

void Picture::SweepPods(uint32_t generation, Changes* changes) {
  std::vector<Key> gone;
  for (const auto& [name_space, pods] : pods_.all()) {
    for (const auto& [name, record] : pods) {
      if (record->generation != generation) gone.emplace_back(name_space, name);
    }
  }
  for (const auto& [name_space, name] : gone) RemovePod(name_space, name, changes);
}

void Picture::UpsertOwner(const kubernetes::ObjectMeta& meta, const kubernetes::ResourceType& type,
                          uint32_t generation, bool tell, Changes* changes) {
  const bool moved = owners_.Upsert(meta, type.ApiVersion(), type.kind, generation);
  if (!tell || !moved) return;
  const OwnerNode* node = owners_.Find(meta.uid);
  if (node == nullptr || node->children == 0) return;
  const auto* pods = pods_.OfNamespace(meta.name_space);
  if (pods == nullptr) return;
  for (const auto& [name, record] : *pods) {
    if (OwnerTable::Contains(record->controller, *node)) {
      changes->push_back(PodChange(ChangeKind::kPodChanged, meta.name_space, *record));
    }
  }
}

std::string Picture::ClusterId() const {
  const auto system = namespaces_.find(kSystemNamespace);
  return system == namespaces_.end() ? std::string() : system->second.value.uid;
}

model::WorkloadRef Picture::RefOf(std::string_view name_space, const OwnerNode& node) const {
  return {.cluster = ClusterId(),
          .name_space = std::string(name_space),
          .api_version = node.api_version.str(),
          .kind = node.kind.str(),
          .name = node.name.str(),
          .uid = node.uid.str()};
}

model::WorkloadRef Picture::OwnerOf(std::string_view name_space, const PodRecord& record) const {
  if (record.controller != nullptr) {
    return RefOf(name_space, OwnerTable::Top(*record.controller));
  }
  return {.cluster = ClusterId(),
          .name_space = std::string(name_space),
          .api_version = "v1",
          .kind = "Pod",
          .name = record.name,
          .uid = record.uid};
}

model::Pod Picture::ToModel(std::string_view name_space, const PodRecord& record) const {
  model::Pod pod;
  pod.cluster = ClusterId();
  pod.name_space = name_space;
  pod.name = record.name;
  pod.uid = record.uid;
  pod.node = record.node.str();
  if (const auto node = nodes_.find(record.node.view()); node != nodes_.end()) {
    pod.architecture = node->second.value.architecture;
  }
  pod.phase = record.phase.str();
  pod.ip = record.ip;
  pod.service_account = record.service_account.str();
  pod.terminating = record.deleting;
  pod.host_network = record.host_network;
  pod.labels = Unpool(record.labels);
  pod.annotations = Unpool(record.annotations);
  for (const PooledString& secret : record.pull_secrets) pod.pull_secrets.push_back(secret.str());
  for (const PodRecord::Container& container : record.containers) {
    pod.containers.push_back({.name = container.name.str(),
                              .image = container.image.str(),
                              .image_id = container.image_id.str(),
                              .role = container.role,
                              .running = container.running});
  }
  if (record.controller != nullptr) pod.controller_kind = record.controller->kind.str();
  pod.owner = OwnerOf(name_space, record);
  return pod;
}

std::vector<model::Namespace> Picture::Namespaces() const { return Values(namespaces_); }

std::optional<model::Namespace> Picture::FindNamespace(std::string_view name) const {
  const auto found = namespaces_.find(name);
  if (found == namespaces_.end()) return std::nullopt;
  return found->second.value;
}

std::vector<model::Node> Picture::Nodes() const { return Values(nodes_); }

void Picture::AddWorkloads(std::string_view name_space, const PodTable::NamespacePods& pods,
                           std::vector<model::Workload>* workloads) const {
  // By the top controller's node, or the bare pod's record.
  std::unordered_map<const void*, std::vector<const PodRecord*>> groups;
  for (const auto& [name, record] : pods) {
    const void* key = record->controller == nullptr
                          ? static_cast<const void*>(record.get())
                          : static_cast<const void*>(&OwnerTable::Top(*record->controller));
    groups[key].push_back(record.get());
  }
  for (auto& [key, records] : groups) {
    std::sort(records.begin(), records.end(),
              [](const PodRecord* a, const PodRecord* b) { return a->name < b->name; });
    model::Workload workload{.ref = OwnerOf(name_space, *records.front())};
    workload.pods.reserve(records.size());
    for (const PodRecord* record : records) workload.pods.push_back(ToModel(name_space, *record));
    workloads->push_back(std::move(workload));
  }
}

std::vector<model::Workload> Picture::ListWorkloads(std::string_view name_space) const {
  std::vector<model::Workload> workloads;
  for (const auto& [name, pods] : pods_.all()) {
    if (name_space.empty() || name == name_space) AddWorkloads(name, pods, &workloads);
  }
  std::sort(workloads.begin(), workloads.end(),
            [](const model::Workload& a, const model::Workload& b) { return a.ref < b.ref; });
  return workloads;
}

std::optional<model::Workload> Picture::FindWorkload(const model::WorkloadRef& ref) const {
  const auto* pods = pods_.OfNamespace(ref.name_space);
  if (pods == nullptr) return std::nullopt;
  std::optional<model::Workload> workload;
  for (const auto& [name, record] : *pods) {
    model::WorkloadRef owner = OwnerOf(ref.name_space, *record);
    if (owner.kind != ref.kind || owner.name != ref.name ||
        (!ref.api_version.empty() && owner.api_version != ref.api_version) ||
        (!ref.uid.empty() && owner.uid != ref.uid)) {
      continue;
    }
    if (!workload) workload = model::Workload{.ref = std::move(owner)};
    workload->pods.push_back(ToModel(ref.name_space, *record));
  }
  if (workload) {
    std::sort(workload->pods.begin(), workload->pods.end(),
              [](const model::Pod& a, const model::Pod& b) { return a.name < b.name; });
  }
  return workload;
}

std::vector<model::WorkloadRef> Picture::Controllers(std::string_view name_space) const {
  std::vector<model::WorkloadRef> controllers;
  owners_.ForEachTop(
      name_space, [&](const OwnerNode& node) { controllers.push_back(RefOf(name_space, node)); });
  std::sort(controllers.begin(), controllers.end());
  return controllers;
}

std::vector<model::Pod> Picture::PodsOfNamespace(std::string_view name_space) const {
  std::vector<model::Pod> pods;
  if (const auto* records = pods_.OfNamespace(name_space)) {
    pods.reserve(records->size());
    for (const auto& [name, record] : *records) pods.push_back(ToModel(name_space, *record));
  }
  std::sort(pods.begin(), pods.end(),
            [](const model::Pod& a, const model::Pod& b) { return a.name < b.name; });
  return pods;
}

std::optional<model::Pod> Picture::FindPod(std::string_view name_space,
                                           std::string_view name) const {
  const PodRecord* record = pods_.Find(name_space, name);
  if (record == nullptr) return std::nullopt;
  return ToModel(name_space, *record);
}

std::vector<model::Service> Picture::Services(std::string_view name_space) const {
  return OfNamespace(services_, name_space);
}

std::vector<model::NetworkPolicy> Picture::NetworkPolicies(std::string_view name_space) const {
  return OfNamespace(policies_, name_space);
}

}  // namespace narrows::inventory::cluster
