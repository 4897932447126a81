#include "base/clock.h"

#include <gtest/gtest.h>

namespace narrows {
namespace {

TEST(Rfc3339, RoundTripsAndNormalisesToUtc) {
  EXPECT_EQ(FormatRfc3339(*ParseRfc3339("2026-01-31T12:00:00Z")), "2026-01-31T12:00:00Z");
  EXPECT_EQ(FormatRfc3339(*ParseRfc3339("2026-01-31T12:00:00.5+01:30")),
            "2026-01-31T10:30:00.500Z");
  EXPECT_EQ(FormatRfc3339(*ParseRfc3339("2024-02-29T23:59:59.123456789-00:01")),
            "2024-03-01T00:00:59.123Z");
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
  for (const char* text : {"", "2026", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z",
                           "2026-01-31T12:00:00", "2026-01-31T12:00:00.Z", "2026-01-31T24:00:00Z",
                           "2026-01-31T12:00:00Zx", "2026-01-31T12:00:00+25:00"}) {
    EXPECT_FALSE(ParseRfc3339(text).has_value()) << text;
  }
}

TEST(Durations, RoundTrip) {
  EXPECT_EQ(*ParseDuration("72h"), std::chrono::hours(72));
  EXPECT_EQ(*ParseDuration("1h30m"), std::chrono::minutes(90));
  EXPECT_EQ(*ParseDuration("1.5s"), Duration(1500));
  EXPECT_EQ(*ParseDuration("250ms"), Duration(250));
  EXPECT_EQ(*ParseDuration("2d"), std::chrono::hours(48));
  EXPECT_EQ(FormatDuration(std::chrono::minutes(90)), "1h30m");
  EXPECT_EQ(FormatDuration(Duration(0)), "0s");
}

TEST(Durations, RefuseWhatIsNoDuration) {
  for (const char* text : {"", "h", "12", "1x", "1h2", "-", "1..5s", "99999999999999999999h"}) {
    EXPECT_FALSE(ParseDuration(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace narrows
