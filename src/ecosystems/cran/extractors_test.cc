#include "ecosystems/cran/extractors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "ecosystems/listed_testing.h"

namespace narrows::ecosystems::cran {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kInstalled =
    "Package: jsonlite\nVersion: 1.8.4\nTitle: A Robust\n        Version: 9.9\nLicense: MIT\n"
    "Built: R 4.2.2; x86_64-pc-linux-gnu; 2022-12-06 08:00:00 UTC; unix\n";

TEST(Description, GivesWhatRInstalled) {
  EXPECT_THAT(Listed(ParseDescription(kInstalled)), ElementsAre("jsonlite 1.8.4"));
}

TEST(Description, OfSourcesAndOtherFilesGivesNothing) {
  for (const char* text : {"", "hello", "Package: a\nVersion: 1.0\n", "Package: a\nBuilt: R 4\n",
                           "Package: a\nVersion: 1.0\nBuilt: by hand\n"})
    EXPECT_THAT(Listed(ParseDescription(text)), IsEmpty()) << text;
  EXPECT_FALSE(ParseDescription("Package: a b\nVersion: 1\nBuilt: R 4.2\n").has_value());
}

TEST(RenvLock, ListsPackagesButThoseOfAFolder) {
  const auto extracted = ParseRenvLock(R"({"R": {"Version": "4.2.2"}, "Packages": {
      "R6": {"Package": "R6", "Version": "2.5.1", "Source": "Repository", "Repository": "CRAN"},
      "dev": {"Package": "dev", "Version": "0.1.0", "Source": "GitHub"},
      "limma": {"Package": "limma", "Version": "3.54.0", "Source": "Bioconductor"},
      "own": {"Package": "own", "Version": "1.0", "Source": "Local"},
      "odd": {"Package": "odd"}}})");
  EXPECT_THAT(Listed(extracted), ElementsAre("R6 2.5.1", "dev 0.1.0", "limma 3.54.0"));
  EXPECT_THAT(extracted->statuses, ElementsAre(HasSubstr("'odd'")));
  for (const char* text : {"", "hello", "[]", "{}", R"({"Packages": {)"})
    EXPECT_FALSE(ParseRenvLock(text).has_value()) << text;
}

TEST(CranExtractors, TellWhoOffersAPackage) {
  const auto extractors = MakeCranExtractors();
  ASSERT_EQ(extractors.size(), 2u);
  EXPECT_TRUE(extractors[0]->Claims("usr/lib/R/site-library/jsonlite/DESCRIPTION"));
  EXPECT_FALSE(extractors[0]->Claims("usr/lib/R/A_DESCRIPTION"));
  EXPECT_TRUE(extractors[1]->Claims("app/renv.lock"));
  auto extracted = ParseDescription(std::string(kInstalled) +
                                    "git_url: https://git.bioconductor.org/packages/jsonlite\n");
  ASSERT_TRUE(extracted.has_value());
  extractors[0]->Complete(extracted->packages[0], {});
  EXPECT_EQ(extracted->packages[0].ecosystem, "Bioconductor");
  EXPECT_EQ(extracted->packages[0].purl, "pkg:bioconductor/jsonlite@1.8.4");
  model::Package package{.name = "jsonlite", .version = "1.8.4"};
  extractors[0]->Complete(package, {});
  EXPECT_EQ(package.ecosystem, "CRAN");
  EXPECT_EQ(package.purl, "pkg:cran/jsonlite@1.8.4");
}

}  // namespace
}  // namespace narrows::ecosystems::cran
