#include "assessment/schedule.h"

#include <gtest/gtest.h>

namespace narrows::assessment {
namespace {

struct NextCase {
  const char* schedule;
  const char* after;
  const char* next;  // "never" where there is none
};

class ScheduleNext : public testing::TestWithParam<NextCase> {};

TEST_P(ScheduleNext, FirstTimeAfter) {
  const auto schedule = Schedule::Parse(GetParam().schedule);
  ASSERT_TRUE(schedule.has_value()) << schedule.error().message;
  const auto next = schedule->Next(*ParseRfc3339(GetParam().after));
  EXPECT_EQ(next ? FormatRfc3339(*next) : "never", GetParam().next)
      << GetParam().schedule << " after " << GetParam().after;
}

INSTANTIATE_TEST_SUITE_P(
    Table, ScheduleNext,
    testing::Values(
        // Five fields.
        NextCase{"* * * * *", "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z"},
        NextCase{"* * * * *", "2026-01-01T00:00:59.999Z", "2026-01-01T00:01:00Z"},
        NextCase{"*/5 * * * *", "2026-01-01T00:03:00Z", "2026-01-01T00:05:00Z"},
        NextCase{"0 3 * * *", "2026-01-01T03:00:00Z", "2026-01-02T03:00:00Z"},
        NextCase{"0 3 * * *", "2026-01-01T02:59:59Z", "2026-01-01T03:00:00Z"},
        NextCase{"59 23 31 12 *", "2026-12-31T23:59:00Z", "2027-12-31T23:59:00Z"},
        NextCase{"0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"},
        NextCase{"0 0 29 2 *", "2096-03-01T00:00:00Z", "never"},
        NextCase{"0 0 30 2 *", "2026-01-01T00:00:00Z", "never"},
        NextCase{"0 0 * * 1", "2026-01-01T00:00:00Z", "2026-01-05T00:00:00Z"},
        NextCase{"0 0 * * MON-wed", "2026-01-06T00:00:00Z", "2026-01-07T00:00:00Z"},
        NextCase{"0 0 * * 7", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z"},
        NextCase{"0 0 1 mar,SEP *", "2026-03-01T00:00:00Z", "2026-09-01T00:00:00Z"},
        NextCase{"10-30/10 1 * * ?", "2026-01-01T01:10:00Z", "2026-01-01T01:20:00Z"},
        NextCase{"50/4 1 * * *", "2026-01-01T01:54:00Z", "2026-01-01T01:58:00Z"},
        // Both days restricted: either one.
        NextCase{"0 0 13 * 5", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"},
        NextCase{"0 0 13 * 5", "2026-01-09T00:00:00Z", "2026-01-13T00:00:00Z"},
        // A step is a restriction.
        NextCase{"0 0 */15 * 3", "2026-01-01T00:00:00Z", "2026-01-07T00:00:00Z"},
        // Six: seconds. Seven: years as well.
        NextCase{"30 * * * * *", "2026-01-01T00:00:00Z", "2026-01-01T00:00:30Z"},
        NextCase{"*/20 0 0 * * *", "2026-01-01T00:00:40Z", "2026-01-02T00:00:00Z"},
        NextCase{"0 0 0 1 1 * 2030", "2026-06-01T00:00:00Z", "2030-01-01T00:00:00Z"},
        NextCase{"0 0 0 1 1 * 2020", "2026-06-01T00:00:00Z", "never"},
        NextCase{"0 0 0 1 1 ? 2026-2028/2", "2026-06-01T00:00:00Z", "2028-01-01T00:00:00Z"},
        // Names.
        NextCase{"@daily", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"},
        NextCase{"@midnight", "2026-01-01T23:00:00Z", "2026-01-02T00:00:00Z"},
        NextCase{"@hourly", "2026-01-01T00:30:00Z", "2026-01-01T01:00:00Z"},
        NextCase{"@weekly", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z"},
        NextCase{"@monthly", "2026-01-15T00:00:00Z", "2026-02-01T00:00:00Z"},
        NextCase{"@yearly", "2026-01-15T00:00:00Z", "2027-01-01T00:00:00Z"},
        NextCase{"@every 5m", "2026-01-01T00:00:10Z", "2026-01-01T00:05:10Z"},
        NextCase{"  @every  1h30m ", "2026-01-01T00:00:00Z", "2026-01-01T01:30:00Z"},
        NextCase{"@reboot", "2026-01-01T00:00:00Z", "never"},
        NextCase{"* * * * *", "2099-12-31T23:59:30Z", "never"}));

class ScheduleRefused : public testing::TestWithParam<const char*> {};

TEST_P(ScheduleRefused, WithInvalidArgument) {
  const auto schedule = Schedule::Parse(GetParam());
  ASSERT_FALSE(schedule.has_value()) << GetParam();
  EXPECT_EQ(schedule.error().code, ErrorCode::kInvalidArgument);
}

INSTANTIATE_TEST_SUITE_P(Table, ScheduleRefused,
                         testing::Values("", "* * * *", "* * * * * * * *", "60 * * * *",
                                         "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8",
                                         "5-1 * * * *", "*/0 * * * *", "*/ * * * *", "a * * * *",
                                         "-1 * * * *", "1,,2 * * * *", "@often", "@every",
                                         "@every 10ms", "@every -5m", "@every x",
                                         "0 0 0 1 1 * 1969", "+1 * * * *",
                                         "99999999999999999999 * * * *"));

}  // namespace
}  // namespace narrows::assessment
