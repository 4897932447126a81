#include "control/timetable.h"

#include <gtest/gtest.h>

namespace narrows::control {
namespace {

TimePoint At(int seconds) {
  return TimePoint(std::chrono::sys_days(std::chrono::year(2026) / 5 / 4)) +
         std::chrono::seconds(seconds);
}

assessment::Policy Scheduled(const std::string& schedule) {
  assessment::Policy policy;
  policy.meta.name = "p";
  policy.schedule = *assessment::Schedule::Parse(schedule);
  return policy;
}

TEST(Timetable, AScheduleComesOnceForEachOfItsTimes) {
  Timetable table;
  const std::vector<assessment::Policy> policies = {Scheduled("@every 1m")};
  EXPECT_FALSE(table.ScheduleIsDue(policies, At(0)));
  EXPECT_EQ(table.Next(policies, {}, At(0)), At(60));
  EXPECT_FALSE(table.ScheduleIsDue(policies, At(59)));
  EXPECT_TRUE(table.ScheduleIsDue(policies, At(61)));
  EXPECT_FALSE(table.ScheduleIsDue(policies, At(62)));
}

TEST(Timetable, AnEditedScheduleCountsFromTheEdit) {
  Timetable table;
  (void)table.ScheduleIsDue({Scheduled("@every 1m")}, At(0));
  EXPECT_FALSE(table.ScheduleIsDue({Scheduled("@every 10s")}, At(70)));
  EXPECT_TRUE(table.ScheduleIsDue({Scheduled("@every 10s")}, At(80)));
}

TEST(Timetable, TheNextEndOfAnythingIsWaitedFor) {
  Timetable table;
  assessment::Policy policy;
  policy.exceptions.emplace_back().expires = At(50);
  policy.waivers.emplace_back().until = At(40);
  policy.releases.emplace_back().until = At(10);  // over
  response::ActionPlan plan;
  plan.next_end = At(30);
  EXPECT_EQ(table.Next({policy}, plan, At(20)), At(30));
  EXPECT_EQ(table.Next({policy}, plan, At(45)), At(50));
  EXPECT_EQ(table.Next({policy}, plan, At(50)), std::nullopt);
}

}  // namespace
}  // namespace narrows::control
