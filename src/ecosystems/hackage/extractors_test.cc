#include "ecosystems/hackage/extractors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ecosystems/listed_testing.h"

namespace narrows::ecosystems::hackage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(CabalFreeze, ListsPackagesOfOneVersion) {
  const auto extracted = ParseCabalFreeze(
      "active-repositories: hackage.haskell.org:merge\n"
      "constraints: any.Cabal ==3.6.3.0,\n"
      "             any.HTTP ==4000.4.1,\n"
      "             HTTP -conduit10 +network-uri,\n"
      "             -- a comment, any.no ==1\n"
      "             any.open >=1,\n"
      "             any.odd ==,\n"
      "             any.base ==4.16.4.0\n"
      "index-state: hackage.haskell.org 2023-05-01T00:00:00Z, any.later ==1\n");
  EXPECT_THAT(Listed(extracted), ElementsAre("Cabal 3.6.3.0", "HTTP 4000.4.1", "base 4.16.4.0"));
  EXPECT_THAT(extracted->statuses, ElementsAre(HasSubstr("'odd'")));
  EXPECT_THAT(Listed(ParseCabalFreeze("constraints:\n")), IsEmpty());
  for (const char* text : {"", "hello", "index-state: x\n"})
    EXPECT_FALSE(ParseCabalFreeze(text).has_value()) << text;
}

TEST(StackLock, ListsPackagesBesideTheSnapshot) {
  const auto extracted = ParseStackLock(R"(# generated
packages:
- completed:
    hackage: acme-missiles-0.3@sha256:2ba6,613
    pantry-tree:
      sha256: 00
      size: 226
  original:
    hackage: acme-missiles-0.3
- completed:
    name: own
    version: 1.10
    git: https://example.org/own.git
    commit: 00ff
  original: {}
- completed:
    hackage: odd
  original: {}
snapshots:
- completed:
    sha256: 00
    url: https://example.org/20.yaml
  original: lts-20.26
)");
  EXPECT_THAT(Listed(extracted), ElementsAre("acme-missiles 0.3", "own 1.10"));
  EXPECT_THAT(extracted->statuses, ElementsAre(HasSubstr("'odd'")));
  EXPECT_THAT(Listed(ParseStackLock("packages: []\nsnapshots: []\n")), IsEmpty());
  for (const char* text : {"", "hello", "snapshots: []\n"})
    EXPECT_FALSE(ParseStackLock(text).has_value()) << text;
}

TEST(HackageExtractors, TakeTheProjectsLockFiles) {
  const auto extractors = MakeHackageExtractors();
  ASSERT_EQ(extractors.size(), 1u);
  EXPECT_TRUE(extractors[0]->Claims("app/cabal.project.freeze"));
  EXPECT_TRUE(extractors[0]->Claims("app/stack.yaml.lock"));
  EXPECT_FALSE(extractors[0]->Claims("app/stack.yaml"));
  model::Package package{.name = "aeson", .version = "2.1.2.1"};
  extractors[0]->Complete(package, {});
  EXPECT_EQ(package.ecosystem, "Hackage");
  EXPECT_EQ(package.purl, "pkg:hackage/aeson@2.1.2.1");
}

}  // namespace
}  // namespace narrows::ecosystems::hackage
