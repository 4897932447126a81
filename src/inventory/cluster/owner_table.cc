#include "inventory/cluster/owner_table.h"

#include <utility>
#include <vector>

namespace narrows::inventory::cluster {
namespace {

// No sane chain is longer; ownerReferences of hostile objects may form a ring.
constexpr int kLongestChain = 16;

}  // namespace

OwnerNode* OwnerTable::Node(std::string_view uid) {
  const auto found = nodes_.find(uid);
  if (found != nodes_.end()) return &found->second;
  OwnerNode* node = &nodes_.try_emplace(std::string(uid)).first->second;
  node->uid = PooledString(pool_, uid);
  return node;
}

OwnerNode* OwnerTable::Refer(std::string_view name_space,
                             const std::optional<kubernetes::OwnerReference>& reference) {
  if (!reference || reference->uid.empty()) return nullptr;
  OwnerNode* node = Node(reference->uid);
  if (!node->seen && node->name.empty()) {
    node->name_space = PooledString(pool_, name_space);
    node->api_version = PooledString(pool_, reference->api_version);
    node->kind = PooledString(pool_, reference->kind);
    node->name = PooledString(pool_, reference->name);
  }
  ++node->children;
  return node;
}

void OwnerTable::Release(OwnerNode* node) {
  if (node == nullptr) return;
  --node->children;
  DropIfUnused(node);
}

void OwnerTable::DropIfUnused(OwnerNode* node) {
  while (node != nullptr && !node->present && node->children == 0) {
    OwnerNode* const parent = node->parent;
    nodes_.erase(nodes_.find(node->uid.view()));
    if (parent != nullptr) --parent->children;
    node = parent;
  }
}

bool OwnerTable::Upsert(const kubernetes::ObjectMeta& meta, std::string_view api_version,
                        std::string_view kind, uint32_t generation) {
  if (meta.uid.empty()) return false;
  OwnerNode* node = Node(meta.uid);
  node->name_space = PooledString(pool_, meta.name_space);
  node->api_version = PooledString(pool_, api_version);
  node->kind = PooledString(pool_, kind);
  node->name = PooledString(pool_, meta.name);
  node->present = node->seen = true;
  node->generation = generation;
  OwnerNode* const before = node->parent;
  OwnerNode* const parent = Refer(meta.name_space, meta.controller);
  node->parent = parent == node ? nullptr : parent;
  if (parent == node) --node->children;
  Release(before);
  return before != node->parent;
}

void OwnerTable::Remove(std::string_view uid) {
  const auto found = nodes_.find(uid);
  if (found == nodes_.end()) return;
  found->second.present = false;
  DropIfUnused(&found->second);
}

void OwnerTable::Sweep(std::string_view api_version, std::string_view kind, uint32_t generation) {
  std::vector<PooledString> gone;
  for (const auto& [uid, node] : nodes_) {
    if (node.present && node.generation != generation && node.kind.view() == kind &&
        node.api_version.view() == api_version) {
      gone.push_back(node.uid);
    }
  }
  for (const PooledString& uid : gone) Remove(uid.view());
}

const OwnerNode* OwnerTable::Find(std::string_view uid) const {
  const auto found = nodes_.find(uid);
  return found == nodes_.end() ? nullptr : &found->second;
}

const OwnerNode& OwnerTable::Top(const OwnerNode& node) {
  const OwnerNode* top = &node;
  for (int i = 0; i < kLongestChain && top->parent != nullptr; ++i) top = top->parent;
  return *top;
}

bool OwnerTable::Contains(const OwnerNode* node, const OwnerNode& wanted) {
  for (int i = 0; i <= kLongestChain && node != nullptr; ++i, node = node->parent) {
    if (node == &wanted) return true;
  }
  return false;
}

}  // namespace narrows::inventory::cluster
