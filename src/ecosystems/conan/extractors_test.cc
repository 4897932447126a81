#include "ecosystems/conan/extractors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ecosystems/listed_testing.h"

namespace narrows::ecosystems::conan {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ConanLock, OfConan1ListsNodesOfTheHost) {
  const auto extracted = ParseConanLock(R"({"graph_lock": {"nodes": {
      "0": {"ref": "app/0.1", "path": "../conanfile.txt", "context": "host"},
      "1": {"ref": "zlib/1.2.13#13c9", "context": "host"},
      "2": {"ref": "own/1.0@user/channel#00", "context": "host"},
      "3": {"ref": "cmake/3.24.1", "context": "build"},
      "4": {"options": ""},
      "5": {"ref": "odd"}}, "revisions_enabled": true}, "version": "0.4"})");
  EXPECT_THAT(Listed(extracted), ElementsAre("zlib 1.2.13", "own 1.0"));
  EXPECT_THAT(extracted->statuses, ElementsAre(HasSubstr("'odd'")));
}

TEST(ConanLock, OfConan2ListsRequirements) {
  EXPECT_THAT(Listed(ParseConanLock(R"({"version": "0.5",
      "requires": ["zlib/1.2.13#13c9%1667396813.733", "openssl/3.1.2@a/b#00%1", 1],
      "build_requires": ["cmake/3.24.1#00%1"], "python_requires": []})")),
              ElementsAre("zlib 1.2.13", "openssl 3.1.2"));
  EXPECT_THAT(Listed(ParseConanLock(R"({"version": "0.5", "requires": []})")), IsEmpty());
  for (const char* text : {"", "hello", "[]", "{}", R"({"requires": [)"})
    EXPECT_FALSE(ParseConanLock(text).has_value()) << text;
}

TEST(ConanInfo, ListsWhatAPackageWasBuiltWith) {
  EXPECT_THAT(Listed(ParseConanInfo("[settings]\n    arch=x86_64\n\n[requires]\n    zlib/1.Y.Z\n\n"
                                    "[full_requires]\n    zlib/1.2.11:6af9\n\n[full_options]\n"
                                    "    shared=False\n")),
              ElementsAre("zlib 1.2.11"));
  EXPECT_THAT(Listed(ParseConanInfo("[requires]\nzlib/1.2.Z\n")), IsEmpty());
  EXPECT_THAT(Listed(ParseConanInfo("")), IsEmpty());
}

TEST(ConanExtractors, TakeLockFilesAndBuiltPackages) {
  const auto extractors = MakeConanExtractors();
  ASSERT_EQ(extractors.size(), 2u);
  EXPECT_TRUE(extractors[0]->Claims("root/.conan/data/zlib/1.2.11/_/_/package/6af9/conaninfo.txt"));
  EXPECT_TRUE(extractors[1]->Claims("app/conan.lock"));
  EXPECT_FALSE(extractors[1]->Claims("app/myconan.lock"));
  model::Package package{.name = "zlib", .version = "1.2.13"};
  extractors[1]->Complete(package, {});
  EXPECT_EQ(package.ecosystem, "ConanCenter");
  EXPECT_EQ(package.purl, "pkg:conan/zlib@1.2.13");
}

}  // namespace
}  // namespace narrows::ecosystems::conan
