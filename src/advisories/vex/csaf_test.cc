#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "advisories/vex/document.h"

namespace narrows::advisories::vex {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kHead =
    R"("document":{"category":"csaf_vex","csaf_version":"2.0","publisher":{"name":"Example Linux"},
    "tracking":{"id":"EXSA-1","current_release_date":"2026-01-02T00:00:00Z"}})";

constexpr const char* kTree = R"("product_tree":{
  "branches":[{"category":"vendor","name":"Example","branches":[
    {"category":"product_name","name":"Enterprise 9","product":{"name":"Enterprise 9",
      "product_id":"E9","product_identification_helper":{"cpe":"cpe:/o:redhat:enterprise_linux:9"}}},
    {"category":"product_version","name":"curl","product":{"name":"curl","product_id":"curl",
      "product_identification_helper":{"purl":"pkg:rpm/redhat/curl?arch=src"}}},
    {"category":"product_version","name":"curl-0:8.1-2.el9.x86_64","product":{"name":"c",
      "product_id":"curl-8","product_identification_helper":
        {"purl":"pkg:rpm/redhat/curl@8.1-2.el9?arch=x86_64"}}},
    {"category":"product_name","name":"lib","branches":[
      {"category":"product_version_range","name":"vers:npm/<2.0.0","product":{"name":"lib",
        "product_id":"lib-old","product_identification_helper":{"purl":"pkg:npm/lib"}}},
      {"category":"product_version","name":"2.0.0","product":{"name":"lib",
        "product_id":"lib-2","product_identification_helper":{"purl":"pkg:npm/lib"}}}]}]}],
  "full_product_names":[{"name":"file","product_id":"file","product_identification_helper":
    {"hashes":[{"filename":"a","file_hashes":[{"algorithm":"sha256","value":
      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}]}]}}],
  "relationships":[
    {"category":"default_component_of","full_product_name":{"name":"m","product_id":"E9:mod"},
     "product_reference":"mod","relates_to_product_reference":"E9"},
    {"category":"default_component_of","full_product_name":{"name":"c","product_id":"E9:curl"},
     "product_reference":"curl","relates_to_product_reference":"E9"},
    {"category":"default_component_of","full_product_name":{"name":"c","product_id":"E9:curl-8"},
     "product_reference":"curl-8","relates_to_product_reference":"E9"},
    {"category":"default_component_of","full_product_name":{"name":"c","product_id":"circle"},
     "product_reference":"curl","relates_to_product_reference":"circle"}],
  "product_groups":[{"group_id":"all","product_ids":["E9:curl","lib-old"]}]})";

Result<Document> Read(const std::string& vulnerability) {
  return ReadDocument("{" + std::string(kHead) + "," + kTree + R"(,"vulnerabilities":[)" +
                      vulnerability + "]}");
}

TEST(Csaf, ReadsProductsWithWhatTheyArePartOf) {
  const auto document = Read(R"({"cve":"CVE-2024-1","ids":[{"system_name":"x","text":"EX-7"},
    {"system_name":"bugs","text":"12345"}],"product_status":{"fixed":["E9:curl-8"],
    "known_affected":["E9:curl"],"under_investigation":["E9"],"recommended":["file"]}})");
  ASSERT_TRUE(document.has_value()) << document.error().message;
  EXPECT_EQ(document->format, Format::kCsaf);
  EXPECT_EQ(document->id, "EXSA-1");
  EXPECT_EQ(document->author, "Example Linux");
  EXPECT_EQ(FormatRfc3339(*document->time), "2026-01-02T00:00:00Z");
  EXPECT_THAT(document->notes, IsEmpty());
  ASSERT_EQ(document->statements.size(), 3u);
  const Statement& fixed = document->statements[0];
  EXPECT_EQ(fixed.status, Status::kFixed);
  EXPECT_THAT(fixed.vulnerabilities, ElementsAre("CVE-2024-1", "EX-7"));
  const Product& product = document->products[fixed.products.at(0)];
  ASSERT_EQ(product.path.size(), 2u);
  EXPECT_EQ(product.path[0].purls[0].version, "8.1-2.el9");
  EXPECT_THAT(product.path[1].cpes, ElementsAre("cpe:/o:redhat:enterprise_linux:9"));
  EXPECT_EQ(document->statements[1].status, Status::kUnderInvestigation);
  EXPECT_EQ(document->statements[2].status, Status::kAffected);
  // A product_version that is named like the product names no version.
  EXPECT_EQ(document->products[document->statements[2].products.at(0)].path[0].version, "");
}

