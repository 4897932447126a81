#include "inventory/image/os_release.h"

#include <gtest/gtest.h>

namespace narrows::inventory::image {
namespace {

TEST(OsRelease, ReadsQuotedAndPlainValues) {
  const auto distribution = ParseOsRelease(
      "# comment\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\r\nNAME=x\nID=debian\n"
      "VERSION_ID='12'\nVERSION_CODENAME=bookworm\nID_LIKE=\"a b\"\nnot an assignment\n");
  ASSERT_TRUE(distribution.has_value());
  EXPECT_EQ(distribution->pretty_name, "Debian GNU/Linux 12 (bookworm)");
  EXPECT_EQ(distribution->id, "debian");
  EXPECT_EQ(distribution->version_id, "12");
  EXPECT_EQ(distribution->version_codename, "bookworm");
  EXPECT_EQ(distribution->id_like, "a b");
}

TEST(OsRelease, ResolvesEscapesAsAShellDoes) {
  EXPECT_EQ(ParseOsRelease(R"(PRETTY_NAME="a\"b\\c\$d\e")")->pretty_name, R"(a"b\c$d\e)");
  EXPECT_EQ(ParseOsRelease(R"(PRETTY_NAME='a\b')")->pretty_name, R"(a\b)");
  EXPECT_EQ(ParseOsRelease(R"(ID=a\ b c)")->id, "a b");
}

TEST(OsRelease, LetsTheLastAssignmentCountAndMakesForeignTextPrintable) {
  EXPECT_EQ(ParseOsRelease("ID=a\nID=B\n")->id, "b");
  EXPECT_EQ(ParseOsRelease("ID=a\x1b[31m\n")->id, "a?[31m");
}

TEST(OsRelease, RefusesWhatSaysNothing) {
  EXPECT_EQ(ParseOsRelease("").error().code, ErrorCode::kDataLoss);
  EXPECT_EQ(ParseOsRelease("NAME=x\n").error().code, ErrorCode::kDataLoss);
  EXPECT_EQ(ParseOsRelease(std::string(kMostOsReleaseBytes + 1, 'x')).error().code,
            ErrorCode::kResourceExhausted);
}

}  // namespace
}  // namespace narrows::inventory::image
