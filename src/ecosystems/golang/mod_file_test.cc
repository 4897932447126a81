#include "ecosystems/golang/mod_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ecosystems/listed_testing.h"

namespace narrows::ecosystems::golang {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(GoModFile, ListsWhatItRequiresAfterReplacement) {
  const auto extracted = ParseModFile(
      "// a comment\n"
      "module example.org/app // another\n\n"
      "go 1.22\ntoolchain go1.22.5\r\n\n"
      "require golang.org/x/net v0.17.0\n"
      "require (\n"
      "\t\"example.org/quoted\" v1.0.0 // indirect\n"
      "\texample.org/all v1.0.0\n"
      "\texample.org/one v1.0.0\n"
      "\texample.org/other v2.0.0+incompatible\n"
      "\texample.org/local v0.0.0-00010101000000-000000000000\n"
      ")\n"
      "replace (\n"
      "\texample.org/all => example.org/fork v1.1.0\n"
      "\texample.org/one v1.0.0 => example.org/one v1.0.9\n"
      "\texample.org/other v1.0.0 => example.org/never v1.0.0\n"
      "\texample.org/local => ../local\n"
      ")\n"
      "exclude example.org/bad v1.0.0\n"
      "retract [v1.0.0, v1.1.0]\n");
  EXPECT_THAT(Listed(extracted),
              ElementsAre("golang.org/x/net v0.17.0", "example.org/quoted v1.0.0",
                          "example.org/fork v1.1.0", "example.org/one v1.0.9",
                          "example.org/other v2.0.0+incompatible"));
  EXPECT_THAT(extracted->statuses, IsEmpty());
}

TEST(GoModFile, NamesWhatItCannotRead) {
  const auto extracted = ParseModFile(
      "module m\nrequire a\nrequire b v1.0.0\nreplace c\nrequire \"d v1\nrequire (\n\te v1.0.0\n");
  EXPECT_THAT(Listed(extracted), ElementsAre("b v1.0.0", "e v1.0.0"));
  EXPECT_THAT(extracted->statuses,
              ElementsAre(HasSubstr("'a'"), HasSubstr("replacement"), HasSubstr("'require \"d"),
                          HasSubstr("block 'require'")));
}

TEST(GoModFile, IsNoOtherText) {
  EXPECT_EQ(ParseModFile("hello\n").error().code, ErrorCode::kDataLoss);
  EXPECT_EQ(ParseModFile("").error().code, ErrorCode::kDataLoss);
}

TEST(GoModFile, SaysWhenItListsTooMuch) {
  std::string text = "module m\nrequire (\n";
  for (int i = 0; i <= 20'000; ++i) text += "\tm" + std::to_string(i) + " v1.0.0\n";
  const auto extracted = ParseModFile(text + ")\n");
  EXPECT_EQ(extracted->packages.size(), 20'000u);
  EXPECT_THAT(extracted->statuses, ElementsAre(HasSubstr("more than 20000")));
}

}  // namespace
}  // namespace narrows::ecosystems::golang
