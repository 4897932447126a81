#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "assessment/policy.h"
#include "base/clock.h"
#include "response/response_action.h"

namespace narrows::control {

// When time alone changes something. Not thread-safe.
class Timetable {
 public:
  // Whether a policy's schedule has come since the last call; the first one only starts counting.
  bool ScheduleIsDue(const std::vector<assessment::Policy>& policies, TimePoint now);

  // The next time at which a schedule comes, or an exception, a release or an isolation ends.
  std::optional<TimePoint> Next(const std::vector<assessment::Policy>& policies,
                                const response::ActionPlan& plan, TimePoint now) const;

 private:
  struct Entry {
    std::string schedule;
    std::optional<TimePoint> next;
  };
  std::map<std::string, Entry> entries_;  // by policy
};

}  // namespace narrows::control
