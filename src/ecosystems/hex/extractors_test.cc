#include "ecosystems/hex/extractors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "ecosystems/listed_testing.h"

namespace narrows::ecosystems::hex {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(MixLock, ListsThePackagesOfHex) {
  const auto extracted = ParseMixLock(
      "%{\n"
      R"(  "decimal": {:hex, :decimal, "2.1.1", "53cf", [:mix], [], "hexpm", "53cf"},)"
      "\n"
      R"(  "renamed": {:hex, :"Plug.Other", "1.0.0-rc.1", "00", [:mix], [{:a, "~> 1.0", [hex: :a]}]},)"
      "\n"
      R"(  "own": {:git, "https://example.org/own.git", "00ff", [tag: "v1.0"]},)"
      "\n"
      R"(  "odd": {:hex, :odd, version},)"
      "\n}\n");
  EXPECT_THAT(Listed(extracted), ElementsAre("decimal 2.1.1", "Plug.Other 1.0.0-rc.1"));
  EXPECT_THAT(extracted->statuses, ElementsAre(HasSubstr("'odd'")));
  EXPECT_THAT(Listed(ParseMixLock("%{\n}\n")), IsEmpty());
  EXPECT_THAT(Listed(ParseMixLock("%{}\n")), IsEmpty());
  EXPECT_THAT(ParseMixLock("%{}")->statuses, IsEmpty());
}

TEST(MixLock, SaysWhenItIsCutOffOrNone) {
  const auto extracted = ParseMixLock("%{\n  \"a\": {:hex, :a, \"1.0.0\", \"00\"},\n  \"b\": {:he");
  EXPECT_THAT(Listed(extracted), ElementsAre("a 1.0.0"));
  EXPECT_THAT(extracted->statuses, ElementsAre(HasSubstr("ends within")));
  for (const char* text : {"", "hello", "[]"}) EXPECT_FALSE(ParseMixLock(text).has_value());
}

TEST(RebarLock, ListsPackagesOfBothForms) {
  EXPECT_THAT(Listed(ParseRebarLock("{\"1.2.0\",\n"
                                    "[{<<\"cowboy\">>,{pkg,<<\"cowboy\">>,<<\"2.9.0\">>},0},\n"
                                    " {<<\"own\">>,\n  {git,\"https://example.org/own.git\",\n"
                                    "       {ref,\"00ff\"}},\n  0},\n"
                                    " {<<\"ranch\">>,{pkg,<<\"ranch\">>,\n"
                                    "    <<\"1.8.0\">>},1}]}.\n"
                                    "[\n{pkg_hash,[\n {<<\"cowboy\">>, <<\"865D\">>}]}\n].\n")),
              ElementsAre("cowboy 2.9.0", "ranch 1.8.0"));
  EXPECT_THAT(Listed(ParseRebarLock("[{<<\"a\">>,{pkg,<<\"a\">>,<<\"1.0.0\">>},0}].\n")),
              ElementsAre("a 1.0.0"));
  EXPECT_THAT(Listed(ParseRebarLock("[].\n")), IsEmpty());
}

TEST(RebarLock, SaysWhatItCannotRead) {
  const auto extracted = ParseRebarLock("{\"1.2.0\",\n[{<<\"a\">>,{pkg,<<\"a\">>,<<\"1.");
  EXPECT_THAT(Listed(extracted), IsEmpty());
  EXPECT_THAT(extracted->statuses, ElementsAre(HasSubstr("'a' ''"), HasSubstr("ends within")));
  for (const char* text : {"", "hello"}) EXPECT_FALSE(ParseRebarLock(text).has_value());
}

TEST(Application, GivesNameAndVersion) {
  EXPECT_THAT(Listed(ParseApplication("{application,cowboy,\n [{description,\"Small\"},\n"
                                      "  {vsn,\"2.9.0\"},\n  {modules,[]}]}.\n")),
              ElementsAre("cowboy 2.9.0"));
  EXPECT_THAT(Listed(ParseApplication("%% Generated\n{application, 'my app',\n"
                                      " [{vsn, \"1\"}]}.\n")),
              IsEmpty());
  for (const char* text :
       {"", "{application", "{application,a}.", "{application,a,[{vsn,\"%VSN%\"}]}.",
        "{application,a,[{vsn,git}]}.", "[Desktop Entry]\n"})
    EXPECT_THAT(Listed(ParseApplication(text)), IsEmpty()) << text;
}

TEST(HexMetadata, GivesNameAndVersion) {
  EXPECT_THAT(Listed(ParseHexMetadata("{<<\"app\">>,<<\"jason\">>}.\n"
                                      "{<<\"name\">>,<<\"jason\">>}.\n"
                                      "{<<\"requirements\">>,\n"
                                      " [[{<<\"name\">>,<<\"decimal\">>}]]}.\n"
                                      "{<<\"version\">>,<<\"1.4.1\">>}.\n")),
              ElementsAre("jason 1.4.1"));
  EXPECT_THAT(Listed(ParseHexMetadata(" [[{<<\"name\">>,<<\"decimal\">>}]]}.\n"
                                      "{<<\"version\">>,<<\"1.4.1\">>}.\n")),
              IsEmpty());
  EXPECT_THAT(Listed(ParseHexMetadata("")), IsEmpty());
}

TEST(HexExtractors, TakeReleasesFetchedPackagesAndTheProjectsLockFile) {
  const auto extractors = MakeHexExtractors();
  ASSERT_EQ(extractors.size(), 2u);
  EXPECT_TRUE(extractors[0]->Claims("app/lib/cowboy-2.9.0/ebin/cowboy.app"));
  EXPECT_TRUE(extractors[0]->Claims("app/deps/jason/hex_metadata.config"));
  EXPECT_FALSE(extractors[0]->Claims("usr/share/a.app"));
  EXPECT_FALSE(extractors[0]->Claims("usr/share/webin/a.app"));
  EXPECT_TRUE(extractors[1]->Claims("app/mix.lock"));
  EXPECT_FALSE(extractors[1]->Claims("app/deps/jason/mix.lock"));
  model::Package package{.name = "cowboy", .version = "2.9.0"};
  extractors[0]->Complete(package, {});
  EXPECT_EQ(package.ecosystem, "Hex");
  EXPECT_EQ(package.purl, "pkg:hex/cowboy@2.9.0");
  model::Package runtime{.name = "ssl", .version = "10.9"};
  extractors[0]->Complete(runtime, {});
  EXPECT_EQ(runtime.ecosystem, "OTP");
  EXPECT_EQ(runtime.purl, "pkg:otp/ssl@10.9");
}

}  // namespace
}  // namespace narrows::ecosystems::hex
