#include "base/json.h"

#include <gtest/gtest.h>

namespace narrows {
namespace {

TEST(Json, MissingAndMistypedMembersGiveTheDefault) {
  const auto value = ParseJson(R"({"s":"x","n":3,"b":true,"o":{"k":"v"},"a":[1],"z":null})");
  ASSERT_TRUE(value.has_value());
  const auto& object = value->get_object();
  EXPECT_EQ(JsonString(object, "s"), "x");
  EXPECT_EQ(JsonString(object, "n", "d"), "d");
  EXPECT_EQ(JsonInt(object, "n"), 3);
  EXPECT_FALSE(JsonInt(object, "s").has_value());
  EXPECT_EQ(JsonBool(object, "b"), true);
  EXPECT_EQ(JsonObject(object, "z"), nullptr);
  EXPECT_NE(JsonObject(object, "o"), nullptr);
  EXPECT_NE(JsonArray(object, "a"), nullptr);
}

TEST(Json, TruncatedDeepAndHugeInputIsAnError) {
  EXPECT_EQ(ParseJson(R"({"a":)").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(ParseJson("").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(ParseJson(std::string(1000, '[')).error().code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(ParseJson("\"12345\"", {.bytes = 3}).error().code, ErrorCode::kResourceExhausted);
}

TEST(Json, HasALimitToTheMemoryOfItsValues) {
  std::string dense = "[0";
  for (int i = 0; i < 100'000; ++i) dense += ",0";
  dense += "]";
  const auto over = ParseJson(dense, {.memory_bytes = size_t{1} << 20});
  ASSERT_FALSE(over.has_value());
  EXPECT_EQ(over.error().code, ErrorCode::kResourceExhausted);
  const auto within = ParseJson(dense);
  ASSERT_TRUE(within.has_value());
  EXPECT_EQ(within->get_array().size(), 100'001u);
}

}  // namespace
}  // namespace narrows
