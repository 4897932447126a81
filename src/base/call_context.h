#pragma once

#include <chrono>
#include <stop_token>

#include "base/result.h"

namespace narrows {

// How long a synchronous call may take and who may end it. Passed by const reference to everything
// that blocks.
struct CallContext {
  using Steady = std::chrono::steady_clock;

  std::stop_token stop;
  Steady::time_point deadline = Steady::time_point::max();

  static CallContext WithTimeout(std::chrono::milliseconds timeout, std::stop_token stop = {});

  // This context with at most `timeout` from now on.
  CallContext Limited(std::chrono::milliseconds timeout) const;

  // kCancelled or kDeadlineExceeded once either has come.
  Status Check() const;

  // Time left, at least 0, at most 24 h (so that it fits any timer).
  std::chrono::milliseconds Remaining() const;

  // Sleeps for `duration`, less when stopped or at the deadline; then as Check().
  Status SleepFor(std::chrono::milliseconds duration) const;
};

}  // namespace narrows
