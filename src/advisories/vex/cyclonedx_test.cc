#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "advisories/vex/document.h"

namespace narrows::advisories::vex {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kHead = R"("bomFormat":"CycloneDX","specVersion":"1.6",
  "serialNumber":"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79","version":2)";

Result<Document> Read(const std::string& rest) {
  return ReadDocument("{" + std::string(kHead) + "," + rest + "}");
}

constexpr const char* kImage = R"("metadata":{"timestamp":"2026-01-02T00:00:00Z",
  "authors":[{"email":"a@b"},{"name":"Shop Security"}],"component":{"type":"container",
  "bom-ref":"image","name":"shop","version":
  "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}},
  "components":[{"type":"library","bom-ref":"1","name":"a","version":"2","purl":"pkg:npm/a@2",
    "components":[{"bom-ref":"inner","name":"b","version":"3","purl":"pkg:npm/b"}]}])";

TEST(CycloneDx, ReadsAnalysesOfComponents) {
  const auto document = Read(std::string(kImage) + R"(,"vulnerabilities":[
    {"id":"CVE-2024-1","references":[{"id":"GHSA-aaaa","source":{"name":"GitHub"}}],
     "analysis":{"state":"not_affected","justification":"code_not_reachable","detail":"never",
                 "firstIssued":"2026-01-01T00:00:00Z","lastUpdated":"2026-03-01T00:00:00Z"},
     "affects":[{"ref":"1"},{"ref":"inner"},{"ref":"image"}]},
    {"id":"CVE-2024-2","affects":[{"ref":"1"}]},
    {"id":"CVE-2024-3","analysis":{},"affects":[{"ref":"1"}]},
    {"id":"CVE-2024-4","analysis":{"state":"resolved"},"affects":[{"ref":"1"}]}])");
  ASSERT_TRUE(document.has_value()) << document.error().message;
  EXPECT_EQ(document->format, Format::kCycloneDx);
  EXPECT_EQ(document->id, "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79/2");
  EXPECT_EQ(document->author, "Shop Security");
  EXPECT_THAT(document->notes, IsEmpty());
  ASSERT_EQ(document->statements.size(), 2u);
  const Statement& statement = document->statements[0];
  EXPECT_THAT(statement.vulnerabilities, ElementsAre("CVE-2024-1", "GHSA-aaaa"));
  EXPECT_EQ(statement.status, Status::kNotAffected);
  EXPECT_EQ(statement.justification, "code_not_reachable");
  EXPECT_EQ(statement.impact, "never");
  EXPECT_EQ(FormatRfc3339(*statement.time), "2026-03-01T00:00:00Z");
  ASSERT_EQ(statement.products.size(), 3u);
  const Product& first = document->products[statement.products[0]];
  ASSERT_EQ(first.path.size(), 2u);
  EXPECT_EQ(first.path[0].purls[0].version, "2");
  EXPECT_EQ(first.path[1].digests.size(), 1u);
  EXPECT_EQ(document->products[statement.products[1]].path[0].version, "3");
  ASSERT_EQ(document->products[statement.products[2]].path.size(), 1u);
  EXPECT_EQ(document->products[statement.products[2]].path[0].digests.size(), 1u);
  EXPECT_EQ(document->statements[1].status, Status::kFixed);
}

TEST(CycloneDx, KnowsComponentsByPurlAndByBomLink) {
  const auto document = Read(R"("vulnerabilities":[{"id":"CVE-2024-1",
    "analysis":{"state":"in_triage"},"affects":[{"ref":"pkg:npm/a@1"},
    {"ref":"urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg%3Anpm%2Fa%401"},{"ref":"x"}]}])");
  ASSERT_TRUE(document.has_value()) << document.error().message;
  ASSERT_EQ(document->products.size(), 3u);
  EXPECT_EQ(document->products[0].path[0].purls[0].name, "a");
  EXPECT_EQ(document->products[1].path[0].bom_links.size(), 1u);
  EXPECT_TRUE(document->products[2].path[0].empty());
  EXPECT_THAT(document->notes, ElementsAre(HasSubstr("vulnerabilities[0].affects[2].ref")));
}

TEST(CycloneDx, VersionsThatAreUnaffectedAreNotAffected) {
  const auto document = Read(R"("components":[{"bom-ref":"1","name":"a","purl":"pkg:npm/a@9"}],
    "vulnerabilities":[{"id":"CVE-2024-1","analysis":{"state":"exploitable"},"affects":[{"ref":"1",
    "versions":[{"version":"1.0","status":"affected"},{"range":"vers:npm/>=2.0.0",
    "status":"unaffected"},{"version":"1.5","status":"unknown"},{"status":"affected"}]}]}])");
  ASSERT_TRUE(document.has_value()) << document.error().message;
  ASSERT_EQ(document->statements.size(), 2u);
  EXPECT_EQ(document->statements[0].status, Status::kNotAffected);
  const Component& unaffected = document->products[document->statements[0].products.at(0)].path[0];
  EXPECT_EQ(unaffected.range, "vers:npm/>=2.0.0");
  EXPECT_EQ(unaffected.purls[0].version, "");
  EXPECT_EQ(document->statements[1].status, Status::kAffected);
  ASSERT_EQ(document->statements[1].products.size(), 1u);
  EXPECT_EQ(document->products[document->statements[1].products[0]].path[0].version, "1.0");
}

TEST(CycloneDx, NamesWhatCannotBeRead) {
  EXPECT_THAT(Read(R"("vulnerabilities":[7])").error().message,
              HasSubstr("vulnerabilities[0]: is not an object"));
  EXPECT_THAT(Read(R"("vulnerabilities":[{"id":"a","analysis":{"state":"fine"}}])").error().message,
              HasSubstr("vulnerabilities[0].analysis.state: \"fine\" is no state"));
  EXPECT_THAT(Read(R"("vulnerabilities":[{"id":"a","analysis":{"state":"resolved"},
                      "affects":[1]}])")
                  .error()
                  .message,
              HasSubstr("vulnerabilities[0].affects[0]: is not an object"));
  const auto nobody = Read(R"("vulnerabilities":[{"id":"a","analysis":{"state":"resolved"}},
                             {"analysis":{"state":"resolved"}}])");
  EXPECT_THAT(nobody->notes, ElementsAre(HasSubstr("vulnerabilities[0].affects: names no"),
                                         HasSubstr("vulnerabilities[1]: has no id")));
}

TEST(CycloneDx, StopsAtItsLimits) {
  std::string nested = R"({"bom-ref":"x"})";
  for (int i = 0; i < 30; ++i) nested = R"({"components":[)" + nested + "]}";
  EXPECT_FALSE(Read(R"("components":[)" + nested + "]").has_value());
  EXPECT_EQ(
      ReadDocument("{" + std::string(kHead) + "," + kImage + "}", {.products = 1}).error().code,
      ErrorCode::kResourceExhausted);
}

}  // namespace
}  // namespace narrows::advisories::vex
