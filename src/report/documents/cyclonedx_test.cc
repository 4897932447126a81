#include "report/documents/cyclonedx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>
#include <sstream>

#include "base/json.h"
#include "report/documents/sample_reports_testing.h"
#include "report/documents/validation_testing.h"

namespace narrows::report::documents {
namespace {

std::string Write(const ScanReport& report) {
  std::ostringstream out;
  WriteCycloneDx(report, out);
  return out.str();
}

boost::json::value Document(const ScanReport& report) {
  const auto document = ParseJson(Write(report));
  EXPECT_TRUE(document.has_value()) << document.error().message;
  return *document;
}

const boost::json::object& Vulnerability(const boost::json::value& document, std::string_view id) {
  for (const auto& item : document.at("vulnerabilities").as_array()) {
    if (item.at("id").as_string() == id) return item.as_object();
  }
  throw std::runtime_error("no vulnerability " + std::string(id));
}

// Reports of every shape, for the schema.
std::vector<ScanReport> Reports() {
  ScanReport sbom = testing::SampleScan();
  sbom.database = std::nullopt;
  ScanReport nothing;
  nothing.kind = TargetKind::kFilesystem;
  nothing.target = "/srv/root";
  ScanReport twins = testing::SampleScan();
  twins.image.packages.push_back(twins.image.packages[0]);
  twins.image.packages.back().path = "/elsewhere";
  twins.image.packages.push_back({.ecosystem = "Alpine", .name = "no-purl", .version = "1"});
  twins.findings[1].severity = model::Severity::kLow;  // not what its vector says
  twins.findings[0].vulnerability.cvss_vector = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H";
  twins.findings[0].vulnerability.cvss_score = 1;
  return {testing::SampleScan(), sbom, nothing, twins};
}

TEST(CycloneDx, FitsTheSchema) {
  for (const ScanReport& report : Reports()) {
    const std::string document = Write(report);
    const int code = testing::Validate(testing::OraclePython(), "validate_cyclonedx.py", document);
    if (code == 77) GTEST_SKIP() << "NOT CHECKED against the CycloneDX schema: run `make oracles`";
    EXPECT_EQ(code, 0) << document;
  }
  std::string broken = Write(testing::SampleScan());
  broken.replace(broken.find("\"container\""), 11, "\"containeR\"");
  EXPECT_EQ(testing::Validate(testing::OraclePython(), "validate_cyclonedx.py", broken), 1);
}

TEST(CycloneDx, ReferencesAreUniqueAndResolve) {
  for (const ScanReport& report : Reports()) {
    const auto document = Document(report);
    std::set<std::string> refs = {
        std::string(document.at("metadata").at("component").at("bom-ref").as_string())};
    for (const auto& component : document.at("components").as_array())
      EXPECT_TRUE(refs.insert(std::string(component.at("bom-ref").as_string())).second);
    const auto& depends = document.at("dependencies").at(0).at("dependsOn").as_array();
    EXPECT_EQ(depends.size(), refs.size() - 1);
    for (const auto& ref : depends) EXPECT_TRUE(refs.contains(std::string(ref.as_string())));
    if (!document.as_object().contains("vulnerabilities")) continue;
    for (const auto& item : document.at("vulnerabilities").as_array()) {
      for (const auto& affected : item.at("affects").as_array())
        EXPECT_TRUE(refs.contains(std::string(affected.at("ref").as_string())));
    }
  }
}

TEST(CycloneDx, GivesEachVulnerabilityItsRating) {
  const auto document = Document(testing::SampleScan());
  const auto& critical = Vulnerability(document, "CVE-2024-0002");
  const auto& rating = critical.at("ratings").at(0);
  EXPECT_EQ(rating.at("method"), "CVSSv31");
  EXPECT_EQ(rating.at("severity"), "critical");
  EXPECT_EQ(rating.at("score").as_double(), 9.8);
  EXPECT_EQ(rating.at("source").at("name"), "NVD");
  EXPECT_FALSE(critical.contains("analysis"));
  EXPECT_EQ(critical.at("affects").at(0).at("ref"),
            "pkg:deb/debian/libssl3@1.2-3?arch=amd64&distro=debian-12");
}

TEST(CycloneDx, AVendorsSeverityStandsBesideTheVectorsOne) {
  const auto document = Document(Reports()[3]);
  const auto& ratings = Vulnerability(document, "CVE-2024-0002").at("ratings").as_array();
  ASSERT_EQ(ratings.size(), 2u);
  EXPECT_EQ(ratings[0].at("severity"), "low");
  EXPECT_EQ(ratings[1].at("severity"), "critical");
}

TEST(CycloneDx, ASuppressedFindingIsAcceptedNotRefuted) {
  const auto document = Document(testing::SampleScan());
  const auto& analysis = Vulnerability(document, "CVE-2024-0003").at("analysis");
  EXPECT_EQ(analysis.at("state"), "exploitable");
  EXPECT_EQ(analysis.at("response").at(0), "will_not_fix");
  EXPECT_EQ(analysis.at("detail"), "accepted by ignore-file: not reachable");
}

TEST(CycloneDx, WhatAStatementSuppressesHasItsAnalysis) {
  ScanReport report = testing::SampleScan();
  auto statement = std::make_shared<model::VexStatement>();
  statement->status = "not_affected";
  statement->justification = "vulnerable_code_not_present";
  statement->author = "Shop";
  statement->document = "https://example.com/1";
  statement->time = report.created;
  report.suppressed[0].by = "vex";
  report.suppressed[0].reason = statement->ToString();
  report.suppressed[0].statement = statement;
  const auto document = Document(report);
  const auto& analysis = Vulnerability(document, "CVE-2024-0003").at("analysis");
  EXPECT_EQ(analysis.at("state"), "not_affected");
  EXPECT_EQ(analysis.at("justification"), "code_not_present");
  EXPECT_EQ(analysis.at("lastUpdated").as_string(), FormatRfc3339(report.created));
  statement->status = "fixed";
  EXPECT_EQ(Vulnerability(Document(report), "CVE-2024-0003").at("analysis").at("state"),
            "resolved");
}

TEST(CycloneDx, FoldsOneVulnerabilityOfSeveralPackages) {
  ScanReport report = testing::SampleScan();
  auto second = testing::SampleFinding("CVE-2024-0001", model::Severity::kLow, "zlib1g-dev", "");
  report.image.packages.push_back(std::get<model::PackageSubject>(second.subject).package);
  report.findings.push_back(second);
  const auto document = Document(report);
  EXPECT_EQ(document.at("vulnerabilities").as_array().size(), 4u);
  EXPECT_EQ(Vulnerability(document, "CVE-2024-0001").at("affects").as_array().size(), 2u);
}

// One advisory may speak of two source packages, each with a fixed version of its own.
TEST(CycloneDx, KeepsFixesOfDifferentPackagesApart) {
  ScanReport report = testing::SampleScan();
  report.findings = {testing::SampleFinding("CVE-2024-0009", model::Severity::kLow, "zlib1g", "2"),
                     testing::SampleFinding("CVE-2024-0009", model::Severity::kLow, "rsync", "3.2"),
                     testing::SampleFinding("CVE-2024-0009", model::Severity::kLow, "klibc", "")};
  report.suppressed.clear();
  const auto document = Document(report);
  std::set<std::string> said;
  for (const auto& item : document.at("vulnerabilities").as_array()) {
    EXPECT_EQ(item.at("affects").as_array().size(), 1u);
    const auto* text = item.as_object().if_contains("recommendation");
    said.insert(text ? std::string(text->as_string()) : "");
  }
  EXPECT_EQ(said.size(), 3u);
}

TEST(CycloneDx, EveryPackageHasLayerPathAndOwner) {
  const auto document = Document(testing::SampleScan());
  std::set<std::string> said;
  for (const auto& component : document.at("components").as_array()) {
    if (component.at("name") != "zlib1g") continue;
    for (const auto& property : component.at("properties").as_array())
      said.insert(std::string(property.at("name").as_string()) + "=" +
                  std::string(property.at("value").as_string()));
  }
  for (const char* wanted : {"narrows:layer=sha256:1111", "narrows:path=/var/lib/dpkg/status",
                             "narrows:owner=python3-zlib", "narrows:evidence=lockFile"})
    EXPECT_TRUE(said.contains(wanted)) << wanted;
}

TEST(CycloneDx, IsDeterministic) {
  ScanReport a = testing::SampleScan();
  ScanReport b = a;
  std::reverse(b.findings.begin(), b.findings.end());
  EXPECT_EQ(Write(a), Write(b));
  b.created += std::chrono::seconds(1);
  EXPECT_NE(Document(a).at("serialNumber"), Document(b).at("serialNumber"));
}

TEST(CycloneDx, WithoutADatabaseIsABillOfMaterialsOnly) {
  const auto document = Document(Reports()[1]);
  EXPECT_FALSE(document.as_object().contains("vulnerabilities"));
  EXPECT_EQ(document.at("components").as_array().size(), 5u);
}

}  // namespace
}  // namespace narrows::report::documents
