#include "base/call_context.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace narrows {

CallContext CallContext::WithTimeout(std::chrono::milliseconds timeout, std::stop_token stop) {
  return CallContext{std::move(stop), Steady::now() + timeout};
}

CallContext CallContext::Limited(std::chrono::milliseconds timeout) const {
  return CallContext{stop, std::min(deadline, Steady::now() + timeout)};
}

Status CallContext::Check() const {
  if (stop.stop_requested()) return Cancelled("stopped");
  if (Steady::now() >= deadline) return DeadlineExceeded("took too long");
  return Ok();
}

std::chrono::milliseconds CallContext::Remaining() const {
  constexpr std::chrono::milliseconds kMost = std::chrono::hours(24);
  const auto now = Steady::now();
  if (deadline <= now) return std::chrono::milliseconds(0);
  if (deadline - now > kMost) return kMost;
  return std::chrono::ceil<std::chrono::milliseconds>(deadline - now);
}

Status CallContext::SleepFor(std::chrono::milliseconds duration) const {
  std::mutex mutex;
  std::condition_variable_any woken;
  std::unique_lock lock(mutex);
  woken.wait_for(lock, stop, std::min(duration, Remaining()), [] { return false; });
  return Check();
}

}  // namespace narrows
