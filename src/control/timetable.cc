#include "control/timetable.h"

#include <algorithm>

namespace narrows::control {

bool Timetable::ScheduleIsDue(const std::vector<assessment::Policy>& policies, TimePoint now) {
  bool due = false;
  std::map<std::string, Entry> entries;
  for (const assessment::Policy& policy : policies) {
    if (!policy.Active() || !policy.schedule) continue;
    Entry& entry = entries[policy.meta.name];
    const auto known = entries_.find(policy.meta.name);
    if (known != entries_.end() && known->second.schedule == policy.schedule->text()) {
      entry = known->second;
      if (!entry.next || now < *entry.next) continue;
      due = true;
    }
    entry = {policy.schedule->text(), policy.schedule->Next(now)};
  }
  entries_ = std::move(entries);
  return due;
}

std::optional<TimePoint> Timetable::Next(const std::vector<assessment::Policy>& policies,
                                         const response::ActionPlan& plan, TimePoint now) const {
  std::optional<TimePoint> next;
  const auto consider = [&](const std::optional<TimePoint>& time) {
    if (time && *time > now && (!next || *time < *next)) next = time;
  };
  for (const auto& [name, entry] : entries_) consider(entry.next);
  for (const assessment::Policy& policy : policies) {
    for (const assessment::Exception& exception : policy.exceptions) consider(exception.expires);
    for (const assessment::Release& release : policy.releases) consider(release.until);
    for (const assessment::Waiver& waiver : policy.waivers) consider(waiver.until);
  }
  consider(plan.next_end);
  return next;
}

}  // namespace narrows::control
