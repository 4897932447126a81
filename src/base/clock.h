#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace narrows {

// UTC, milliseconds.
using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;
using Duration = std::chrono::milliseconds;

// Where time comes from. Implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  TimePoint Now() const override;
};

// Stands still until told; for tests and for replays. Thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimePoint now) : millis_(now.time_since_epoch().count()) {}
  TimePoint Now() const override { return TimePoint(Duration(millis_.load())); }
  void Advance(Duration by) { millis_ += by.count(); }

 private:
  std::atomic<Duration::rep> millis_;
};

// RFC 3339 in UTC: "2026-01-02T03:04:05Z", with ".678" only when the milliseconds are not zero.
std::string FormatRfc3339(TimePoint time);

// Reads RFC 3339 with any offset and any number of fraction digits (kept: milliseconds).
Result<TimePoint> ParseRfc3339(std::string_view text);

// A duration as Go and Kubernetes write it: "72h", "1h30m", "250ms", "1.5s". Units ns us ms s m h,
// plus d (24 h).
Result<Duration> ParseDuration(std::string_view text);

// "2h5m", "45s", "0s"; the inverse of ParseDuration to the millisecond.
std::string FormatDuration(Duration duration);

}  // namespace narrows