TEST(Csaf, AVersionOrARangeAboveAPurlWithoutOneLimitsIt) {
  const auto document = Read(
      R"({"cve":"CVE-2024-1","product_status":{"known_not_affected":["lib-2","lib-old","file"]}})");
  ASSERT_TRUE(document.has_value()) << document.error().message;
  ASSERT_EQ(document->products.size(), 3u);
  EXPECT_EQ(document->products[0].path[0].version, "2.0.0");
  EXPECT_EQ(document->products[1].path[0].range, "vers:npm/<2.0.0");
  EXPECT_EQ(document->products[2].path[0].digests.at(0).substr(0, 9), "sha256:aa");
}

TEST(Csaf, FlagsAndThreatsAreReasonsOfTheirProductsOnly) {
  const auto document = Read(R"({"cve":"CVE-2024-1",
    "flags":[{"label":"vulnerable_code_not_present","group_ids":["all"]}],
    "threats":[{"category":"impact","details":"not built","product_ids":["lib-old"]},
               {"category":"exploit_status","details":"none","product_ids":["lib-2"]}],
    "product_status":{"known_not_affected":["lib-2","lib-old","E9:curl"]}})");
  ASSERT_TRUE(document.has_value()) << document.error().message;
  std::vector<std::string> said;
  for (const Statement& statement : document->statements)
    said.push_back(statement.justification + "/" + statement.impact + "/" +
                   std::to_string(statement.products.size()));
  EXPECT_THAT(said, ElementsAre("//1", "vulnerable_code_not_present//1",
                                "vulnerable_code_not_present/not built/1"));
}

TEST(Csaf, WhatIsNoProductIsNotedAndSaysNothing) {
  const auto document =
      Read(R"({"cve":"CVE-2024-1","product_status":{"fixed":["E9:mod","circle","nobody"]}})");
  ASSERT_TRUE(document.has_value()) << document.error().message;
  EXPECT_THAT(document->statements, IsEmpty());
  EXPECT_THAT(document->notes, ElementsAre(HasSubstr("\"E9:mod\" is no product"),
                                           HasSubstr("\"circle\" is no product"),
                                           HasSubstr("\"nobody\" is no product")));
}

TEST(Csaf, AnIdThatIsDefinedTwiceStandsForNothing) {
  const auto document = ReadDocument("{" + std::string(kHead) + R"(,"product_tree":{
    "full_product_names":[{"product_id":"a","name":"a","product_identification_helper":
      {"purl":"pkg:npm/a"}},{"product_id":"a","name":"b"}]},
    "vulnerabilities":[{"cve":"CVE-1-1","product_status":{"fixed":["a"]}}]})");
  ASSERT_TRUE(document.has_value()) << document.error().message;
  EXPECT_TRUE(document->products.at(0).path.at(0).empty());
}

TEST(Csaf, NamesWhatCannotBeRead) {
  EXPECT_THAT(Read("1").error().message, HasSubstr("vulnerabilities[0]: is not an object"));
  EXPECT_THAT(Read(R"({"cve":"CVE-1-1","product_status":{"fixed":[1]}})").error().message,
              HasSubstr("vulnerabilities[0].product_status.fixed[0]: is not a text"));
  EXPECT_THAT(ReadDocument(R"({"document":{"csaf_version":"1.2"}})").error().message,
              HasSubstr("document.csaf_version: \"1.2\" is not read"));
  EXPECT_THAT(ReadDocument(R"({"document":{"csaf_version":"2.0"}})").error().message,
              HasSubstr("document.tracking: is missing"));
  EXPECT_THAT(ReadDocument(R"({"document":{"csaf_version":"2.0","tracking":
              {"current_release_date":"x"}}})")
                  .error()
                  .message,
              HasSubstr("document.tracking.current_release_date"));
}

TEST(Csaf, StopsAtItsLimits) {
  std::string branches = "{}";
  for (int i = 0; i < 25; ++i) branches = R"({"branches":[)" + branches + "]}";
  EXPECT_EQ(
      ReadDocument("{" + std::string(kHead) + R"(,"product_tree":)" + branches + "}").error().code,
      ErrorCode::kResourceExhausted);
  const auto many = ReadDocument("{" + std::string(kHead) + "," + kTree + "}", {.products = 3});
  EXPECT_EQ(many.error().code, ErrorCode::kResourceExhausted);
  const std::string text = "{" + std::string(kHead) + "," + kTree + R"(,"vulnerabilities":[
      {"cve":"CVE-1-1","product_status":{"fixed":["curl","curl","curl","curl","curl","curl"]}}]})";
  EXPECT_TRUE(ReadDocument(text).has_value());
  EXPECT_EQ(ReadDocument(text, {.links = 5}).error().code, ErrorCode::kResourceExhausted);
}

}  // namespace
}  // namespace narrows::advisories::vex
