#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>

#include "base/call_context.h"
#include "base/result.h"

namespace narrows::inventory::image {

// Memory that several share, each for a while. Whoever asks first is served first, so that one who
// needs all of it comes to their turn. Thread-safe.
class MemoryBudget {
 public:
  explicit MemoryBudget(uint64_t bytes) : free_(bytes) {}

  // A part of it, given back at the end of life.
  class Share {
   public:
    Share(MemoryBudget& budget, uint64_t bytes) : budget_(&budget), bytes_(bytes) {}
    ~Share() {
      if (budget_ != nullptr) budget_->GiveBack(bytes_);
    }
    Share(Share&& other) noexcept : budget_(other.budget_), bytes_(other.bytes_) {
      other.budget_ = nullptr;
    }
    Share& operator=(Share&&) = delete;

    uint64_t bytes() const { return bytes_; }

   private:
    MemoryBudget* budget_;
    const uint64_t bytes_;
  };

  // Waits until so much, which is no more than there is in all, is free. As context.Check().
  Result<Share> Take(uint64_t bytes, const CallContext& context);

 private:
  void GiveBack(uint64_t bytes);

  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t free_;
  uint64_t next_ticket_ = 0;
  std::deque<uint64_t> waiting_;
};

}  // namespace narrows::inventory::image
