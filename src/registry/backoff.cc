#include "registry/backoff.h"

#include <algorithm>
#include <random>

namespace narrows::registry {
namespace {

// Between three quarters and five quarters, so that many clients don't come back at once.
std::chrono::milliseconds WithJitter(std::chrono::milliseconds delay) {
  thread_local std::minstd_rand random(std::random_device{}());
  return delay * std::uniform_int_distribution<int>(75, 125)(random) / 100;
}

}  // namespace

Status Backoff::Next(const Error& error, std::optional<std::chrono::milliseconds> retry_after,
                     bool progressed, const CallContext& context) {
  if (error.code != ErrorCode::kUnavailable) return error;
  if (progressed && ++progresses_ > limits_.layer_resumptions) return error;
  failures_ = progressed ? 0 : failures_ + 1;
  if (failures_ >= attempts_) return error;
  if (retry_after && *retry_after > limits_.most_retry_after) return error;
  const auto delay =
      retry_after ? *retry_after : WithJitter(limits_.retry_delay * (1 << std::min(failures_, 8)));
  // Waiting to the end would only turn a reason into "took too long".
  if (delay >= context.Remaining()) return error;
  return context.SleepFor(delay);
}

}  // namespace narrows::registry
