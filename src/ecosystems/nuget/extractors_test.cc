#include "ecosystems/nuget/extractors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ecosystems/listed_testing.h"

namespace narrows::ecosystems::nuget {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(DotNetDependencies, ListThePackagesOfAProgram) {
  const auto extracted = ParseDependencies(
      "\xef\xbb\xbf"
      R"({
    "runtimeTarget": {"name": ".NETCoreApp,Version=v6.0"},
    "targets": {".NETCoreApp,Version=v6.0": {"Other/1.0.0": {}}},
    "libraries": {
      "App/1.0.0": {"type": "project", "serviceable": false},
      "Newtonsoft.Json/12.0.1": {"type": "package", "path": "newtonsoft.json/12.0.1"},
      "Odd": {"type": "package"}}})");
  EXPECT_THAT(Listed(extracted), ElementsAre("Newtonsoft.Json 12.0.1"));
  EXPECT_THAT(extracted->statuses, ElementsAre(HasSubstr("'Odd'")));
  EXPECT_THAT(Listed(ParseDependencies("{}")), IsEmpty());
  EXPECT_FALSE(ParseDependencies("{").has_value());
}

TEST(PackagesLock, ListsThePackagesOfAllFrameworks) {
  EXPECT_THAT(Listed(ParsePackagesLock(R"({"version": 1, "dependencies": {
      "net6.0": {"A": {"type": "Direct", "resolved": "1.0.0"}, "Own": {"type": "Project"}},
      "net7.0": {"B": {"type": "Transitive", "resolved": "2.0.0"}}}})")),
              ElementsAre("A 1.0.0", "B 2.0.0"));
  for (const char* text : {"", "{}", "[]", "hello"})
    EXPECT_FALSE(ParsePackagesLock(text).has_value());
}

TEST(PackageElements, AreThoseOfPackagesConfigAndOfCentralVersions) {
  EXPECT_THAT(Listed(ParsePackageElements(
                  "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<packages>\n"
                  "<package id=\"A\" version=\"1.0.0\" targetFramework=\"net48\"/>"
                  "<package id=\"B\" version=\"2.0.0\" developmentDependency=\"true\"/>"
                  "<package id=\"C\"/></packages>")),
              ElementsAre("A 1.0.0"));
  EXPECT_THAT(Listed(ParsePackageElements(
                  "<Project><ItemGroup><PackageVersion Include=\"A\" Version=\"1.0.0\"/>"
                  "<PackageVersion Include=\"B\"><Version>2.0.0</Version></PackageVersion>"
                  "<PackageVersion Include=\"C\" Version=\"$(X)\"/>"
                  "<PackageVersion Include=\"D\" Version=\"[1,2)\"/></ItemGroup></Project>")),
              ElementsAre("A 1.0.0", "B 2.0.0"));
  for (const char* text : {"", "<html/>", "hello"})
    EXPECT_FALSE(ParsePackageElements(text).has_value());
}

TEST(NuGetExtractors, TakeDependenciesAndLockFiles) {
  const auto extractors = MakeNuGetExtractors();
  ASSERT_EQ(extractors.size(), 2u);
  EXPECT_TRUE(extractors[0]->Claims("app/App.deps.json"));
  EXPECT_FALSE(extractors[0]->Claims("app/package.json"));
  for (const char* path :
       {"app/packages.lock.json", "packages.config", "a/Directory.Packages.props"})
    EXPECT_TRUE(extractors[1]->Claims(path)) << path;
  model::Package package{.name = "Newtonsoft.Json", .version = "12.0.1"};
  extractors[0]->Complete(package, {});
  EXPECT_EQ(package.ecosystem, "NuGet");
  EXPECT_EQ(package.purl, "pkg:nuget/Newtonsoft.Json@12.0.1");
}

}  // namespace
}  // namespace narrows::ecosystems::nuget
