#include "report/documents/sarif.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <sstream>

#include "base/json.h"
#include "report/documents/sample_reports_testing.h"
#include "report/documents/validation_testing.h"

namespace narrows::report::documents {
namespace {

std::string Write(const ScanReport& report) {
  std::ostringstream out;
  WriteSarif(report, out);
  return out.str();
}

boost::json::value OneRun(const ScanReport& report) {
  const auto document = ParseJson(Write(report));
  EXPECT_TRUE(document.has_value()) << document.error().message;
  EXPECT_EQ(document->at("version"), "2.1.0");
  return document->at("runs").at(0);
}

TEST(Sarif, FitsTheObjectModelOfTheSchema) {
  ScanReport nothing;
  for (const ScanReport& report : {testing::SampleScan(), nothing}) {
    const std::string document = Write(report);
    const int code = testing::Validate(testing::OraclePython(), "validate_sarif.py", document);
    if (code == 77) GTEST_SKIP() << "NOT CHECKED against the SARIF schema: run `make oracles`";
    EXPECT_EQ(code, 0) << document;
  }
  std::string broken = Write(testing::SampleScan());
  broken.replace(broken.find("\"level\": \"error\""), 16, "\"level\": \"loud!\"");
  EXPECT_EQ(testing::Validate(testing::OraclePython(), "validate_sarif.py", broken), 1);
}

TEST(Sarif, EachResultHasItsRuleLocationAndFingerprint) {
  const ScanReport report = testing::SampleScan();
  const auto run = OneRun(report);
  const auto& rules = run.at("tool").at("driver").at("rules").as_array();
  const auto& results = run.at("results").as_array();
  ASSERT_EQ(results.size(), 4u);
  ASSERT_EQ(rules.size(), 4u);
  for (const auto& result : results) {
    const auto index = static_cast<size_t>(result.at("ruleIndex").as_int64());
    EXPECT_EQ(rules.at(index).at("id"), result.at("ruleId"));
    EXPECT_FALSE(result.at("message").at("text").as_string().empty());
    const auto& uri =
        result.at("locations").at(0).at("physicalLocation").at("artifactLocation").at("uri");
    EXPECT_EQ(uri, "registry.example/shop/web%3A1.0/var/lib/dpkg/status");
    EXPECT_EQ(result.at("partialFingerprints").at("narrowsFindingIdentity/v1").as_string().size(),
              32u);
  }
  EXPECT_EQ(results[0].at("ruleId"), "CVE-2024-0002");
  EXPECT_EQ(results[0].at("level"), "error");
  EXPECT_EQ(results[0].at("message").at("text"),
            "libssl3 1.2-3: CVE-2024-0002 (Critical), overflow in ?[31mparser\"; fixed in "
            "3.0.11-1");
  EXPECT_EQ(rules[0].at("properties").at("security-severity"), "9.8");
}

TEST(Sarif, SecuritySeverityNeverContradictsTheSeverityShown) {
  ScanReport report = testing::SampleScan();
  report.findings[1].severity = model::Severity::kLow;  // the vendor's word against a vector of 9.8
  const auto run = OneRun(report);
  for (const auto& rule : run.at("tool").at("driver").at("rules").as_array()) {
    if (rule.at("id") == "CVE-2024-0002") {
      EXPECT_EQ(rule.at("properties").at("security-severity"), "2.0");
    }
    if (rule.at("id") == "CVE-2024-0004") {
      EXPECT_FALSE(rule.at("properties").as_object().contains("security-severity"));
    }
  }
}

TEST(Sarif, ASuppressedResultSaysByWhatAndWhy) {
  const auto run = OneRun(testing::SampleScan());
  int suppressed = 0;
  for (const auto& result : run.at("results").as_array()) {
    if (!result.as_object().contains("suppressions")) continue;
    ++suppressed;
    EXPECT_EQ(result.at("suppressions").at(0).at("justification"), "ignore-file: not reachable");
  }
  EXPECT_EQ(suppressed, 1);
}

TEST(Sarif, OneRuleForAVulnerabilityOfSeveralPackages) {
  ScanReport report = testing::SampleScan();
  report.findings.push_back(
      testing::SampleFinding("CVE-2024-0001", model::Severity::kLow, "zlib1g-dev", ""));
  const auto run = OneRun(report);
  EXPECT_EQ(run.at("results").as_array().size(), 5u);
  EXPECT_EQ(run.at("tool").at("driver").at("rules").as_array().size(), 4u);
}

TEST(Sarif, NotesWhatTheRunLeftOut) {
  ScanReport report = testing::SampleScan();
  report.unknown_reason = "no advisory speaks of this release";
  const auto run = OneRun(report);
  const auto& notes = run.at("invocations").at(0).at("toolExecutionNotifications").as_array();
  ASSERT_EQ(notes.size(), 3u);
  EXPECT_EQ(notes[2].at("message").at("text"),
            "cannot be judged: no advisory speaks of this release");
}

TEST(Sarif, AFilesystemsLocationIsItsPath) {
  ScanReport report = testing::SampleScan();
  report.kind = TargetKind::kFilesystem;
  report.target = "/srv/root";
  EXPECT_EQ(OneRun(report)
                .at("results")
                .at(0)
                .at("locations")
                .at(0)
                .at("physicalLocation")
                .at("artifactLocation")
                .at("uri"),
            "var/lib/dpkg/status");
}

}  // namespace
}  // namespace narrows::report::documents
