#include "ecosystems/runtimes/runtime_extractor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "ecosystems/listed_testing.h"
#include "ecosystems/runtimes/runtime_table.h"

namespace narrows::ecosystems::runtimes {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kElf =
    "\x7f"
    "ELF";

TEST(RuntimeTable, OfThisProgramIsWellFormed) {
  const auto table = ParseRuntimeTable(RuntimeTableText());
  ASSERT_TRUE(table.has_value()) << table.error().message;
  EXPECT_GT(table->size(), 20u);
  // What is listed by one name is judged by one.
  for (const Runtime& one : *table) {
    for (const Runtime& other : *table) {
      if (one.name == other.name) {
        EXPECT_EQ(one.ecosystem, other.ecosystem) << one.name;
        EXPECT_EQ(one.judged_as, other.judged_as) << one.name;
      }
    }
  }
}

TEST(RuntimeTable, NamesTheLineOfAMistake) {
  for (const char* text : {"# a\na\tb\tc\n", "# a\na\tgeneric\tf\t{nothing}\n",
                           "# a\na\tgeneric\t\t{version}\n", "# a\n\tgeneric\tf\tx{version}\n"}) {
    const auto table = ParseRuntimeTable(text);
    ASSERT_FALSE(table.has_value()) << text;
    EXPECT_THAT(table.error().message, ::testing::HasSubstr("line 2")) << text;
  }
}

TEST(RuntimeTable, EndsOfPathsBeginAtAName) {
  std::string_view name;
  EXPECT_TRUE(EndsAs("usr/bin/python3.11", "python*", name));
  EXPECT_EQ(name, "3.11");
  EXPECT_TRUE(EndsAs("libpython3.7m.so.1.0", "libpython*.so*", name));
  EXPECT_EQ(name, "3.7");
  EXPECT_TRUE(EndsAs("usr/local/go/VERSION", "go/VERSION", name));
  EXPECT_TRUE(EndsAs("go/VERSION", "go/VERSION", name));
  EXPECT_TRUE(EndsAs("usr/bin/python3", "python*", name));
  EXPECT_EQ(name, "");
  EXPECT_FALSE(EndsAs("usr/cargo/VERSION", "go/VERSION", name));
  EXPECT_FALSE(EndsAs("VERSION", "go/VERSION", name));
  EXPECT_FALSE(EndsAs("usr/bin/ipython3.11", "python*", name));
  EXPECT_FALSE(EndsAs("python3/x", "python*", name));
}

TEST(RuntimeExtractor, FindsProgramsLibrariesAndTexts) {
  const auto extractor = MakeRuntimeExtractor();
  EXPECT_TRUE(extractor->ClaimsExecutables());
  EXPECT_TRUE(extractor->Claims("usr/local/go/VERSION"));
  EXPECT_TRUE(extractor->Claims("opt/java/openjdk/release"));
  EXPECT_FALSE(extractor->Claims("usr/sbin/nginx"));
  const std::string nginx = kElf + "\0nginx version: nginx/1.25.1\n\0OpenSSL 3.0.9 30 May 2023\0"s;
  EXPECT_THAT(Listed(extractor->Extract("usr/sbin/nginx", nginx)), ElementsAre("nginx 1.25.1"));
  EXPECT_THAT(Listed(extractor->Extract("usr/sbin/other", nginx)), IsEmpty());
  EXPECT_THAT(Listed(extractor->Extract("usr/lib/libcrypto.so.3", nginx)),
              ElementsAre("openssl 3.0.9"));
  EXPECT_THAT(Listed(extractor->Extract("usr/local/go/VERSION", "go1.21.3\ntime 2023-10-09\n")),
              ElementsAre("go 1.21.3"));
  EXPECT_THAT(Listed(extractor->Extract("opt/jdk/release", "A=1\nJAVA_VERSION=\"17.0.8\"\n")),
              ElementsAre("java 17.0.8"));
  EXPECT_THAT(Listed(extractor->Extract("srv/release", "hello\n")), IsEmpty());
}

TEST(RuntimeExtractor, JudgesByTheAdvisoriesThatTheTableNames) {
  const auto extractor = MakeRuntimeExtractor();
  auto httpd = extractor->Extract("usr/local/apache2/bin/httpd",
                                  kElf + "\0Apache/2.4.54\0 Server at <a\0Apache/2.4\0"s);
  ASSERT_THAT(Listed(httpd), ElementsAre("httpd 2.4.54"));
  model::Package& package = httpd->packages[0];
  extractor->Complete(package, {});
  EXPECT_EQ(package.evidence, model::Evidence::kExecutable);
  EXPECT_EQ(package.ecosystem, "Bitnami");
  EXPECT_EQ(package.source_name, "apache");
  EXPECT_EQ(package.purl, "pkg:generic/httpd@2.4.54");
  model::Package busybox{.name = "busybox", .version = "1.36.1"};
  extractor->Complete(busybox, {});
  EXPECT_EQ(busybox.ecosystem, "generic");
}

TEST(RuntimeExtractor, JudgesAReleaseByItsThreeNumbers) {
  EXPECT_EQ(JudgedVersion("15.1"), "15.1.0");
  EXPECT_EQ(JudgedVersion("21"), "21.0.0");
  EXPECT_EQ(JudgedVersion("3.1.2p20"), "3.1.2");
  EXPECT_EQ(JudgedVersion("3.11.2"), "3.11.2");
  EXPECT_EQ(JudgedVersion("15beta4"), "15beta4");
  EXPECT_EQ(JudgedVersion("17.0.8+7"), "17.0.8+7");
  EXPECT_EQ(JudgedVersion("1.2.3.4"), "1.2.3.4");
  EXPECT_EQ(JudgedVersion("x"), "x");
}

}  // namespace
}  // namespace narrows::ecosystems::runtimes
