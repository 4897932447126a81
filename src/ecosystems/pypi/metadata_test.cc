#include "ecosystems/pypi/metadata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "ecosystems/pypi/extractors.h"

namespace narrows::ecosystems::pypi {
namespace {

using ::testing::HasSubstr;

std::string Read(const Result<PackageExtractor::Extracted>& extracted) {
  if (!extracted.has_value()) return "! " + extracted.error().message;
  std::string text;
  for (const model::Package& package : extracted->packages)
    text += package.name + " " + package.version;
  return text;
}

TEST(PythonMetadata, IsWhereInstallersLeaveIt) {
  for (const char* path :
       {"usr/lib/python3/dist-packages/PyYAML-6.0.egg-info/PKG-INFO",
        "app/lib/python3.12/site-packages/requests-2.31.0.dist-info/METADATA",
        "a/site-packages/old-1.0-py2.7.egg/EGG-INFO/PKG-INFO", "a/older-1.0.egg-info"})
    EXPECT_TRUE(IsMetadata(path)) << path;
  for (const char* path : {"a/METADATA", "a/x.dist-info/RECORD", "a/PKG-INFO", ""})
    EXPECT_FALSE(IsMetadata(path)) << path;
}

TEST(PythonMetadata, GivesNameAndVersionOfTheHeader) {
  EXPECT_EQ(Read(ParseMetadata("Metadata-Version: 2.1\r\nname: PyYAML\r\nVERSION: 6.0.1\r\n"
                               "Summary: a\r\n    Name: no\r\n\r\nName: not\n")),
            "PyYAML 6.0.1");
  EXPECT_EQ(Read(ParseMetadata("Name: a\nName: b\nVersion: 1")), "a 1");
  EXPECT_EQ(Read(ParseMetadata("")), "");
  EXPECT_THAT(Read(ParseMetadata("Name: a\n\nVersion: 1\n")), HasSubstr("! Python metadata"));
  EXPECT_THAT(Read(ParseMetadata(std::string(100'000, '\xff'))), HasSubstr("! Python metadata"));
}

TEST(CondaRecord, SaysItByItsName) {
  EXPECT_TRUE(IsCondaRecord("opt/conda/conda-meta/numpy-base-1.26.0-py311h64a7726_0.json"));
  EXPECT_FALSE(IsCondaRecord("opt/conda/conda-meta/history"));
  EXPECT_FALSE(IsCondaRecord("opt/conda/x.json"));
  EXPECT_EQ(Read(ParseCondaRecord("opt/conda/conda-meta/numpy-base-1.26.0-py311h64a7726_0.json")),
            "numpy-base 1.26.0");
  EXPECT_EQ(Read(ParseCondaRecord("conda-meta/state.json")), "");
  EXPECT_EQ(Read(ParseCondaRecord("conda-meta/-.json")), "");
  EXPECT_THAT(Read(ParseCondaRecord("conda-meta/a--b.json")), HasSubstr("! a conda record"));
}

TEST(PythonPackages, AreCompletedWithTheirPurls) {
  model::Package package{.name = "Zope.Interface__x", .version = "1.0+local"};
  CompleteDistribution(package);
  EXPECT_EQ(package.ecosystem, "PyPI");
  EXPECT_EQ(package.purl, "pkg:pypi/zope-interface-x@1.0%2Blocal");
  package = {.name = "openssl", .version = "3.2.1"};
  CompleteCondaPackage(package);
  EXPECT_EQ(package.ecosystem, "conda");
  EXPECT_EQ(package.purl, "pkg:conda/openssl@3.2.1");
}

TEST(PypiExtractors, TakeTheProjectsLockFiles) {
  const auto extractors = MakePypiExtractors();
  ASSERT_EQ(extractors.size(), 3u);
  for (const char* path :
       {"app/requirements.txt", "app/requirements-dev.txt", "app/Pipfile.lock", "app/poetry.lock",
        "uv.lock", "pdm.lock", "pylock.toml", "pylock.a.toml"})
    EXPECT_TRUE(extractors[2]->Claims(path)) << path;
  for (const char* path : {"v/site-packages/a/requirements.txt", "app/Cargo.lock", "app/notes.txt",
                           "app/pyproject.toml", ""})
    EXPECT_FALSE(extractors[2]->Claims(path)) << path;
  const auto extracted = extractors[2]->Extract("app/requirements.txt", "a==1\n");
  ASSERT_EQ(extracted->packages.size(), 1u);
  EXPECT_EQ(extracted->packages[0].evidence, model::Evidence::kLockFile);
}

}  // namespace
}  // namespace narrows::ecosystems::pypi
