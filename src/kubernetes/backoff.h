#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace narrows::kubernetes {

// Exponential delays with jitter: each between half and the whole of a limit that doubles, so that
// many clients of one restarted server do not come back together. Not thread-safe.
class Backoff {
 public:
  using Millis = std::chrono::milliseconds;

  Backoff(Millis least, Millis most) : least_(least), most_(most), limit_(least) {}

  Millis Next() {
    const auto limit = limit_.count();
    limit_ = std::min(limit_ * 2, most_);
    return Millis(std::uniform_int_distribution<Millis::rep>(limit / 2, limit)(random_));
  }

  void Reset() { limit_ = least_; }

 private:
  const Millis least_;
  const Millis most_;
  Millis limit_;
  std::minstd_rand random_{std::random_device()()};
};

}  // namespace narrows::kubernetes
