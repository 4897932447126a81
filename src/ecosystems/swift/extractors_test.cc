#include "ecosystems/swift/extractors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ecosystems/listed_testing.h"

namespace narrows::ecosystems::swift {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(PackageResolved, OfVersion1HasAnObjectAroundIt) {
  const auto extracted = ParsePackageResolved(R"({"object": {"pins": [
      {"package": "Alamofire", "repositoryURL": "https://github.com/Alamofire/Alamofire.git",
       "state": {"branch": null, "revision": "00", "version": "5.4.0"}},
      {"package": "Branch", "repositoryURL": "https://github.com/a/b",
       "state": {"branch": "main", "revision": "00", "version": null}},
      {"package": "Odd", "state": {"version": "1.0.0"}}]}, "version": 1})");
  EXPECT_THAT(Listed(extracted), ElementsAre("github.com/Alamofire/Alamofire 5.4.0"));
  EXPECT_THAT(extracted->statuses, ElementsAre(HasSubstr("a pin without")));
}

TEST(PackageResolved, OfVersions2And3KnowsRegistriesAndFolders) {
  EXPECT_THAT(Listed(ParsePackageResolved(R"({"originHash": "00", "pins": [
      {"identity": "swift-nio", "kind": "remoteSourceControl",
       "location": "git@github.com:apple/swift-nio.git", "state": {"version": "2.40.0"}},
      {"identity": "swift-log", "kind": "remoteSourceControl",
       "location": "ssh://git@github.com/apple/swift-log/", "state": {"version": "1.5.3"}},
      {"identity": "mona.LinkedList", "kind": "registry", "location": "",
       "state": {"version": "1.2.0"}},
      {"identity": "own", "kind": "localSourceControl", "location": "/home/own",
       "state": {"version": "1.0.0"}},
      {"identity": "other", "location": "/home/other", "state": {"version": "1.0.0"}}],
      "version": 3})")),
              ElementsAre("github.com/apple/swift-nio 2.40.0", "github.com/apple/swift-log 1.5.3",
                          "mona.LinkedList 1.2.0"));
  EXPECT_THAT(Listed(ParsePackageResolved(R"({"pins": [], "version": 2})")), IsEmpty());
}

TEST(PackageResolved, RefusesOtherFiles) {
  for (const char* text : {"", "hello", "[]", "{}", R"({"pins": [)"})
    EXPECT_FALSE(ParsePackageResolved(text).has_value()) << text;
}

TEST(SwiftExtractors, TakeTheProjectsLockFile) {
  const auto extractors = MakeSwiftExtractors();
  ASSERT_EQ(extractors.size(), 1u);
  EXPECT_TRUE(extractors[0]->Claims("app/Package.resolved"));
  EXPECT_TRUE(
      extractors[0]->Claims("A.xcodeproj/project.xcworkspace/xcshareddata/swiftpm/"
                            "Package.resolved"));
  EXPECT_FALSE(extractors[0]->Claims("app/.build/checkouts/swift-nio/Package.resolved"));
  model::Package package{.name = "github.com/Apple/swift-nio", .version = "2.40.0"};
  extractors[0]->Complete(package, {});
  EXPECT_EQ(package.ecosystem, "SwiftURL");
  EXPECT_EQ(package.source_name, "github.com/apple/swift-nio");
  EXPECT_EQ(package.purl, "pkg:swift/github.com/Apple/swift-nio@2.40.0");
}

}  // namespace
}  // namespace narrows::ecosystems::swift
