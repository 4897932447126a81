#include "findings/filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace narrows::findings {
namespace {

model::Finding Finding(model::Severity severity, const std::string& fixed,
                       model::FindingKind kind = model::FindingKind::kVulnerability) {
  model::Finding finding;
  finding.kind = kind;
  finding.severity = severity;
  finding.vulnerability.fixed_version = fixed;
  return finding;
}

TEST(Severities, AreReadInAnyCase) {
  EXPECT_EQ(*ParseSeverities("HIGH, critical"),
            (std::set{model::Severity::kHigh, model::Severity::kCritical}));
  const auto wrong = ParseSeverities("high,sever");
  ASSERT_FALSE(wrong.has_value());
  EXPECT_THAT(wrong.error().message, ::testing::HasSubstr("\"sever\" is not a severity"));
  EXPECT_FALSE(ParseSeverities("").has_value());
}

TEST(Filter, ShowsAllWhenNothingIsAsked) {
  const auto filtered = ApplyFilter({}, {Finding(model::Severity::kLow, "")});
  EXPECT_EQ(filtered.shown.size(), 1u);
  EXPECT_EQ(filtered.hidden, 0u);
}

TEST(Filter, HidesOtherSeveritiesAndCountsThem) {
  const auto filtered =
      ApplyFilter({.severities = std::set{model::Severity::kHigh}},
                  {Finding(model::Severity::kLow, "1"), Finding(model::Severity::kHigh, ""),
                   Finding(model::Severity::kCritical, "1")});
  ASSERT_EQ(filtered.shown.size(), 1u);
  EXPECT_EQ(filtered.shown[0].severity, model::Severity::kHigh);
  EXPECT_EQ(filtered.hidden, 2u);
}

TEST(Filter, IgnoreUnfixedHidesVulnerabilitiesOnly) {
  const auto filtered =
      ApplyFilter({.ignore_unfixed = true},
                  {Finding(model::Severity::kHigh, ""), Finding(model::Severity::kHigh, "2"),
                   Finding(model::Severity::kCritical, "", model::FindingKind::kMalware)});
  EXPECT_EQ(filtered.shown.size(), 2u);
  EXPECT_EQ(filtered.hidden, 1u);
}

}  // namespace
}  // namespace narrows::findings
