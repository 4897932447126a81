#include "ecosystems/end_of_support.h"

#include <gtest/gtest.h>

namespace narrows::ecosystems {
namespace {

TEST(EndOfSupport, FindsAReleaseByItsDistributionsOwnRules) {
  EXPECT_EQ(FormatRfc3339(*EndOfSupport({.id = "debian", .version_id = "10"})),
            "2024-07-01T00:00:00Z");
  EXPECT_EQ(EndOfSupport({.id = "alpine", .version_id = "3.18.4"}),
            EndOfSupport({.id = "alpine", .version_id = "3.18"}));
  EXPECT_TRUE(EndOfSupport({.id = "ubuntu", .version_id = "20.04"}).has_value());
  EXPECT_EQ(FormatRfc3339(*EndOfSupport({.id = "rhel", .version_id = "7.9"})),
            "2024-07-01T00:00:00Z");
  EXPECT_TRUE(EndOfSupport({.id = "opensuse-leap", .version_id = "15.5"}).has_value());
}

TEST(EndOfSupport, SaysNothingOfWhatItDoesNotKnow) {
  EXPECT_FALSE(EndOfSupport({.id = "debian", .version_id = ""}).has_value());
  EXPECT_FALSE(EndOfSupport({.id = "alpine", .version_id = "edge"}).has_value());
  EXPECT_FALSE(EndOfSupport({.id = "plan9", .version_id = "10"}).has_value());
}

}  // namespace
}  // namespace narrows::ecosystems
