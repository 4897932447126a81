#include "advisories/matching.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "ecosystems/version_text.h"

namespace narrows::advisories {
namespace {

using Order = ecosystems::VersionOrder;

bool IsBeginning(const EventView& event) {
  return event.type == EventType::kIntroduced && event.version == "0";
}

bool Before(const EventView& a, const EventView& b, const Order& order) {
  if (IsBeginning(a) || IsBeginning(b)) return IsBeginning(a) && !IsBeginning(b);
  return std::is_lt(order.Compare(a.version, b.version));
}

bool WithinLimits(const std::vector<EventView>& events, std::string_view version,
                  const Order& order) {
  bool limited = false;
  for (const EventView& event : events) {
    if (event.type != EventType::kLimit) continue;
    if (event.version == "*" || std::is_lt(order.Compare(version, event.version))) return true;
    limited = true;
  }
  return !limited;
}

// The events in ascending order, those of equal versions as they are written. Nearly all ranges are
// in order already, and those are not copied.
const std::vector<EventView>& Sorted(const std::vector<EventView>& events, const Order& order,
                                     std::vector<EventView>& room) {
  const auto before = [&](const EventView& a, const EventView& b) { return Before(a, b, order); };
  if (std::is_sorted(events.begin(), events.end(), before)) return events;
  room = events;
  std::stable_sort(room.begin(), room.end(), before);
  return room;
}

Match EvaluateRange(const std::vector<EventView>& events, std::string_view version,
                    const Order& order) {
  if (!WithinLimits(events, version, order)) return {};
  std::vector<EventView> room;
  Match match;
  for (const EventView& event : Sorted(events, order, room)) {
    if (event.type == EventType::kLimit) continue;
    const bool reached = IsBeginning(event) || std::is_gteq(order.Compare(version, event.version));
    if (!reached) {
      if (event.type != EventType::kFixed || !match.fixed.empty()) continue;
      match.fixed = event.version;
    } else if (event.type == EventType::kIntroduced) {
      match.affected = true;
    } else if (event.type == EventType::kFixed ||
               std::is_gt(order.Compare(version, event.version))) {
      match.affected = false;  // a last affected version is affected itself
    }
  }
  return match;
}

bool IsListed(const PackageStatement& statement, std::string_view version, const Order& order) {
  return std::any_of(statement.versions.begin(), statement.versions.end(),
                     [&](std::string_view listed) {
                       // Lists are long, and nearly all of their versions are other ones.
                       return listed == version || (ecosystems::HaveSameNumbers(listed, version) &&
                                                    std::is_eq(order.Compare(listed, version)));
                     });
}

}  // namespace

Match Evaluate(const PackageStatement& statement, std::string_view version, const Order& order) {
  Match result;
  bool open = false;
  std::string_view next_fix;  // the nearest above the version, of any range
  for (size_t i = 0; i < statement.range_count; ++i) {
    const Match match = EvaluateRange(statement.ranges[i], version, order);
    const bool nearer = !match.fixed.empty() &&
                        (next_fix.empty() || std::is_lt(order.Compare(match.fixed, next_fix)));
    if (nearer) next_fix = match.fixed;
    if (!match.affected) continue;
    result.affected = true;
    open = open || match.fixed.empty();
    if (result.fixed.empty() || std::is_gt(order.Compare(match.fixed, result.fixed)))
      result.fixed = match.fixed;
  }
  if (open) result.fixed = {};
  if (!result.affected && IsListed(statement, version, order)) return {true, next_fix};
  return result;
}

}  // namespace narrows::advisories
