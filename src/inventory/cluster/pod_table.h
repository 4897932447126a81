#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "inventory/cluster/owner_table.h"
#include "inventory/cluster/string_pool.h"
#include "kubernetes/objects.h"
#include "model/workload.h"

namespace narrows::inventory::cluster {

// What is kept of a pod: the fields in use, texts pooled.
struct PodRecord {
  struct Container {
    PooledString name;
    PooledString image;
    PooledString image_id;
    model::ContainerRole role = model::ContainerRole::kMain;
    bool running = false;
    friend bool operator==(const Container&, const Container&) = default;
  };
  using Pairs = std::vector<std::pair<PooledString, PooledString>>;  // sorted by key

  std::string name;
  std::string uid;
  std::string ip;
  PooledString node;
  PooledString phase;
  PooledString service_account;
  Pairs labels;
  Pairs annotations;
  std::vector<PooledString> pull_secrets;
  std::vector<Container> containers;
  OwnerNode* controller = nullptr;  // direct; null for a bare pod
  uint32_t generation = 0;          // of the list that showed it last
  bool deleting = false;
  bool host_network = false;

  // Everything but the generation.
  bool SameAs(const PodRecord& other) const;
};

// The pods of a cluster by namespace and name. Not thread-safe.
class PodTable {
 public:
  using NamespacePods = std::unordered_map<std::string, std::unique_ptr<PodRecord>,
                                           StringPool::Hash, std::equal_to<>>;
  enum class Outcome { kAdded, kChanged, kUnchanged };

  PodTable(StringPool* pool, OwnerTable* owners) : pool_(pool), owners_(owners) {}
  ~PodTable();

  // A pod of the same name and another UID counts as added.
  Outcome Upsert(const kubernetes::PodObject& pod, uint32_t generation);
  // The record taken out; its controller stays referred to until ReleaseOwner.
  std::unique_ptr<PodRecord> Remove(std::string_view name_space, std::string_view name);
  void ReleaseOwner(const PodRecord& record) { owners_->Release(record.controller); }

  const PodRecord* Find(std::string_view name_space, std::string_view name) const;
  // Null where there are none.
  const NamespacePods* OfNamespace(std::string_view name_space) const;
  const std::map<std::string, NamespacePods, std::less<>>& all() const { return pods_; }
  size_t size() const { return size_; }

 private:
  std::unique_ptr<PodRecord> MakeRecord(const kubernetes::PodObject& pod);
  PodRecord::Pairs Pool(const model::Labels& labels);

  StringPool* const pool_;
  OwnerTable* const owners_;
  std::map<std::string, NamespacePods, std::less<>> pods_;
  size_t size_ = 0;
};

}  // namespace narrows::inventory::cluster
