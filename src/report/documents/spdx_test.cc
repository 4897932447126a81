#include "report/documents/spdx.h"

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

using ::testing::Contains;

std::string Write(const ScanReport& report) {
  std::ostringstream out;
  WriteSpdxJson(report, out);
  return out.str();
}

boost::json::value Document(const ScanReport& report) {
  const auto document = ParseJson(Write(report));
  EXPECT_TRUE(document.has_value()) << document.error().message;
  return *document;
}

const boost::json::object& Package(const boost::json::value& document, std::string_view name) {
  for (const auto& item : document.at("packages").as_array()) {
    if (item.at("name").as_string() == name) return item.as_object();
  }
  throw std::runtime_error("no package " + std::string(name));
}

std::vector<std::string> Comments(const boost::json::object& of) {
  std::vector<std::string> comments;
  for (const auto& annotation : of.at("annotations").as_array())
    comments.emplace_back(annotation.at("comment").as_string());
  return comments;
}

std::vector<ScanReport> Reports() {
  ScanReport nothing;
  nothing.kind = TargetKind::kFilesystem;
  nothing.target = "/srv/root";
  nothing.image.complete = false;
  ScanReport twins = testing::SampleScan();
  twins.image.packages.push_back(twins.image.packages[0]);
  twins.image.packages.push_back({.ecosystem = "Alpine", .name = "no-purl", .version = "1"});
  return {testing::SampleScan(), nothing, twins};
}

TEST(Spdx, FitsTheSpecification) {
  for (const ScanReport& report : Reports()) {
    const std::string document = Write(report);
    const int code = testing::Validate(testing::OraclePython(), "validate_spdx.py", document);
    if (code == 77) GTEST_SKIP() << "NOT CHECKED against SPDX: run `make oracles`";
    EXPECT_EQ(code, 0) << document;
  }
  std::string broken = Write(testing::SampleScan());
  broken.replace(broken.find("\"OTHER\""), 7, "\"OtheR\"");
  EXPECT_EQ(testing::Validate(testing::OraclePython(), "validate_spdx.py", broken), 1);
}

TEST(Spdx, EveryPackageHasLayerPathAndOwner) {
  ScanReport report = testing::SampleScan();
  report.image.packages[0].path = "/usr/lib/x";
  const auto comments = Comments(Package(Document(report), report.image.packages[0].name));
  for (const char* wanted : {"ecosystem: Debian", "sourceName: src-zlib1g", "path: /usr/lib/x",
                             "layer: sha256:1111", "owner: python3-zlib", "evidence: lockFile",
                             "modularity: zlib:1:8090:abc", "vendor: Example"})
    EXPECT_THAT(comments, Contains(wanted));
}

TEST(Spdx, IdentifiersAreUniqueAndResolve) {
  for (const ScanReport& report : Reports()) {
    const auto document = Document(report);
    std::set<std::string> ids = {"SPDXRef-DOCUMENT"};
    for (const auto& package : document.at("packages").as_array())
      EXPECT_TRUE(ids.emplace(package.at("SPDXID").as_string()).second);
    const auto& relationships = document.at("relationships").as_array();
    EXPECT_EQ(relationships.size(), ids.size() - 1);
    for (const auto& relationship : relationships) {
      EXPECT_TRUE(ids.contains(std::string(relationship.at("spdxElementId").as_string())));
      EXPECT_TRUE(ids.contains(std::string(relationship.at("relatedSpdxElement").as_string())));
    }
  }
}

TEST(Spdx, FindingsAreReferencesToTheirAdvisories) {
  const auto document = Document(testing::SampleScan());
  const auto& references = Package(document, "libssl3").at("externalRefs").as_array();
  ASSERT_EQ(references.size(), 2u);
  EXPECT_EQ(references[0].at("referenceType"), "purl");
  EXPECT_EQ(references[1].at("referenceCategory"), "SECURITY");
  EXPECT_EQ(references[1].at("comment"), "CVE-2024-0002: Critical, fixed in 3.0.11-1");
}

TEST(Spdx, SaysWhatIsMissing) {
  EXPECT_THAT(Comments(Document(Reports()[1]).as_object()),
              Contains("status: not all of the target could be read"));
}

TEST(Spdx, IsDeterministic) {
  ScanReport a = testing::SampleScan();
  ScanReport b = a;
  std::reverse(b.findings.begin(), b.findings.end());
  EXPECT_EQ(Write(a), Write(b));
  b.created += std::chrono::seconds(1);
  EXPECT_NE(Document(a).at("documentNamespace"), Document(b).at("documentNamespace"));
}

}  // namespace
}  // namespace narrows::report::documents
