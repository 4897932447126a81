#include "findings/vex/statements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace narrows::findings::vex {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

SourcedDocument Document(const std::string& id, const std::string& statements) {
  auto document = advisories::vex::ReadDocument(
      R"({"@context":"https://openvex.dev/ns/v0.2.0","author":"Shop","@id":")" + id +
      R"(","timestamp":"2026-01-01T00:00:00Z","statements":[)" + statements + "]}");
  EXPECT_TRUE(document.has_value()) << document.error().message;
  return {"file " + id, std::make_shared<const advisories::vex::Document>(*std::move(document))};
}

// A statement of CVE-2024-1; a time of "" is the document's.
std::string Say(const std::string& status, const std::string& purl, const std::string& time = "",
                const std::string& name = "CVE-2024-1") {
  return R"({"vulnerability":{"name":")" + name + R"("},"status":")" + status +
         R"(","products":[{"@id":")" + purl + R"("}])" +
         (time.empty() ? "" : R"(,"timestamp":")" + time + R"("})") + (time.empty() ? "}" : "");
}

class StatementsTest : public ::testing::Test {
 protected:
  StatementsTest() {
    finding_.vulnerability.id = "CVE-2024-1";
    finding_.vulnerability.advisory = "GHSA-aaaa";
    finding_.vulnerability.aliases = {"PYSEC-1"};
    model::Package package;
    package.ecosystem = "npm";
    package.version = "1.0.0";
    package.purl = "pkg:npm/a@1.0.0";
    finding_.subject = model::PackageSubject{"", package};
  }

  std::string StatusOf(std::vector<SourcedDocument> documents) const {
    const auto found = Statements(std::move(documents)).Find(finding_, target_);
    return found ? found->status : "none";
  }

  model::ImageAnalysis image_;
  Target target_{&image_, "", ""};
  model::Finding finding_;
};

TEST_F(StatementsTest, FindTheVulnerabilityByAnyName) {
  for (const char* name : {"cve-2024-1", "GHSA-AAAA", "pysec-1"})
    EXPECT_EQ(StatusOf({Document("1", Say("fixed", "pkg:npm/a", "", name))}), "fixed") << name;
  EXPECT_EQ(StatusOf({Document("1", Say("fixed", "pkg:npm/a", "", "CVE-2024-10"))}), "none");
  EXPECT_EQ(StatusOf({Document("1", Say("fixed", "pkg:npm/b"))}), "none");
  finding_.subject = model::NodeCheckSubject{};
  EXPECT_EQ(StatusOf({Document("1", Say("fixed", "pkg:npm/a"))}), "none");
}

TEST_F(StatementsTest, TheNewestCounts) {
  const std::string old = Say("affected", "pkg:npm/a@1.0.0", "2025-01-01T00:00:00Z");
  const std::string of_document = Say("fixed", "pkg:npm/a");
  const std::string newest = Say("under_investigation", "pkg:npm/a", "2026-02-01T00:00:00Z");
  EXPECT_EQ(StatusOf({Document("1", old + "," + of_document)}), "fixed");
  EXPECT_EQ(StatusOf({Document("1", of_document + "," + old)}), "fixed");
  EXPECT_EQ(StatusOf({Document("1", newest), Document("2", of_document)}), "under_investigation");
  EXPECT_EQ(StatusOf({Document("2", of_document), Document("1", newest)}), "under_investigation");
}

TEST_F(StatementsTest, OfTheSameTimeTheMoreSpecificCountsThenTheLater) {
  const std::string all = Say("affected", "pkg:npm/a");
  const std::string version = Say("fixed", "pkg:npm/a@1.0.0");
  EXPECT_EQ(StatusOf({Document("1", version + "," + all)}), "fixed");
  EXPECT_EQ(StatusOf({Document("1", all + "," + version)}), "fixed");
  const std::string not_affected = Say("not_affected", "pkg:npm/a");
  EXPECT_EQ(StatusOf({Document("1", all + "," + not_affected)}), "not_affected");
  EXPECT_EQ(StatusOf({Document("1", not_affected + "," + all)}), "affected");
}

TEST_F(StatementsTest, OfTwoDocumentsOfTheSameTimeTheOneThatSuppressesNothingCounts) {
  const std::string affected = Say("affected", "pkg:npm/a");
  const std::string fixed = Say("fixed", "pkg:npm/a");
  EXPECT_EQ(StatusOf({Document("1", affected), Document("2", fixed)}), "affected");
  EXPECT_EQ(StatusOf({Document("2", fixed), Document("1", affected)}), "affected");
}

TEST_F(StatementsTest, ApplyKeepsWhatIsSuppressedWithTheStatement) {
  const Statements statements(
      {Document("https://example.com/1",
                R"({"vulnerability":{"name":"CVE-2024-1"},"status":"not_affected",
                "justification":"component_not_present","impact_statement":"never\u0007 built",
                "products":[{"@id":"pkg:npm/a"}]},)" +
                    Say("affected", "pkg:npm/a", "", "CVE-2024-2"))});
  model::Finding affected = finding_;
  affected.vulnerability.id = "CVE-2024-2";
  affected.vulnerability.aliases.clear();
  affected.vulnerability.advisory = "GHSA-bbbb";
  const Sorted sorted = Apply(statements, {}, target_, {finding_, affected});
  ASSERT_THAT(sorted.kept, SizeIs(1));
  EXPECT_EQ(sorted.kept[0].vulnerability.id, "CVE-2024-2");
  ASSERT_THAT(sorted.suppressed, SizeIs(1));
  EXPECT_EQ(sorted.suppressed[0].by, "vex");
  EXPECT_EQ(sorted.suppressed[0].reason,
            "not_affected (component_not_present): never? built; by Shop on 2026-01-01 in "
            "https://example.com/1");
  EXPECT_EQ(sorted.suppressed[0].statement->source, "file https://example.com/1");
  EXPECT_THAT(Apply({}, {}, target_, {finding_}).kept, SizeIs(1));
}

TEST_F(StatementsTest, WhatIsStatedElsewhereCountsWhereItIsNewer) {
  finding_.id = "f";
  const auto elsewhere = [](const std::string& status, std::string_view time) {
    auto statement = std::make_shared<model::VexStatement>();
    statement->status = status;
    statement->time = *ParseRfc3339(time);
    return model::StatedOfFindings{{"f", statement}};
  };
  const Statements affected({Document("1", Say("affected", "pkg:npm/a"))});
  EXPECT_THAT(
      Apply(affected, elsewhere("fixed", "2026-02-01T00:00:00Z"), target_, {finding_}).suppressed,
      SizeIs(1));
  EXPECT_THAT(
      Apply(affected, elsewhere("fixed", "2026-01-01T00:00:00Z"), target_, {finding_}).suppressed,
      SizeIs(0))
      << "of the same time the user's own";
  EXPECT_THAT(Apply({}, elsewhere("fixed", "2020-01-01T00:00:00Z"), target_, {finding_}).suppressed,
              SizeIs(1));
}

}  // namespace
}  // namespace narrows::findings::vex
