#include "base/json_path.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace narrows {
namespace {

std::string Printed(std::string_view path, std::string_view document) {
  const auto parsed = JsonPath::Parse(path);
  if (!parsed.has_value()) return "refused: " + parsed.error().message;
  const auto text = parsed->Print(*ParseJson(document));
  return text.has_value() ? *text : "error: " + text.error().message;
}

TEST(JsonPath, FindsFieldsAndLeavesOutWhatIsAbsent) {
  EXPECT_EQ(Printed("{.a.b}", R"({"a":{"b":true}})"), "true");
  EXPECT_EQ(Printed("{.a.c}", R"({"a":{"b":true}})"), "");
  EXPECT_EQ(Printed("{.a.b}", "null"), "");
  EXPECT_EQ(Printed("{.peer-transport.file}", R"({"peer-transport":{"file":"/x"}})"), "/x");
  EXPECT_EQ(Printed(R"({.a\.b})", R"({"a.b":1})"), "1");
  EXPECT_EQ(Printed("{['a']}", R"({"a":"x"})"), "x");
  EXPECT_EQ(Printed("{.a}", R"({"a":null})"), "null");
}

TEST(JsonPath, PrintsListsAndMapsAsJsonAndNumbersAsGoDoes) {
  EXPECT_EQ(Printed("{.a}", R"({"a":[1,{"c":2,"b":"x"}]})"), R"([1,{"b":"x","c":2}])");
  EXPECT_EQ(Printed("{.a}", R"({"a":1000000.0})"), "1e+06");
  EXPECT_EQ(Printed("{.a}", R"({"a":123456.0})"), "123456");
  EXPECT_EQ(Printed("{.a}", R"({"a":1000000})"), "1000000");
}

TEST(JsonPath, WalksRangesUnionsSlicesAndFilters) {
  const char* list = R"({"l":[{"n":"a","v":1},{"n":"b","v":2},{"n":"c"}]})";
  EXPECT_EQ(Printed("{range .l[*]}{.n}{','}{end}done", list), "a,b,c,done");
  EXPECT_EQ(Printed("{range .none[:]}{}{','}{end}", list), "");
  EXPECT_EQ(Printed("{.l[*].n}", list), "a b c");
  EXPECT_EQ(Printed("{.l[-1].n}", list), "c");
  EXPECT_EQ(Printed("{.l[0:2].n}", list), "a b");
  EXPECT_EQ(Printed("{.l[0,2].n}", list), "a c");
  EXPECT_EQ(Printed("{.l[?(@.v>1)].n}", list), "b");
  EXPECT_EQ(Printed("{.l[?(@.n=='a')].v}", list), "1");
  EXPECT_EQ(Printed("{.l[?(@.v)].n}", list), "a b");
  EXPECT_EQ(Printed("{..v}", list), "1 2");
  EXPECT_EQ(Printed("{.l[3].n}", list), "error: an index beyond the end of a list of 3");
}

TEST(JsonPath, RefusesWhatIsNoTemplate) {
  for (const char* wrong : {"{.a", "{[}", "{[a]}", "{'x}", "{foo}", "{[?(a}", "{[?(a==)]}"})
    EXPECT_NE(Printed(wrong, "{}").find("refused: no JSONPath"), std::string::npos) << wrong;
  EXPECT_NE(Printed("{end}", "{}").find("an end without a range"), std::string::npos);
  std::string deep = "a";
  for (int i = 0; i < 100; ++i) deep = "[?(" + deep + ")]";
  EXPECT_NE(Printed("{" + deep + "}", "{}").find("refused"), std::string::npos);
  EXPECT_FALSE(JsonPath::Parse(std::string(20'000, 'a')).has_value());
}

TEST(JsonPath, TextsOfValuesAreGos) {
  EXPECT_EQ(GoText(*ParseJson(R"({"b":[1,"x"],"a":null})")), "map[a:<nil> b:[1 x]]");
}

}  // namespace
}  // namespace narrows
