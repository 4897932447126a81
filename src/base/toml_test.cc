#include "base/toml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace narrows {
namespace {

using ::testing::HasSubstr;

class Recorder final : public TomlVisitor {
 public:
  void OnTable(std::string_view name, bool element) override {
    text += (element ? "[[" : "[") + std::string(name) + (element ? "]]\n" : "]\n");
  }
  void OnValue(std::string_view key, std::string_view value, bool is_string) override {
    const std::string quote = is_string ? "'" : "";
    text += std::string(key) + "=" + quote + std::string(value) + quote + "\n";
  }
  std::string text;
};

std::string Read(std::string_view text) {
  Recorder recorder;
  const Status status = ReadToml(text, recorder);
  return status.has_value() ? recorder.text : "! " + status.error().message;
}

TEST(Toml, TellsOfTablesAndValuesInOrder) {
  EXPECT_EQ(Read("a = \"x\" # comment\r\n\r\n[b.c]\nd = 1979-05-27T07:32:00Z\n[[ e . \"f g\" ]]\n"
                 "h.i = true\n\"\" = 'y'\n"),
            "a='x'\n[b.c]\nd=1979-05-27T07:32:00Z\n[[e.f g]]\nh.i=true\n='y'\n");
  EXPECT_EQ(Read(""), "");
  EXPECT_EQ(Read("# only this"), "");
}

TEST(Toml, FlattensWhatIsNested) {
  EXPECT_EQ(Read("a = [ \"x\", # comment\n  [1, 2], { b = \"y\", c.d = 3 }, \n]\n"
                 "e = { f = { g = [] }, h = -0x1f }\ni = {}\n"),
            "a='x'\na=1\na=2\na.b='y'\na.c.d=3\ne.h=-0x1f\n");
}

TEST(Toml, UnderstandsAllKindsOfStrings) {
  EXPECT_EQ(Read(R"(a = "\"\\\t\u00e9\U0001F600#")"), "a='\"\\\t\xc3\xa9\xf0\x9f\x98\x80#'\n");
  EXPECT_EQ(Read(R"(a = 'C:\n "x"')"), "a='C:\\n \"x\"'\n");
  EXPECT_EQ(Read("a = \"\"\"\nx \\\n   y\"\"z\"\"\"\"\"\n"), "a='x y\"\"z\"\"'\n");
  EXPECT_EQ(Read("a = '''\r\n\\x'\n''y'''\n"), "a='\\x'\n''y'\n");
  EXPECT_EQ(Read("a = \"\"\nb = ''\nc = \"\"\"\"\"\"\n"), "a=''\nb=''\nc=''\n");
}

TEST(Toml, NamesTheLineOfAMistake) {
  for (const char* text :
       {"\n\na", "\n\na = ", "\n\na = \"x", "\n\na = \"x\ny\"", "\n\na = [1", "\n\na = {b = 1",
        "\n\na = 1 2", "\n\n[a", "\n\n[[a]", "\n\n= 1", "\n\na = \"\\x\"", "\n\na = \"\\ud800\"",
        "\n\na = [1 2]", "\n\na. = 1", "\n\na = \"\\u00\""})
    EXPECT_THAT(Read(text), HasSubstr("! malformed TOML in line 3")) << text;
}

TEST(Toml, EndsAtItsLimits) {
  EXPECT_THAT(Read("a = " + std::string(100'000, '[')), HasSubstr("deeper than 64"));
  std::string tables = "a = ";
  for (int i = 0; i < 1000; ++i) tables += "{b = ";
  EXPECT_THAT(Read(tables), HasSubstr("deeper than 64"));
  EXPECT_EQ(Read("a = " + std::string(50, '[') + std::string(50, ']')), "");
}

}  // namespace
}  // namespace narrows
