#include "inventory/image/memory_budget.h"

#include <algorithm>
#include <chrono>

namespace narrows::inventory::image {
namespace {

constexpr auto kTick = std::chrono::milliseconds(50);  // how soon a stop request is noticed

}  // namespace

Result<MemoryBudget::Share> MemoryBudget::Take(uint64_t bytes, const CallContext& context) {
  std::unique_lock lock(mutex_);
  const uint64_t ticket = next_ticket_++;
  waiting_.push_back(ticket);
  Status going_on = Ok();
  while (going_on.has_value() && (waiting_.front() != ticket || free_ < bytes)) {
    changed_.wait_for(lock, kTick);
    going_on = context.Check();
  }
  waiting_.erase(std::find(waiting_.begin(), waiting_.end(), ticket));
  changed_.notify_all();
  RETURN_IF_ERROR(going_on);
  free_ -= bytes;
  return Share(*this, bytes);
}

void MemoryBudget::GiveBack(uint64_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    free_ += bytes;
  }
  changed_.notify_all();
}

}  // namespace narrows::inventory::image
