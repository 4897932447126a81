#include "ecosystems/runtimes/byte_pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace narrows::ecosystems::runtimes {
namespace {

using namespace std::string_literals;

std::string Found(std::string_view pattern, const std::string& bytes, std::string_view name = "") {
  const auto parsed = BytePattern::Parse(pattern);
  if (!parsed.has_value()) return parsed.error().message;
  return parsed->Find(bytes, name).value_or("");
}

TEST(BytePattern, FindsTheVersionBehindAndBeforeALiteral) {
  EXPECT_EQ(Found("tool/{numbers}", "\0tool/1.2.34-x\0"s), "1.2.34");
  EXPECT_EQ(Found("tool/{version}\\0", "\0tool/1.2.34-rc.1\0"s), "1.2.34-rc.1");
  EXPECT_EQ(Found("{numbers}-Tool", "x 10.11.19-Tool"), "10.11.19");
  EXPECT_EQ(Found("\\0{numbers}-{word}{nuls}Tool",
                  "\0"
                  "2.6.12-1+deb\0\0\0Tool"s),
            "2.6.12");
  EXPECT_EQ(Found("{version}-{hex}{nuls}Tool", "3.1-dev0-1eb0f22\0Tool"s), "3.1-dev0");
  EXPECT_EQ(Found("Tool {version} {digits} ", "Tool 1.1.1w 11 Sep"), "1.1.1w");
  EXPECT_EQ(Found("tool/{numbers3}\\0", "tool/5.36\0tool/5.36.0\0"s), "5.36.0");
}

TEST(BytePattern, SaysNothingWhereVersionsDiffer) {
  EXPECT_EQ(Found("tool/{numbers}", "tool/1.2 tool/1.2"), "1.2");
  EXPECT_EQ(Found("tool/{numbers}", "tool/1.2 tool/1.3"), "");
  EXPECT_EQ(Found("tool/{numbers}", "tool/x"), "");
  EXPECT_EQ(Found("tool/{numbers}", ""), "");
}

TEST(BytePattern, TakesOfANameOnlyWhatContinuesIt) {
  EXPECT_EQ(Found("\\0{name}{release}\\0",
                  "\0"
                  "3.12.1\0"
                  "3.11.2\0"
                  "3.11\0"s,
                  "3.11"),
            "3.11.2");
  EXPECT_EQ(Found("\\0{name}{release}\\0",
                  "\0"
                  "3.13.0rc1\0"s,
                  "3.13"),
            "3.13.0rc1");
  EXPECT_EQ(Found("\\0{name}{release}\\0",
                  "\0"
                  "3.11.2\0"s,
                  ""),
            "");
}

// A version that another text follows at once ends where it also stands for itself.
TEST(BytePattern, EndsAVersionWhereItStandsAlone) {
  const std::string id =
      "\0"
      "4.0.11841ce7054bd9-1542359302000000000\0"s;
  EXPECT_EQ(Found("{numbers!}{word}-{epoch}00000000\\0", id), "");
  EXPECT_EQ(Found("{numbers!}{word}-{epoch}00000000\\0", id + "\0"
                                                              "4.0.11\0"s),
            "4.0.11");
  EXPECT_EQ(Found("{numbers!}{epoch}00000000\\0",
                  "A7.0.151790282056000000000\0"
                  "7.0.15\0"s),
            "7.0.15");
}

TEST(BytePattern, StandsAtTheBeginningOfALineOfATexts) {
  const auto pattern = BytePattern::Parse("V=\"{version}\"");
  ASSERT_TRUE(pattern.has_value());
  EXPECT_EQ(pattern->FindInLines("A=1\nV=\"17.0.8+7\"\n"), "17.0.8+7");
  EXPECT_EQ(pattern->FindInLines("XV=\"17\"\n"), std::nullopt);
  EXPECT_EQ(BytePattern::Parse("{version}")->FindInLines("25.3\n"), "25.3");
}

TEST(BytePattern, IsBoundedInHostileBytes) {
  std::string bytes;
  for (int i = 0; i < 200'000; ++i) bytes += "1.1.1.1.1-";
  EXPECT_EQ(Found("{numbers!}{word}-{epoch}-", bytes), "");
  EXPECT_EQ(Found("{numbers}{word}{word}{word}--", bytes + "--"), "");
}

TEST(BytePattern, RefusesWhatCannotMatch) {
  for (const char* text : {"", "tool", "{x}", "{version", "{digits}x"})
    EXPECT_FALSE(BytePattern::Parse(text).has_value()) << text;
}

}  // namespace
}  // namespace narrows::ecosystems::runtimes
