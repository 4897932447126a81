#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace narrows::inventory::cluster {

// Each distinct text once, as long as somebody holds it. Not thread-safe, and outlives every
// PooledString of its own.
class StringPool {
 public:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  struct Use {
    StringPool* pool;
    uint32_t holders;
  };
  using Entries = std::unordered_map<std::string, Use, Hash, std::equal_to<>>;

  size_t size() const { return entries_.size(); }

 private:
  friend class PooledString;
  Entries entries_;
};

// A text of a StringPool, in the size of a pointer. Equal ones of one pool are the same entry. The
// empty text takes no entry.
class PooledString {
 public:
  PooledString() = default;
  PooledString(StringPool* pool, std::string_view text) {
    if (text.empty()) return;
    auto found = pool->entries_.find(text);
    if (found == pool->entries_.end()) {
      found = pool->entries_.emplace(std::string(text), StringPool::Use{pool, 0}).first;
    }
    entry_ = &*found;
    ++entry_->second.holders;
  }
  PooledString(const PooledString& other) : entry_(other.entry_) {
    if (entry_ != nullptr) ++entry_->second.holders;
  }
  PooledString(PooledString&& other) noexcept : entry_(std::exchange(other.entry_, nullptr)) {}
  PooledString& operator=(PooledString other) noexcept {
    std::swap(entry_, other.entry_);
    return *this;
  }
  ~PooledString() {
    if (entry_ == nullptr || --entry_->second.holders > 0) return;
    StringPool::Entries& entries = entry_->second.pool->entries_;
    entries.erase(entries.find(std::string_view(entry_->first)));
  }

  std::string_view view() const { return entry_ == nullptr ? std::string_view() : entry_->first; }
  std::string str() const { return std::string(view()); }
  bool empty() const { return entry_ == nullptr; }

  friend bool operator==(const PooledString& a, const PooledString& b) {
    return a.entry_ == b.entry_;
  }

 private:
  StringPool::Entries::value_type* entry_ = nullptr;
};

}  // namespace narrows::inventory::cluster
