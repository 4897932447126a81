#include "ecosystems/golang/extractors.h"

#include <gtest/gtest.h>

namespace narrows::ecosystems::golang {
namespace {

TEST(GoExtractors, TakeExecutablesAnywhereAndTheProjectsModFiles) {
  const auto extractors = MakeGoExtractors();
  ASSERT_EQ(extractors.size(), 2u);
  EXPECT_TRUE(extractors[0]->ClaimsExecutables());
  EXPECT_FALSE(extractors[1]->ClaimsExecutables());
  EXPECT_TRUE(extractors[1]->Claims("go.mod"));
  EXPECT_TRUE(extractors[1]->Claims("src/app/go.mod"));
  for (const char* path :
       {"src/app/go.sum", "src/cargo.mod", "usr/local/go/src/cmd/go.mod", "app/vendor/a/go.mod",
        "root/go/pkg/mod/golang.org/x/net@v0.17.0/go.mod"})
    EXPECT_FALSE(extractors[1]->Claims(path)) << path;
}

TEST(GoExtractors, GiveAModuleOnceWithItsEvidence) {
  const auto extractors = MakeGoExtractors();
  const auto extracted = extractors[1]->Extract(
      "go.mod", "module m\nrequire b v1.0.0\nrequire a v1.0.0\nrequire b v1.0.0\n");
  ASSERT_EQ(extracted->packages.size(), 2u);
  EXPECT_EQ(extracted->packages[0].name, "a");
  EXPECT_EQ(extracted->packages[1].evidence, model::Evidence::kLockFile);
  model::Package package = extracted->packages[1];
  extractors[1]->Complete(package, {});
  EXPECT_EQ(package.purl, "pkg:golang/b@v1.0.0");
}

}  // namespace
}  // namespace narrows::ecosystems::golang
