#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "inventory/cluster/string_pool.h"
#include "kubernetes/objects.h"
#include "model/workload.h"

namespace narrows::inventory::cluster {

// A controller that pods or other controllers refer to, or that the API server has told of.
struct OwnerNode {
  PooledString uid;
  PooledString name_space;
  PooledString api_version;
  PooledString kind;
  PooledString name;
  OwnerNode* parent = nullptr;  // its own controller
  uint32_t children = 0;        // pods and owners that refer to it
  bool present = false;         // the object itself has been seen, and not its deletion
  bool seen = false;            // so that `parent` is known, even when the object is gone since
  uint32_t generation = 0;      // of the list that showed it last
};

// The controllers of a cluster by UID. A node lives while the object is present or somebody refers
// to it, so a pod that outlasts its ReplicaSet still belongs to the Deployment. Not thread-safe.
class OwnerTable {
 public:
  explicit OwnerTable(StringPool* pool) : pool_(pool) {}

  // The node of a reference, made from it when it is new; null for none. Counts a child, until
  // Release.
  OwnerNode* Refer(std::string_view name_space,
                   const std::optional<kubernetes::OwnerReference>& reference);
  void Release(OwnerNode* node);

  // The object has been seen. True when its parent is other than was known.
  bool Upsert(const kubernetes::ObjectMeta& meta, std::string_view api_version,
              std::string_view kind, uint32_t generation);
  void Remove(std::string_view uid);
  // Removes the objects of a kind that a list of `generation` did not show.
  void Sweep(std::string_view api_version, std::string_view kind, uint32_t generation);

  const OwnerNode* Find(std::string_view uid) const;
  // Calls `use(node)` for each object of the namespace that is present and has no controller. Looks
  // at all nodes.
  template <typename Use>
  void ForEachTop(std::string_view name_space, const Use& use) const {
    for (const auto& [uid, node] : nodes_) {
      if (node.present && node.parent == nullptr && node.name_space.view() == name_space) use(node);
    }
  }
  // The last of the chain that begins with `node`, which is not null.
  static const OwnerNode& Top(const OwnerNode& node);
  // Whether `wanted` is in the chain that begins with `node`, which may be null.
  static bool Contains(const OwnerNode* node, const OwnerNode& wanted);

  size_t size() const { return nodes_.size(); }

 private:
  OwnerNode* Node(std::string_view uid);
  void DropIfUnused(OwnerNode* node);

  StringPool* const pool_;
  // By address-stable nodes: parents are pointers.
  std::unordered_map<std::string, OwnerNode, StringPool::Hash, std::equal_to<>> nodes_;
};

}  // namespace narrows::inventory::cluster
