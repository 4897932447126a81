#include "advisories/matching.h"

#include <gtest/gtest.h>

#include <initializer_list>

#include "ecosystems/debian/version.h"

namespace narrows::advisories {
namespace {

constexpr EventView Introduced(std::string_view v) { return {EventType::kIntroduced, v}; }
constexpr EventView Fixed(std::string_view v) { return {EventType::kFixed, v}; }
constexpr EventView LastAffected(std::string_view v) { return {EventType::kLastAffected, v}; }
constexpr EventView Limit(std::string_view v) { return {EventType::kLimit, v}; }

PackageStatement Ranges(std::initializer_list<std::vector<EventView>> ranges) {
  PackageStatement statement;
  statement.ranges = ranges;
  statement.range_count = ranges.size();
  return statement;
}

Match Of(const PackageStatement& statement, std::string_view version) {
  return Evaluate(statement, version, *ecosystems::debian::MakeDebianVersionOrder());
}

TEST(Evaluate, FixedEndsARange) {
  const auto statement = Ranges({{Introduced("0"), Fixed("1.5")}});
  EXPECT_TRUE(Of(statement, "1.4").affected);
  EXPECT_EQ(Of(statement, "1.4").fixed, "1.5");
  EXPECT_FALSE(Of(statement, "1.5").affected);
  EXPECT_FALSE(Of(statement, "1.6").affected);
}

TEST(Evaluate, ZeroComesBeforeEveryVersion) {
  EXPECT_TRUE(Of(Ranges({{Introduced("0")}}), "0~~").affected);
  EXPECT_FALSE(Of(Ranges({{Introduced("0.1")}}), "0~~").affected);
}

TEST(Evaluate, OpenRangesHaveNoFix) {
  const auto match = Of(Ranges({{Introduced("1.0")}}), "7");
  EXPECT_TRUE(match.affected);
  EXPECT_EQ(match.fixed, "");
  EXPECT_FALSE(Of(Ranges({{Introduced("1.0")}}), "0.9").affected);
}

TEST(Evaluate, TheLastAffectedVersionIsAffected) {
  const auto statement = Ranges({{Introduced("0"), LastAffected("1.5")}});
  EXPECT_TRUE(Of(statement, "1.5").affected);
  EXPECT_EQ(Of(statement, "1.5").fixed, "");
  EXPECT_FALSE(Of(statement, "1.5.1").affected);
}

TEST(Evaluate, EventsMayComeInAnyOrder) {
  const auto statement = Ranges({{Fixed("3"), Introduced("2"), Fixed("1.5"), Introduced("0")}});
  EXPECT_TRUE(Of(statement, "1.4").affected);
  EXPECT_EQ(Of(statement, "1.4").fixed, "1.5");
  EXPECT_FALSE(Of(statement, "1.7").affected);
  EXPECT_TRUE(Of(statement, "2").affected);
  EXPECT_EQ(Of(statement, "2").fixed, "3");
  EXPECT_FALSE(Of(statement, "3").affected);
}

TEST(Evaluate, LimitsEndARange) {
  const auto statement = Ranges({{Introduced("0"), Limit("2")}});
  EXPECT_TRUE(Of(statement, "1.9").affected);
  EXPECT_FALSE(Of(statement, "2").affected);
  EXPECT_TRUE(Of(Ranges({{Introduced("0"), Limit("*")}}), "9").affected);
  EXPECT_TRUE(Of(Ranges({{Introduced("0"), Limit("2"), Limit("4")}}), "3").affected);
}

TEST(Evaluate, AnyRangeOrListedVersionIsEnough) {
  auto statement = Ranges({{Introduced("1"), Fixed("2")}, {Introduced("3"), Fixed("4")}});
  statement.versions = {"2.5", "1:0"};
  EXPECT_TRUE(Of(statement, "1.5").affected);
  EXPECT_TRUE(Of(statement, "3.5").affected);
  EXPECT_EQ(Of(statement, "3.5").fixed, "4");
  EXPECT_FALSE(Of(statement, "2.6").affected);
  EXPECT_TRUE(Of(statement, "2.5").affected);
  EXPECT_EQ(Of(statement, "2.5").fixed, "4");    // the next above
  EXPECT_TRUE(Of(statement, "2.5-0").affected);  // equal, though spelt otherwise
}

TEST(Evaluate, OverlappingRangesEndWithTheLast) {
  const auto statement = Ranges({{Introduced("0"), Fixed("2")}, {Introduced("0"), Fixed("3")}});
  EXPECT_EQ(Of(statement, "1").fixed, "3");
  EXPECT_TRUE(Of(statement, "2.5").affected);
  const auto open = Ranges({{Introduced("0"), Fixed("2")}, {Introduced("0")}});
  EXPECT_EQ(Of(open, "1").fixed, "");
}

TEST(Evaluate, NothingSaidIsNotAffected) {
  EXPECT_FALSE(Of(PackageStatement{}, "1").affected);
  EXPECT_FALSE(Of(Ranges({{}}), "1").affected);
  EXPECT_FALSE(Of(Ranges({{Fixed("2")}}), "1").affected);
}

}  // namespace
}  // namespace narrows::advisories
