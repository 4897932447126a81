#include "advisories/vex_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace narrows::advisories {
namespace {

using ::testing::SizeIs;

vex::Document Sample(const std::string& id) {
  return *vex::ReadDocument(R"({"@context":"https://openvex.dev/ns/v0.2.0","@id":")" + id +
                            R"(","author":"Shop","timestamp":"2026-01-02T03:04:05Z","statements":[
    {"vulnerability":{"name":"CVE-2024-1","aliases":["GHSA-a"]},"status":"not_affected",
     "justification":"component_not_present","impact_statement":"no","timestamp":"2026-02-01T00:00:00Z",
     "products":[{"@id":"pkg:oci/shop","subcomponents":[{"@id":"pkg:deb/debian/a@1?arch=amd64#x/y"}]},
                 {"identifiers":{"cpe23":"cpe:2.3:o:debian:debian_linux:12"}}]},
    {"vulnerability":{"name":"CVE-2024-2"},"status":"fixed","products":[{"@id":"pkg:npm/b"}]},
    {"vulnerability":{"name":"CVE-2024-1"},"status":"fixed","products":[{"@id":"pkg:npm/c"}]}]})");
}

VexTable Table(const std::vector<vex::Document>& documents) {
  VexTableBuilder builder;
  for (const vex::Document& document : documents) builder.Add(document);
  return std::move(builder).Finish();
}

TEST(VexTable, KeepsWhatIsStatedOfEachVulnerability) {
  const VexTable table = Table({Sample("x:1"), Sample("x:2")});
  EXPECT_EQ(table.documents, 2u);
  EXPECT_EQ(table.statements, 6u);
  ASSERT_THAT(table.entries, SizeIs(3)) << "cve-2024-1, cve-2024-2, ghsa-a";
  const auto stated = DecodeStated("cve-2024-1", table.entries.at("cve-2024-1"));
  ASSERT_TRUE(stated.has_value()) << stated.error().message;
  ASSERT_THAT(*stated, SizeIs(2));
  const vex::Document& document = (*stated)[0];
  EXPECT_EQ(document.id, "x:1");
  EXPECT_EQ(document.author, "Shop");
  EXPECT_EQ(FormatRfc3339(*document.time), "2026-01-02T03:04:05Z");
  ASSERT_THAT(document.statements, SizeIs(2));
  const vex::Statement& statement = document.statements[0];
  EXPECT_THAT(statement.vulnerabilities, ::testing::ElementsAre("cve-2024-1"));
  EXPECT_EQ(statement.status, vex::Status::kNotAffected);
  EXPECT_EQ(statement.justification, "component_not_present");
  EXPECT_EQ(statement.impact, "no");
  EXPECT_EQ(FormatRfc3339(*statement.time), "2026-02-01T00:00:00Z");
  ASSERT_THAT(document.products, SizeIs(3)) << "those of CVE-2024-1 only";
  const vex::Product& product = document.products[statement.products.at(0)];
  ASSERT_THAT(product.path, SizeIs(2));
  EXPECT_EQ(product.path[0].purls[0].subpath, "x/y");
  EXPECT_EQ(product.path[0].purls[0].qualifiers.at("arch"), "amd64");
  EXPECT_EQ(product.path[1].purls[0].type, "oci");
  EXPECT_EQ(document.products[statement.products.at(1)].path[0].cpes.size(), 1u);
  EXPECT_EQ(document.products[document.statements[1].products.at(0)].path[0].purls[0].name, "c");
}

TEST(VexTable, IsTheSameInAnyOrderAndHoldsNothingTwice) {
  EXPECT_EQ(Table({Sample("x:1"), Sample("x:2")}).entries,
            Table({Sample("x:2"), Sample("x:1"), Sample("x:2")}).entries);
}

TEST(VexTable, ADamagedEntryIsNoticed) {
  const std::string whole = Table({Sample("x:1")}).entries.at("cve-2024-1");
  for (size_t length = 1; length < whole.size(); ++length)
    EXPECT_FALSE(DecodeStated("a", whole.substr(0, length)).has_value()) << length;
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string flipped = whole;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x80);
    (void)DecodeStated("a", flipped);  // must not fall over
  }
}

}  // namespace
}  // namespace narrows::advisories
