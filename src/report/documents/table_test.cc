#include "report/documents/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/strings.h"
#include "report/documents/sample_reports_testing.h"

namespace narrows::report::documents {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

template <typename Report>
std::string Table(const Report& report, const TextOptions& options = {}) {
  std::ostringstream out;
  WriteTable(report, options, out);
  return out.str();
}

TEST(ScanTable, ShowsWhatAPersonNeedsWorstFirst) {
  const std::string text = Table(testing::SampleScan());
  EXPECT_THAT(text, HasSubstr("Debian GNU/Linux 12 (bookworm)"));
  EXPECT_LT(text.find("CVE-2024-0002"), text.find("CVE-2024-0001"));
  EXPECT_THAT(text, HasSubstr("3.0.11-1"));
  EXPECT_THAT(text, HasSubstr("97.1%"));
  EXPECT_THAT(text, HasSubstr("exploited"));
  EXPECT_THAT(text, HasSubstr("https://security-tracker.debian.org/tracker/CVE-2024-0002"));
  EXPECT_THAT(text, HasSubstr("not reachable"));
  EXPECT_THAT(text, HasSubstr("3 findings: 1 Critical, 1 Low, 1 Unknown; 1 with a fix, 1 known to "
                              "be exploited; 1 suppressed; 2 hidden by filters\n"));
  EXPECT_THAT(text,
              HasSubstr("(2 days old), those of Debian of 2026-03-06T12:00:00Z (4 days old)\n"));
  EXPECT_THAT(text, HasSubstr("warning: Debian 12 is out of support"));
  EXPECT_THAT(text, HasSubstr("policy ci: violated, 1 violation"));
}

TEST(ScanTable, ForeignTextCannotDriveTheTerminal) {
  const std::string text = Table(testing::SampleScan());
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\x07")));
  EXPECT_THAT(text, Not(HasSubstr("\xe2\x80\xae")));
  EXPECT_THAT(text, HasSubstr("e?]0;v?il???"));
}

TEST(ScanTable, ColoursOnlyWhenAsked) {
  EXPECT_THAT(Table(testing::SampleScan(), {0, true}), HasSubstr("\x1b[1;31mCritical\x1b[0m"));
}

TEST(ScanTable, FitsTheTerminal) {
  for (const size_t width : {80u, 100u, 120u, 200u}) {
    const std::string text = Table(testing::SampleScan(), {width, false});
    const size_t start = text.find("PACKAGE");
    const std::string table = text.substr(start, text.find("\n\n", start) - start);
    for (const auto line : Split(table, '\n')) EXPECT_LE(DisplayWidth(line), width) << line;
    EXPECT_THAT(table, HasSubstr("CVE-2024-0002"));
  }
}

TEST(ScanTable, ASmallChanceIsNotNone) {
  ScanReport report = testing::SampleScan();
  report.findings[1].vulnerability.epss = model::Epss{0.0002, 0.3};
  EXPECT_THAT(Table(report), HasSubstr("<0.1%"));
}

// A distribution's packages all have the path of its database, which is not worth a column.
TEST(ScanTable, ShowsWhereALanguagesPackageLies) {
  ScanReport report = testing::SampleScan();
  EXPECT_THAT(Table(report), Not(HasSubstr("PATH")));
  auto& package = std::get<model::PackageSubject>(report.findings[0].subject).package;
  package.ecosystem = "npm";
  package.path = "/app/package-lock.json";
  package.evidence = model::Evidence::kLockFile;
  EXPECT_THAT(Table(report), HasSubstr("/app/package-lock.json (lock file)"));
}

TEST(ScanTable, SaysWhyATargetCannotBeJudged) {
  ScanReport report;
  report.target = "scratch";
  report.unknown_reason = "no package data base";
  EXPECT_EQ(Table(report),
            "scratch  0 packages\nwarning: cannot be judged: no package data base\n\n"
            "0 findings; the target could not be judged\n");
}

TEST(AssessmentTable, ShowsVerdictReasonAndAction) {
  const std::string text = Table(testing::SampleAssessment());
  EXPECT_LT(text.find("Deployment/web"), text.find("Deployment/gone"));
  EXPECT_LT(text.find("Deployment/gone"), text.find("Deployment/clean"));
  EXPECT_THAT(text, HasSubstr("CVE-2024-0002 Critical libssl3"));
  EXPECT_THAT(text, HasSubstr("Critical exceeds the accepted Medium (and 1 more)"));
  EXPECT_THAT(text, HasSubstr("more)  quarantined, not effective\n"));
  EXPECT_THAT(text, HasSubstr("\nshop/Deployment/web: quarantined until 2026-03-13T12:00:00Z, not "
                              "effective: defeated by allow-all (CVE-2024-0002)\n"));
  EXPECT_THAT(text, HasSubstr("the registry does not serve sha256:aaaa"));
  EXPECT_THAT(text, HasSubstr("3 assessments: 1 violated, 1 unknown, 1 passed\n"));
}

TEST(DescribeAction, NamesPlansAndFailures) {
  model::ActionRecord action;
  action.kind = "quarantine";
  action.planned = true;
  action.isolation = model::Isolation::kDetach;
  EXPECT_EQ(DescribeAction(action), "would quarantine (detach)");
  action.error = "pods is forbidden";
  EXPECT_EQ(DescribeAction(action), "quarantine failed: pods is forbidden");
}

TEST(TextTable, LeavesOutEmptyColumnsAndOptionalOnesFirst) {
  const std::vector<Column> columns = {{"A", false, 3}, {"B", false, 3}, {"C", true, 3}};
  const std::vector<std::vector<Cell>> rows = {{{"abcdefgh"}, {""}, {"12345678"}}};
  const auto write = [&](size_t width) {
    std::ostringstream out;
    WriteTextTable(columns, rows, {width, false}, out);
    return out.str();
  };
  EXPECT_EQ(write(0), "A         C\nabcdefgh  12345678\n");
  EXPECT_EQ(write(17), "A\nabcdefgh\n");
  EXPECT_EQ(write(5), "A\nabcd…\n");
}

TEST(TextTable, CountsWideAndCombiningCharacters) {
  EXPECT_EQ(DisplayWidth("漢字"), 4u);
  EXPECT_EQ(DisplayWidth("e\xCC\x81"), 1u);
  EXPECT_EQ(Shorten("漢字漢字", 5), "漢字…");
  EXPECT_EQ(Shorten("漢字", 4), "漢字");
}

}  // namespace
}  // namespace narrows::report::documents
