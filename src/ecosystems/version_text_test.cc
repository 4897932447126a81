#include "ecosystems/version_text.h"

#include <gtest/gtest.h>

namespace narrows::ecosystems {
namespace {

TEST(VersionText, NumbersCompareByValueAtAnyLength) {
  EXPECT_TRUE(std::is_lt(CompareNumbers("9", "10")));
  EXPECT_TRUE(std::is_eq(CompareNumbers("007", "7")));
  EXPECT_TRUE(std::is_eq(CompareNumbers("", "000")));
  EXPECT_TRUE(std::is_lt(CompareNumbers("99999999999999999999999", "100000000000000000000000")));
}

TEST(VersionText, PiecesAreTakenOneByOne) {
  std::string_view rest = "1..2";
  EXPECT_EQ(TakePiece(rest, '.'), "1");
  EXPECT_EQ(TakePiece(rest, '.'), "");
  EXPECT_EQ(TakePiece(rest, '.'), "2");
  EXPECT_TRUE(rest.empty());
  EXPECT_EQ(TakePiece(rest, '.'), "");
}

TEST(VersionText, OnlyDigitsMakeANumber) {
  EXPECT_TRUE(IsNumber("0129"));
  EXPECT_FALSE(IsNumber(""));
  EXPECT_FALSE(IsNumber("1a"));
  EXPECT_EQ(DigitsFrom("a12b", 1), 2U);
  EXPECT_EQ(DigitsFrom("a12b", 9), 0U);
}

TEST(VersionText, EqualVersionsHaveTheSameNumbers) {
  EXPECT_TRUE(HaveSameNumbers("1.0-1", "1.0.0.post01"));
  EXPECT_TRUE(HaveSameNumbers("1.2.0+5", "v1.2"));
  EXPECT_TRUE(HaveSameNumbers("go1.21.3-custom2", "1.21.3"));
  EXPECT_TRUE(HaveSameNumbers("", "0"));
  EXPECT_FALSE(HaveSameNumbers("1.2", "1.20"));
  EXPECT_FALSE(HaveSameNumbers("1.2", "12"));
  EXPECT_FALSE(HaveSameNumbers("1", "1.0.1"));
}

}  // namespace
}  // namespace narrows::ecosystems
