#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "advisories/vex/document.h"
#include "base/strings.h"

namespace narrows::advisories::vex {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kDigest =
    "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

std::string WithStatements(const std::string& statements) {
  return R"({"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://example.com/vex/1",
    "author":"Shop Security","timestamp":"2026-01-02T03:04:05Z","version":1,"statements":[)" +
         statements + "]}";
}

std::string ErrorOf(const std::string& text, const Limits& limits = {}) {
  const auto document = ReadDocument(text, limits);
  return document.has_value() ? "no error" : document.error().message;
}

TEST(OpenVex, ReadsStatementsAndWhatIsAround) {
  const auto document = ReadDocument(WithStatements(R"({
    "vulnerability":{"@id":"https://nvd.nist.gov/vuln/detail/CVE-2024-1","name":"CVE-2024-1",
                     "aliases":["GHSA-aaaa-bbbb-cccc","CVE-2024-1"]},
    "products":[{"@id":"pkg:oci/shop","identifiers":{"cpe23":"cpe:2.3:a:shop:shop:*"},
                 "hashes":{"sha-256":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
                 "subcomponents":[{"@id":"pkg:npm/%40a/b@1.2"},
                                  {"identifiers":{"purl":"pkg:deb/debian/c"}}]}],
    "status":"not_affected","justification":"vulnerable_code_not_present",
    "impact_statement":"built without it","timestamp":"2026-02-03T00:00:00+01:00"})"));
  ASSERT_TRUE(document.has_value()) << document.error().message;
  EXPECT_EQ(document->format, Format::kOpenVex);
  EXPECT_EQ(document->id, "https://example.com/vex/1");
  EXPECT_EQ(document->author, "Shop Security");
  EXPECT_THAT(document->notes, IsEmpty());
  ASSERT_EQ(document->statements.size(), 1u);
  const Statement& statement = document->statements[0];
  EXPECT_THAT(statement.vulnerabilities, ElementsAre("CVE-2024-1", "GHSA-aaaa-bbbb-cccc"));
  EXPECT_EQ(statement.status, Status::kNotAffected);
  EXPECT_EQ(statement.justification, "vulnerable_code_not_present");
  EXPECT_EQ(statement.impact, "built without it");
  EXPECT_EQ(FormatRfc3339(*document->TimeOf(statement)), "2026-02-02T23:00:00Z");
  ASSERT_EQ(statement.products.size(), 2u);
  const Product& first = document->products[statement.products[0]];
  ASSERT_EQ(first.path.size(), 2u);
  EXPECT_EQ(first.path[0].purls[0].name_space, "@a");
  EXPECT_EQ(first.path[1].purls[0].type, "oci");
  EXPECT_THAT(first.path[1].digests, ElementsAre(kDigest));
  EXPECT_THAT(first.path[1].cpes, ElementsAre("cpe:2.3:a:shop:shop:*"));
  EXPECT_EQ(document->products[statement.products[1]].path[0].purls[0].name, "c");
}

TEST(OpenVex, ReadsVersion001) {
  const auto document = ReadDocument(R"({"@context":"https://openvex.dev/ns","@id":"x",
    "author":"a","timestamp":"2023-01-08T18:02:03.647787998-06:00","version":"1","statements":[
    {"vulnerability":"CVE-2023-12345","products":["pkg:apk/wolfi/git@2.39.0-r1?arch=armv7"],
     "subcomponents":["pkg:golang/golang.org/x/net"],"status":"fixed"}]})");
  ASSERT_TRUE(document.has_value()) << document.error().message;
  ASSERT_EQ(document->products.size(), 1u);
  EXPECT_EQ(document->products[0].path[0].purls[0].name, "net");
  EXPECT_EQ(document->products[0].path[1].purls[0].version, "2.39.0-r1");
  EXPECT_EQ(FormatRfc3339(*document->TimeOf(document->statements[0])), "2023-01-09T00:02:03.647Z");
}

TEST(OpenVex, TheTimeOfTheLastUpdateCounts) {
  const auto document = ReadDocument(WithStatements(R"({"vulnerability":{"name":"CVE-2024-1"},
    "status":"under_investigation","products":[{"@id":"pkg:npm/a"}],
    "timestamp":"2026-01-01T00:00:00Z","last_updated":"2026-03-01T00:00:00Z"})"));
  EXPECT_EQ(FormatRfc3339(*document->statements[0].time), "2026-03-01T00:00:00Z");
}

TEST(OpenVex, AProductKnownByNothingIsNotedAndStays) {
  const auto document = ReadDocument(WithStatements(R"({"vulnerability":{"name":"CVE-2024-1"},
    "status":"fixed","products":[{"@id":"https://example.com/shop",
                                  "subcomponents":[{"@id":"pkg:npm/a"}]}]})"));
  ASSERT_TRUE(document.has_value()) << document.error().message;
  EXPECT_THAT(document->notes,
              ElementsAre(HasSubstr("statements[0].products[0]: is known by nothing")));
  // Without its product the subcomponent would be fixed everywhere.
  ASSERT_EQ(document->products.size(), 1u);
  EXPECT_TRUE(document->products[0].path[1].empty());
}

TEST(OpenVex, NotesWhatTheSpecificationForbids) {
  const auto document = ReadDocument(WithStatements(R"(
    {"vulnerability":{"name":"CVE-1-1"},"status":"not_affected","products":[{"@id":"pkg:npm/a"}]},
    {"vulnerability":{"name":"CVE-1-1"},"status":"affected","products":[{"@id":"pkg:npm/a"}]},
    {"vulnerability":{"name":"CVE-1-1"},"status":"fixed","justification":"because",
     "action_statement":"b","products":[{"@id":"pkg:npm/a"}]},
    {"vulnerability":{"name":"CVE-1-1"},"status":"fixed"})"));
  ASSERT_TRUE(document.has_value()) << document.error().message;
  EXPECT_THAT(
      document->notes,
      ElementsAre(HasSubstr("statements[0]: not_affected needs a justification"),
                  HasSubstr("statements[1]: affected needs an action_statement"),
                  HasSubstr("statements[2].justification: \"because\" is none of component_not"),
                  HasSubstr("statements[2]: a justification and an impact_statement are for"),
                  HasSubstr("statements[2]: an action_statement is for affected only"),
                  HasSubstr("statements[3].products: names no product")));
}

TEST(OpenVex, NamesWhatCannotBeRead) {
  EXPECT_THAT(ErrorOf(WithStatements("1")), HasSubstr("statements[0]: is not an object"));
  EXPECT_THAT(ErrorOf(WithStatements(R"({"status":"fixed"})")),
              HasSubstr("statements[0].vulnerability: has no name"));
  EXPECT_THAT(ErrorOf(WithStatements(R"({"vulnerability":"CVE-1-1","status":"Fixed\u0007"})")),
              HasSubstr("statements[0].status: \"Fixed?\" is none of not_affected"));
  EXPECT_THAT(ErrorOf(WithStatements(
                  R"({"vulnerability":"CVE-1-1","status":"fixed","timestamp":"today"})")),
              HasSubstr("statements[0].timestamp: "));
  EXPECT_THAT(
      ErrorOf(WithStatements(R"({"vulnerability":"CVE-1-1","status":"fixed","products":[null]})")),
      HasSubstr("statements[0].products[0]: is neither a text nor an object"));
  EXPECT_THAT(ErrorOf(R"({"@context":"https://openvex.dev/ns"})"), HasSubstr("statements: is"));
}

TEST(OpenVex, StopsAtItsLimits) {
  std::string products;
  for (int i = 0; i < 20; ++i) products += std::string(i ? "," : "") + R"({"@id":"pkg:npm/a"})";
  const std::string text = WithStatements(
      R"({"vulnerability":"CVE-1-1","status":"fixed","products":[)" + products + "]}");
  EXPECT_THAT(ErrorOf(text, {.bytes = 100}), HasSubstr("100"));
  EXPECT_THAT(ErrorOf(text, {.products = 10}), HasSubstr("more than 10 products"));
  EXPECT_THAT(ErrorOf(text, {.links = 10}), HasSubstr("more than 10 products in them"));
  EXPECT_THAT(ErrorOf(text, {.statements = 0}), HasSubstr("more than 0 statements"));
  std::string many;
  for (int i = 0; i < 200; ++i)
    many += std::string(i ? "," : "") + R"({"vulnerability":"CVE-1-1","status":"fixed"})";
  const auto document = ReadDocument(WithStatements(many));
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->notes.size(), kMostNotes);
  EXPECT_EQ(document->notes.back(), "and 151 more");
}

TEST(Attestation, ItsSubjectsAreTheProductsOfStatementsWithoutAny) {
  const std::string statement =
      R"({"_type":"https://in-toto.io/Statement/v1","predicateType":"https://openvex.dev/ns",
      "subject":[{"name":"shop","digest":{"sha256":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}}],"predicate":)" +
      WithStatements(R"({"vulnerability":{"name":"CVE-1-1"},"status":"fixed"})") + "}";
  const std::string envelope = R"({"payloadType":"application/vnd.in-toto+json","payload":")" +
                               Base64Encode(statement) + R"(","signatures":[]})";
  const std::string bundle = R"({"mediaType":"x","dsseEnvelope":)" + envelope + "}";
  for (const std::string& text : {statement, envelope, bundle}) {
    const auto document = ReadDocument(text);
    ASSERT_TRUE(document.has_value()) << document.error().message;
    ASSERT_EQ(document->products.size(), 1u);
    EXPECT_THAT(document->products[0].path[0].digests, ElementsAre(kDigest));
    EXPECT_THAT(document->notes, IsEmpty());
  }
  EXPECT_THAT(ErrorOf(R"({"payloadType":"a","payload":"?"})"), HasSubstr("payload: is not base64"));
  std::string deep = "{}";
  for (int i = 0; i < 6; ++i)
    deep = R"({"payloadType":"a","payload":")" + Base64Encode(deep) + R"("})";
  EXPECT_THAT(ErrorOf(deep), HasSubstr("too many envelopes"));
}

TEST(Documents, OfAnotherKindAreSaidToBe) {
  for (const char* text : {"{}", "[]", "1", R"({"spdxVersion":"SPDX-2.3"})"}) {
    const auto document = ReadDocument(text);
    ASSERT_FALSE(document.has_value());
    EXPECT_EQ(document.error().code, ErrorCode::kNotFound) << text;
  }
  EXPECT_FALSE(ReadDocument("").has_value());
  const std::string whole = WithStatements(R"({"vulnerability":"CVE-1-1","status":"fixed"})");
  for (size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(ReadDocument(whole.substr(0, length)).has_value()) << length;
  EXPECT_FALSE(ReadDocument(std::string(100'000, '[')).has_value());
}

}  // namespace
}  // namespace narrows::advisories::vex
