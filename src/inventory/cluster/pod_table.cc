#include "inventory/cluster/pod_table.h"

namespace narrows::inventory::cluster {

bool PodRecord::SameAs(const PodRecord& other) const {
  return uid == other.uid && ip == other.ip && node == other.node && phase == other.phase &&
         service_account == other.service_account && labels == other.labels &&
         annotations == other.annotations && pull_secrets == other.pull_secrets &&
         containers == other.containers && controller == other.controller &&
         deleting == other.deleting && host_network == other.host_network;
}

PodTable::~PodTable() {
  for (const auto& [name_space, pods] : pods_) {
    for (const auto& [name, record] : pods) ReleaseOwner(*record);
  }
}

PodRecord::Pairs PodTable::Pool(const model::Labels& labels) {
  PodRecord::Pairs pairs;
  pairs.reserve(labels.size());
  for (const auto& [key, value] : labels) {
    pairs.emplace_back(PooledString(pool_, key), PooledString(pool_, value));
  }
  return pairs;
}

std::unique_ptr<PodRecord> PodTable::MakeRecord(const kubernetes::PodObject& pod) {
  auto record = std::make_unique<PodRecord>();
  record->name = pod.meta.name;
  record->uid = pod.meta.uid;
  record->ip = pod.ip;
  record->node = PooledString(pool_, pod.node);
  record->phase = PooledString(pool_, pod.phase);
  record->service_account = PooledString(pool_, pod.service_account);
  record->labels = Pool(pod.meta.labels);
  record->annotations = Pool(pod.meta.annotations);
  record->pull_secrets.reserve(pod.pull_secrets.size());
  for (const std::string& name : pod.pull_secrets) record->pull_secrets.emplace_back(pool_, name);
  record->containers.reserve(pod.containers.size());
  for (const model::Container& container : pod.containers) {
    record->containers.push_back({.name = PooledString(pool_, container.name),
                                  .image = PooledString(pool_, container.image),
                                  .image_id = PooledString(pool_, container.image_id),
                                  .role = container.role,
                                  .running = container.running});
  }
  record->deleting = pod.meta.deleting;
  record->host_network = pod.host_network;
  record->controller = owners_->Refer(pod.meta.name_space, pod.meta.controller);
  return record;
}

PodTable::Outcome PodTable::Upsert(const kubernetes::PodObject& pod, uint32_t generation) {
  auto record = MakeRecord(pod);
  record->generation = generation;
  NamespacePods& pods = pods_[pod.meta.name_space];
  auto [place, added] = pods.try_emplace(pod.meta.name);
  if (added) {
    place->second = std::move(record);
    ++size_;
    return Outcome::kAdded;
  }
  const bool same = record->SameAs(*place->second);
  const bool other = record->uid != place->second->uid;
  std::swap(place->second, record);
  ReleaseOwner(*record);
  if (other) return Outcome::kAdded;
  return same ? Outcome::kUnchanged : Outcome::kChanged;
}

std::unique_ptr<PodRecord> PodTable::Remove(std::string_view name_space, std::string_view name) {
  const auto pods = pods_.find(name_space);
  if (pods == pods_.end()) return nullptr;
  const auto found = pods->second.find(name);
  if (found == pods->second.end()) return nullptr;
  auto record = std::move(found->second);
  pods->second.erase(found);
  if (pods->second.empty()) pods_.erase(pods);
  --size_;
  return record;
}

const PodRecord* PodTable::Find(std::string_view name_space, std::string_view name) const {
  const NamespacePods* pods = OfNamespace(name_space);
  if (pods == nullptr) return nullptr;
  const auto found = pods->find(name);
  return found == pods->end() ? nullptr : found->second.get();
}

const PodTable::NamespacePods* PodTable::OfNamespace(std::string_view name_space) const {
  const auto found = pods_.find(name_space);
  return found == pods_.end() ? nullptr : &found->second;
}

}  // namespace narrows::inventory::cluster
