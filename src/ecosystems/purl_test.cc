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

TEST(Purl, IsReadAsItIsWritten) {
  const auto purl = ParsePurl(
      "pkg:deb/debian/libstdc%2B%2B6@1:12.2.0-14%2Bdeb12u1~x?arch=amd64&upstream=gcc-12%4012.2#a/"
      "b");
  ASSERT_TRUE(purl.has_value()) << purl.error().message;
  EXPECT_EQ(purl->type, "deb");
  EXPECT_EQ(purl->name_space, "debian");
  EXPECT_EQ(purl->name, "libstdc++6");
  EXPECT_EQ(purl->version, "1:12.2.0-14+deb12u1~x");
  EXPECT_EQ(purl->qualifiers.at("upstream"), "gcc-12@12.2");
  EXPECT_EQ(purl->subpath, "a/b");
  EXPECT_EQ(ParsePurl("pkg:golang/github.com/a/b@v1.2")->name_space, "github.com/a");
  EXPECT_EQ(ParsePurl("pkg:npm/left-pad@1.3.0")->version, "1.3.0");
}

TEST(Purl, IsReadWhereSomethingShouldHaveBeenEncoded) {
  const auto scoped = ParsePurl("PKG:NPM/@angular/cli@1.0");
  ASSERT_TRUE(scoped.has_value());
  EXPECT_EQ(scoped->type, "npm");
  EXPECT_EQ(scoped->name_space, "@angular");
  EXPECT_EQ(scoped->version, "1.0");
  EXPECT_EQ(ParsePurl("pkg:npm/@angular/cli")->version, "");
  EXPECT_EQ(ParsePurl("pkg://apk/alpine/musl?arch=&distro=3.19")->qualifiers.count("arch"), 0u);
}

TEST(Purl, WhatIsNoneIsNamed) {
  for (const char* text : {"", "pkg:", "pkg:deb", "pkg:deb/", "pkg:/a", "deb/a", "pkg:deb/a@",
                           "pkg:deb/a%2", "pkg:deb/a?arch", "pkg:deb/a?=b", "pkg:deb/a#%zz"}) {
    EXPECT_FALSE(ParsePurl(text).has_value()) << text;
  }
  EXPECT_FALSE(ParsePurl("pkg:deb/" + std::string(5000, 'a')).has_value());
  EXPECT_EQ(ParsePurl("nonsense\n").error().message,
            "\"nonsense?\" is not a package-url such as pkg:deb/debian/openssl");
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
