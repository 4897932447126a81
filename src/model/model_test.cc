#include <gtest/gtest.h>

#include "model/assessment.h"
#include "model/finding.h"
#include "model/severity.h"

namespace narrows::model {
namespace {

TEST(Severity, RoundTripsAndReadsVendorWords) {
  for (const auto severity :
       {Severity::kUnknown, Severity::kNone, Severity::kNegligible, Severity::kLow,
        Severity::kMedium, Severity::kHigh, Severity::kCritical}) {
    EXPECT_EQ(ParseSeverity(ToString(severity)), severity);
  }
  EXPECT_EQ(ParseSeverity("IMPORTANT"), Severity::kHigh);
  EXPECT_FALSE(ParseSeverity("severe").has_value());
}

TEST(Severity, ScoreBoundariesAreFirsts) {
  EXPECT_EQ(SeverityOfScore(0), Severity::kNone);
  EXPECT_EQ(SeverityOfScore(3.9), Severity::kLow);
  EXPECT_EQ(SeverityOfScore(4.0), Severity::kMedium);
  EXPECT_EQ(SeverityOfScore(7.0), Severity::kHigh);
  EXPECT_EQ(SeverityOfScore(9.0), Severity::kCritical);
}

TEST(FindingIdentity, DependsOnWhatAndWhereOnly) {
  Finding a;
  a.scanner = "vulnerability";
  a.vulnerability.id = "CVE-2024-1";
  a.subject = PackageSubject{"sha256:1", Package{.name = "curl", .version = "1"}};
  Finding b = a;
  b.severity = Severity::kHigh;
  b.scanner_version = "2";
  EXPECT_EQ(FindingIdentity(a), FindingIdentity(b));
  b.subject = PackageSubject{"sha256:2", Package{.name = "curl", .version = "1"}};
  EXPECT_NE(FindingIdentity(a), FindingIdentity(b));
}

TEST(Verdicts, ViolatedBeatsUnknownBeatsPassed) {
  EXPECT_EQ(Worst(Verdict::kPassed, Verdict::kUnknown), Verdict::kUnknown);
  EXPECT_EQ(Worst(Verdict::kViolated, Verdict::kUnknown), Verdict::kViolated);
}

}  // namespace
}  // namespace narrows::model
