#include "base/yaml.h"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

namespace narrows {
namespace {

std::string Json(std::string_view yaml) {
  const auto value = ParseYaml(yaml);
  return value.has_value() ? boost::json::serialize(*value) : "error: " + value.error().message;
}

TEST(Yaml, BecomesTheJsonKubernetesMakesOfIt) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "null"},
      {"# only a comment\n", "null"},
      {"a: 1\nb: [x, 'y', \"z\"]\n", R"({"a":1,"b":["x","y","z"]})"},
      {"a: '1'\nb: \"true\"\nc: 'null'", R"({"a":"1","b":"true","c":"null"})"},
      {"a: ~\nb:\nc: null", R"({"a":null,"b":null,"c":null})"},
      {"a: yes\nb: off\nc: True", R"({"a":true,"b":false,"c":true})"},
      {"a: -5\nb: 1.5\nc: 1.2.3\nd: 0x1F\ne: v1.1",
       R"({"a":-5,"b":1.5E0,"c":"1.2.3","d":"0x1F","e":"v1.1"})"},
      {"a: |\n  one\n  two\n", "{\"a\":\"one\\ntwo\\n\"}"},
      {"1: x\ntrue: y", R"({"1":"x","true":"y"})"},
      {R"({"a": {"b": [1, "2"]}})", R"({"a":{"b":[1,"2"]}})"},
      {"a: &x {k: v}\nb: *x", R"({"a":{"k":"v"},"b":{"k":"v"}})"},
      {"a: []\nb: {}", R"({"a":[],"b":{}})"},
  };
  for (const auto& [yaml, json] : cases) EXPECT_EQ(Json(yaml), json) << yaml;
}

TEST(Yaml, NamesThePlaceOfAMistake) {
  EXPECT_EQ(Json("a: 1\na: 2"), "error: the key \"a\" occurs twice, at line 2, column 4");
  EXPECT_NE(Json("a: [1,").find("malformed YAML at line 1"), std::string::npos);
  EXPECT_NE(Json("a: *b").find("malformed YAML at line 1, column 4"), std::string::npos);
  EXPECT_EQ(Json("a: 1\n---\nb: 2"), "error: more than one YAML document");
  EXPECT_EQ(Json("a: &x [*x]"), "error: an alias to something around it, at line 1, column 8");
}

TEST(Yaml, ReadsSeveralDocuments) {
  const auto documents = ParseYamlDocuments("a: 1\n---\n- 2\n---\n");
  ASSERT_TRUE(documents.has_value());
  ASSERT_GE(documents->size(), 2u);
  EXPECT_EQ(boost::json::serialize((*documents)[1]), "[2]");
}

TEST(Yaml, LimitsHostileText) {
  std::string laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) laughs += (j ? "," : "") + before;
    laughs += "]\n";
  }
  const std::string hostile[] = {laughs, std::string(100'000, '['), std::string(100'000, '{'),
                                 std::string(5u << 20, 'a'),
                                 "a: [" + std::string(500'000, ',') + "]"};
  for (const std::string& text : hostile) {
    const auto value = ParseYaml(text);
    ASSERT_FALSE(value.has_value()) << text.substr(0, 20);
  }
  EXPECT_EQ(ParseYaml(laughs).error().code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(ParseYaml(std::string(100, '[')).error().code, ErrorCode::kResourceExhausted);
}

TEST(Yaml, TellsTheLineOfEachValue) {
  const auto documents = ParsePlacedYaml("# first\na: 1\nb:\n- x\n- {c: [y,\n z]}\n---\nd: 2\n");
  ASSERT_TRUE(documents.has_value()) << documents.error().message;
  ASSERT_EQ(documents->size(), 2U);
  const YamlPlace& first = documents->at(0).place;
  ASSERT_EQ(first.children.size(), 2U);
  EXPECT_EQ(first.children[0].line, 2);
  EXPECT_EQ(first.children[1].line, 3);
  EXPECT_EQ(first.children[1].children.at(0).line, 4);
  EXPECT_EQ(first.children[1].children.at(1).children.at(0).children.at(1).line, 6);
  EXPECT_EQ(documents->at(1).place.children.at(0).line, 8);
}

}  // namespace
}  // namespace narrows
