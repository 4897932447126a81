#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace narrows::assessment {

// When a policy wants everything judged anew. All times are UTC.
//
// Five fields are crontab(5): minute, hour, day of month, month, day of week. Six begin with
// seconds, seven also end with the year. Fields know lists, ranges, steps ("*/5", "2/5" is 2 to the
// end), "?" and names (JAN, MON); Sunday is 0 or 7. Where both days are restricted, either one
// suffices, as in a Kubernetes CronJob. Also @yearly, @annually, @monthly, @weekly, @daily,
// @midnight, @hourly, @every DURATION (at least a second), and @reboot: at start-up only.
class Schedule {
 public:
  static Result<Schedule> Parse(std::string_view text);

  // The first time after `after`; nothing when there is none (@reboot, 30 February, a year gone
  // by).
  std::optional<TimePoint> Next(TimePoint after) const;

  const std::string& text() const { return text_; }

 private:
  static constexpr int kFirstYear = 1970;
  static constexpr int kLastYear = 2099;

  Status ParseCron(std::string_view text);
  bool MatchesDay(std::chrono::sys_days day) const;
  std::optional<Duration> NextInDay(Duration from) const;

  std::string text_;
  bool never_ = false;
  Duration every_{0};  // of @every; else 0
  // Bit n: the value n is allowed.
  uint64_t seconds_ = 1;
  uint64_t minutes_ = 0;
  uint64_t hours_ = 0;
  uint64_t days_ = 0;
  uint64_t months_ = 0;
  uint64_t weekdays_ = 0;
  uint64_t years_[3] = {~uint64_t{0}, ~uint64_t{0}, ~uint64_t{0}};  // from kFirstYear
  bool any_day_ = false;      // the day of month is "*" or "?"
  bool any_weekday_ = false;  // likewise
};

}  // namespace narrows::assessment
