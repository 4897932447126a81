#include "advisories/vex/openvex_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace narrows::advisories::vex {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Draft Sample() {
  Draft draft;
  draft.products = {"pkg:oci/shop"};
  draft.subcomponents = {"pkg:npm/a@1"};
  draft.vulnerabilities = {"CVE-2024-1", "GHSA-aaaa"};
  draft.status = "not_affected";
  draft.justification = "component_not_present";
  draft.author = "Shop \"Security\"";
  draft.tooling = "test";
  return draft;
}

TimePoint Now() { return *ParseRfc3339("2026-01-02T03:04:05Z"); }

std::string ErrorOf(const Draft& draft) {
  const auto text = WriteOpenVex(draft, Now());
  return text.has_value() ? "no error" : text.error().message;
}

TEST(OpenVexWriter, WritesWhatIsReadWithoutANote) {
  const auto text = WriteOpenVex(Sample(), Now());
  ASSERT_TRUE(text.has_value()) << text.error().message;
  const auto document = ReadDocument(*text);
  ASSERT_TRUE(document.has_value()) << document.error().message;
  EXPECT_THAT(document->notes, IsEmpty());
  EXPECT_EQ(document->author, "Shop \"Security\"");
  EXPECT_EQ(document->time, Now());
  ASSERT_EQ(document->statements.size(), 1u);
  EXPECT_THAT(document->statements[0].vulnerabilities, ElementsAre("CVE-2024-1", "GHSA-aaaa"));
  ASSERT_EQ(document->products.size(), 1u);
  EXPECT_EQ(document->products[0].path[0].purls[0].name, "a");
  EXPECT_EQ(document->products[0].path[1].purls[0].type, "oci");
  EXPECT_EQ(*WriteOpenVex(Sample(), Now()), *text) << "the same gives the same";
  EXPECT_THAT(document->id, HasSubstr("https://openvex.dev/docs/public/vex-"));
}

TEST(OpenVexWriter, AsksForWhatTheSpecificationAsksFor) {
  const auto wrong = [](const auto& change) {
    Draft draft = Sample();
    change(draft);
    return ErrorOf(draft);
  };
  EXPECT_THAT(wrong([](Draft& d) { d.status = "ok"; }), HasSubstr("--status \"ok\" is none of"));
  EXPECT_THAT(wrong([](Draft& d) { d.justification = ""; }),
              HasSubstr("not_affected needs --justification, one of component_not_present"));
  EXPECT_THAT(wrong([](Draft& d) { d.justification = "x"; }), HasSubstr("\"x\" is none of"));
  EXPECT_THAT(wrong([](Draft& d) { d.status = "fixed"; }), HasSubstr("are for not_affected only"));
  EXPECT_THAT(wrong([](Draft& d) { d.action = "x"; }), HasSubstr("is for affected only"));
  EXPECT_THAT(wrong([](Draft& d) {
                d.status = "affected";
                d.justification = "";
              }),
              HasSubstr("affected needs --action-statement"));
  EXPECT_THAT(wrong([](Draft& d) { d.products = {"shop"}; }),
              HasSubstr("--product \"shop\" is neither a package-url"));
  EXPECT_THAT(wrong([](Draft& d) { d.products = {"pkg:oci"}; }), HasSubstr("--product: "));
  EXPECT_THAT(wrong([](Draft& d) { d.subcomponents = {"a b:c"}; }), HasSubstr("--subcomponents"));
  EXPECT_THAT(wrong([](Draft& d) { d.products.clear(); }), HasSubstr("--product is missing"));
  EXPECT_THAT(wrong([](Draft& d) { d.vulnerabilities.clear(); }), HasSubstr("--vuln is missing"));
  EXPECT_THAT(wrong([](Draft& d) { d.author = ""; }), HasSubstr("--author is missing"));
  EXPECT_THAT(wrong([](Draft& d) { d.id = "1"; }), HasSubstr("--id"));
}

}  // namespace
}  // namespace narrows::advisories::vex
