#include "ecosystems/npm/package_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "ecosystems/npm/descriptor.h"
#include "ecosystems/npm/extractors.h"

namespace narrows::ecosystems::npm {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kInstalled = "app/node_modules/a/package.json";

std::string Read(std::string_view path, std::string_view content) {
  const auto extracted = ParsePackageJson(path, content);
  if (!extracted.has_value()) return extracted.error().message;
  std::string text;
  for (const model::Package& package : extracted->packages)
    text += package.name + " " + package.version;
  for (const std::string& status : extracted->statuses) text += "! " + status;
  return text;
}

TEST(PackageJson, IsThatOfAPackage) {
  for (const char* path :
       {"node_modules/a/package.json", "app/node_modules/@scope/a/package.json",
        "app/node_modules/a/node_modules/b/package.json", "opt/yarn-v1.22.19/package.json",
        "app/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json", "package.json"})
    EXPECT_TRUE(IsPackageJson(path)) << path;
  for (const char* path :
       {"node_modules/a/test/package.json", "app/node_modules/a/dist/esm/package.json",
        "app/node_modules/package.json", "app/other-package.json", "app/package.json/x", ""})
    EXPECT_FALSE(IsPackageJson(path)) << path;
}

TEST(PackageJson, GivesNameAndVersion) {
  EXPECT_EQ(Read(kInstalled, "\xef\xbb\xbf{\"name\": \"@scope/a\", \"version\": \" 1.0.0 \"}\n"),
            "@scope/a 1.0.0");
  EXPECT_EQ(Read(kInstalled, R"({"dependencies": {"name": "x", "version": "9"}})"), "");
  EXPECT_EQ(Read(kInstalled, R"({"name": "a", "version": 1})"), "");
  EXPECT_EQ(Read(kInstalled, R"({"name": "a", "version": "1.0.0", "private": true})"), "a 1.0.0");
  EXPECT_EQ(Read(kInstalled, " \n"), "");
  EXPECT_THAT(Read(kInstalled, R"({"name": "a b", "version": "1.0.0"})"),
              HasSubstr("! a package without"));
  EXPECT_THAT(Read(kInstalled, R"({"name": "a", "vers)"), HasSubstr("not a package.json"));
}

TEST(PackageJson, OfTheProjectItselfIsNone) {
  EXPECT_EQ(Read("opt/yarn/package.json", R"({"name": "yarn", "version": "1.22.19"})"),
            "yarn 1.22.19");
  EXPECT_EQ(Read("app/package.json", R"({"name": "a", "version": "1.0.0", "private": true})"), "");
  EXPECT_EQ(Read("app/template/package.json", R"({"name": {{name}})"), "");
}

TEST(NpmPackage, IsCompletedWithItsPurl) {
  model::Package package{.name = "@babel/core", .version = "7.0.0-beta.1"};
  CompletePackage(package);
  EXPECT_EQ(package.ecosystem, "npm");
  EXPECT_EQ(package.purl, "pkg:npm/%40babel/core@7.0.0-beta.1");
  package.name = "lodash";
  CompletePackage(package);
  EXPECT_EQ(package.purl, "pkg:npm/lodash@7.0.0-beta.1");
}

TEST(NpmExtractors, TakeInstalledPackagesAndTheProjectsLockFiles) {
  const auto extractors = MakeNpmExtractors();
  ASSERT_EQ(extractors.size(), 2u);
  EXPECT_TRUE(extractors[0]->Claims(kInstalled));
  for (const char* file :
       {"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock"}) {
    EXPECT_TRUE(extractors[1]->Claims(std::string("srv/app/") + file));
    EXPECT_FALSE(extractors[1]->Claims(std::string("srv/node_modules/a/") + file));
  }
  EXPECT_FALSE(extractors[1]->Claims("srv/app/package.json"));
  const auto extracted = extractors[1]->Extract("srv/app/yarn.lock",
                                                "# yarn lockfile v1\na@^1:\n  version \"1.0.0\"\n");
  ASSERT_EQ(extracted->packages.size(), 1u);
  EXPECT_EQ(extracted->packages[0].evidence, model::Evidence::kLockFile);
}

}  // namespace
}  // namespace narrows::ecosystems::npm
