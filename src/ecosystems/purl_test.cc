#include "ecosystems/purl.h"

#include <gtest/gtest.h>

namespace narrows::ecosystems {
namespace {

TEST(Purl, SortsQualifiersAndEncodesAllButTheColon) {
  EXPECT_EQ(
      FormatPurl({"deb",
                  "debian",
                  "libstdc++6",
                  "1:12.2.0-14+deb12u1~x",
                  {{"upstream", "gcc-12@12.2"}, {"arch", "amd64"}, {"epoch", ""}}}),
      "pkg:deb/debian/libstdc%2B%2B6@1:12.2.0-14%2Bdeb12u1~x?arch=amd64&upstream=gcc-12%4012.2");
  EXPECT_EQ(FormatPurl({"apk", "", "a b", "", {}}), "pkg:apk/a%20b");
}

TEST(Purl, NamesTheDistribution) {
  EXPECT_EQ(DistroQualifier({.id = "debian", .version_id = "12"}), "debian-12");
  EXPECT_EQ(DistroQualifier({.id = "debian", .version_codename = "trixie"}), "debian-trixie");
  EXPECT_EQ(DistroQualifier({.version_id = "12"}), "");
}

TEST(Purl, NamesTheSourceWhereItDiffers) {
  model::Package package{.name = "a", .version = "1", .source_name = "a", .source_version = "1"};
  EXPECT_EQ(UpstreamQualifier(package), "");
  package.source_name = "b";
  EXPECT_EQ(UpstreamQualifier(package), "b");
  package.source_version = "2";
  EXPECT_EQ(UpstreamQualifier(package), "b@2");
}

}  // namespace
}  // namespace narrows::ecosystems
