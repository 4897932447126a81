#include "base/xml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace narrows {
namespace {

using ::testing::HasSubstr;

class Recorder final : public XmlVisitor {
 public:
  void OnStart(std::string_view path) override { text += "<" + std::string(path) + ">"; }
  void OnAttribute(std::string_view name, std::string_view value) override {
    text += std::string(name) + "=" + std::string(value) + ";";
  }
  void OnEnd(std::string_view path, std::string_view content) override {
    text += std::string(content) + "</" + std::string(path) + ">";
  }
  std::string text;
};

std::string Read(std::string_view text) {
  Recorder recorder;
  const Status status = ReadXml(text, recorder);
  return status.has_value() ? recorder.text : "! " + status.error().message;
}

TEST(Xml, TellsOfElementsAttributesAndTexts) {
  EXPECT_EQ(
      Read("<?xml version=\"1.0\"?>\n<!-- a > b -->\n<p:a xmlns:p='u' x = '1' z=\"&lt;2&quot;\">\n"
           " <b> t &amp; &#65;&#x42; </b><c/><d><![CDATA[<e>]]></d>\n</p:a >\n"),
      "<a>p=u;x=1;z=<2\";<a/b>t & AB</a/b><a/c></a/c><a/d><e></a/d></a>");
}

TEST(Xml, ExpandsNothing) {
  EXPECT_THAT(Read("<!DOCTYPE a [<!ENTITY x \"yyyy\">]><a>&x;</a>"),
              HasSubstr("declares entities"));
  EXPECT_THAT(Read("<!DOCTYPE a [<!ENTITY z SYSTEM \"file:///etc/passwd\">]><a>&z;</a>"),
              HasSubstr("declares entities"));
  EXPECT_THAT(Read("<a>&x;</a>"), HasSubstr("undefined entity"));
  EXPECT_EQ(Read("<!DOCTYPE a SYSTEM \"http://example.org/a.dtd\"><a/>"), "<a></a>");
}

TEST(Xml, NamesMistakes) {
  for (const char* text : {"\n\n<a>", "\n\n<a></b>", "\n\n</a>", "\n\n<a b></a>", "\n\n<a b=c></a>",
                           "\n\n<a b='c></a>", "\n\n<", "\n\n<a", "\n\n<!-- x", "\n\n<![CDATA[ x",
                           "\n\n<!DOCTYPE x [", "\n\n", "\n\nx", "\n\n<a", "\n\n<a/"})
    EXPECT_THAT(Read(text), HasSubstr("! malformed XML in line ")) << text;
  EXPECT_THAT(Read("<a>\n\n</b>"), HasSubstr("in line 3: mismatched tag"));
}

TEST(Xml, EndsAtItsLimits) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  EXPECT_THAT(Read(deep), HasSubstr("deeper than 64"));
}

}  // namespace
}  // namespace narrows
