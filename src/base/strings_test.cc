#include "base/strings.h"

#include <gtest/gtest.h>

namespace narrows {
namespace {

TEST(Strings, SplitKeepsEmptyPieces) {
  EXPECT_EQ(Split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(Split("", ','), (std::vector<std::string_view>{""}));
}

TEST(Strings, Base64RoundTripsEveryLength) {
  std::string bytes;
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(Base64Decode(Base64Encode(bytes)), bytes);
    bytes += static_cast<char>(i * 37);
  }
}

TEST(Strings, Base64RefusesForeignCharacters) {
  EXPECT_FALSE(Base64Decode("a").has_value());
  EXPECT_FALSE(Base64Decode("ab=c").has_value());
  EXPECT_FALSE(Base64Decode("ab!=").has_value());
}

TEST(Strings, PrintableNeutralisesTerminalEscapesAndBadUtf8) {
  EXPECT_EQ(Printable("a\x1b[31mb"), "a?[31mb");
  EXPECT_EQ(Printable("\xc2\x9b"
                      "31m"),
            "?31m");
  EXPECT_EQ(Printable("gr\xc3\xbc\xc3\x9f \xff\xc3"), "gr\xc3\xbc\xc3\x9f ??");
  EXPECT_EQ(Printable("abcdef", 3), "abc…");
}

TEST(Strings, ParseIntTakesTheWholeText) {
  EXPECT_EQ(ParseInt("-12"), -12);
  EXPECT_FALSE(ParseInt("12x").has_value());
  EXPECT_FALSE(ParseInt("99999999999999999999").has_value());
}

}  // namespace
}  // namespace narrows
