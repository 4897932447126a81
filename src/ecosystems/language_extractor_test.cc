#include "ecosystems/language_extractor.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace narrows::ecosystems {
namespace {

TEST(LanguageExtractor, GivesAPackageOfAFileOnceWithItsEvidence) {
  const auto extractor = MakeLanguageExtractor(
      {.name = "test",
       .evidence = model::Evidence::kLockFile,
       .most_bytes = 10,
       .claims = [](std::string_view path) { return path == "a"; },
       .parse = [](std::string_view, std::string_view) -> Result<PackageExtractor::Extracted> {
         PackageExtractor::Extracted extracted;
         for (const char* name : {"b", "a", "b"})
           extracted.packages.push_back(LanguagePackage(name, "1"));
         extracted.packages.push_back(LanguagePackage("b", "1"));
         extracted.packages.back().path = "inner";
         return extracted;
       },
       .complete = [](model::Package& package) { package.ecosystem = "test"; }});
  EXPECT_TRUE(extractor->Places().empty());
  EXPECT_FALSE(extractor->ClaimsExecutables());
  EXPECT_TRUE(extractor->Claims("a"));
  const auto extracted = extractor->Extract("a", "");
  ASSERT_EQ(extracted->packages.size(), 3u);
  EXPECT_EQ(extracted->packages[0].name, "a");
  EXPECT_EQ(extracted->packages[0].source_name, "a");
  EXPECT_EQ(extracted->packages[0].evidence, model::Evidence::kLockFile);
  EXPECT_EQ(extracted->packages[2].path, "inner");
}

TEST(LanguagePackages, AreBoundedAndNamedWhereTheyCannotStand) {
  PackageExtractor::Extracted extracted;
  Complaints complaints;
  for (int i = 0; i <= 50'000; ++i)
    AddLanguagePackage("a crate", "a", std::to_string(i), extracted, complaints);
  AddLanguagePackage("a crate", "a b", "1", extracted, complaints);
  EXPECT_EQ(extracted.packages.size(), 50'000u);
  const std::vector<std::string> said = std::move(complaints).Take();
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[0], "the file has more than 50000 packages");
  EXPECT_EQ(said[1], "a crate without a usable name or version: 'a b' '1'");
}

TEST(Paths, AreTakenApart) {
  EXPECT_EQ(FileName("a/b.c"), "b.c");
  EXPECT_EQ(FileName("b.c"), "b.c");
  EXPECT_EQ(FileName(""), "");
  EXPECT_TRUE(IsBelow("a/node_modules/b", "node_modules"));
  EXPECT_TRUE(IsBelow("node_modules/b", "node_modules"));
  EXPECT_TRUE(IsBelow("xnode_modules/node_modules/b", "node_modules"));
  EXPECT_TRUE(IsBelow("root/go/pkg/mod/x", "pkg/mod"));
  EXPECT_FALSE(IsBelow("a/node_modules", "node_modules"));
  EXPECT_FALSE(IsBelow("a/node_modules2/b", "node_modules"));
  EXPECT_FALSE(IsBelow("a/my_node_modules/b", "node_modules"));
}

}  // namespace
}  // namespace narrows::ecosystems
