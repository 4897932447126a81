#pragma once

#include <cstddef>
#include <iterator>
#include <span>
#include <type_traits>
#include <vector>

namespace narrows {

// Several arrays looked at as one, none of them copied: what is borrowed must outlive it.
template <typename T>
class JoinedSpans {
 public:
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = const T&;

    Iterator() = default;
    Iterator(const std::vector<std::span<const T>>& parts, size_t part)
        : parts_(&parts), part_(part) {}

    reference operator*() const { return (*parts_)[part_][index_]; }
    pointer operator->() const { return &**this; }
    Iterator& operator++() {
      // No part is empty.
      if (++index_ == (*parts_)[part_].size()) {
        ++part_;
        index_ = 0;
      }
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) {
      return a.part_ == b.part_ && a.index_ == b.index_;
    }

   private:
    const std::vector<std::span<const T>>* parts_ = nullptr;
    size_t part_ = 0;
    size_t index_ = 0;
  };
  using value_type = T;
  using const_iterator = Iterator;

  JoinedSpans() = default;
  // Of one array; implicit, so that whoever has but one need not think of this class.
  template <typename Array,
            typename = std::enable_if_t<std::is_convertible_v<const Array&, std::span<const T>>>>
  JoinedSpans(const Array& whole) {  // NOLINT(google-explicit-constructor)
    Add(whole);
  }

  void Add(std::span<const T> part) {
    if (!part.empty()) parts_.push_back(part);
  }

  Iterator begin() const { return Iterator(parts_, 0); }
  Iterator end() const { return Iterator(parts_, parts_.size()); }
  bool empty() const { return parts_.empty(); }

 private:
  std::vector<std::span<const T>> parts_;
};

}  // namespace narrows
