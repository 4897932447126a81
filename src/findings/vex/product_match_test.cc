#include "findings/vex/product_match.h"

#include <gtest/gtest.h>

#include "ecosystems/catalogue/every_version_order.h"
#include "ecosystems/version_orders.h"
#include "findings/vex/platform_cpe.h"
#include "findings/vex/version_range.h"

namespace narrows::findings::vex {
namespace {

using advisories::vex::Component;
using advisories::vex::Product;

constexpr const char* kDigest =
    "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

Component Known(const std::string& purl) {
  Component component;
  component.purls.push_back(*ecosystems::ParsePurl(purl));
  return component;
}

class ProductMatchTest : public ::testing::Test {
 protected:
  ProductMatchTest() {
    image_.digest = kDigest;
    image_.index_digest = "sha256:index";
    image_.distribution = {.id = "debian", .version_id = "12", .version_codename = "bookworm"};
    target_.repository = "docker.io/library/shop";
    target_.tag = "1.0";
    Package("pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12&upstream=openssl");
    package_.ecosystem = "Debian";
    package_.version = "3.0.11-1";
    package_.architecture = "amd64";
    package_.source_name = "openssl";
    package_.source_version = "3.0.11-1";
  }

  void Package(const std::string& purl) {
    package_ = {};
    package_.purl = purl;
  }

  bool Is(const Product& product) const { return Matches(product, Subject(package_, target_)); }
  bool Is(const std::string& purl) const { return Is(Product{{Known(purl)}}); }
  bool IsIn(const std::string& purl, Component whole) const {
    return Is(Product{{Known(purl), std::move(whole)}});
  }

  model::ImageAnalysis image_;
  Target target_{&image_, "", ""};
  model::Package package_;
};

TEST_F(ProductMatchTest, ByTypeNamespaceNameAndVersion) {
  EXPECT_TRUE(Is("pkg:deb/debian/libssl3"));
  EXPECT_TRUE(Is("pkg:deb/debian/libssl3@3.0.11-1"));
  EXPECT_TRUE(Is("pkg:deb/Debian/LibSSL3"));
  EXPECT_FALSE(Is("pkg:deb/debian/libssl3@3.0.11-2"));
  EXPECT_FALSE(Is("pkg:deb/ubuntu/libssl3"));
  EXPECT_FALSE(Is("pkg:deb/libssl3"));
  EXPECT_FALSE(Is("pkg:apk/debian/libssl3"));
  EXPECT_FALSE(Is("pkg:deb/debian/openssl")) << "the source is another package";
  EXPECT_FALSE(Is("pkg:deb/debian/libssl3#doc"));
  Package("pkg:npm/Lib@1");
  EXPECT_FALSE(Is("pkg:npm/lib")) << "npm's names have a case";
  Package("pkg:pypi/a-b@1");
  EXPECT_TRUE(Is("pkg:pypi/A_B@1"));
  Package("pkg:golang/github.com/a/b@v1.2.0");
  EXPECT_TRUE(Is("pkg:golang/github.com/A/b@1.2.0"));
}

TEST_F(ProductMatchTest, ByTheQualifiersThatAreNamed) {
  EXPECT_TRUE(Is("pkg:deb/debian/libssl3?arch=amd64"));
  EXPECT_TRUE(Is("pkg:deb/debian/libssl3?arch=x86_64"));
  EXPECT_FALSE(Is("pkg:deb/debian/libssl3?arch=arm64"));
  EXPECT_TRUE(Is("pkg:deb/debian/libssl3?distro=debian-12"));
  EXPECT_TRUE(Is("pkg:deb/debian/libssl3?distro=bookworm"));
  EXPECT_TRUE(Is("pkg:deb/debian/libssl3?distro=debian-bookworm"));
  EXPECT_FALSE(Is("pkg:deb/debian/libssl3?distro=debian-1"));
  EXPECT_FALSE(Is("pkg:deb/debian/libssl3?distro=debian-11"));
  EXPECT_TRUE(Is("pkg:deb/debian/libssl3?upstream=openssl"));
  EXPECT_FALSE(Is("pkg:deb/debian/libssl3?repository_id=x")) << "what isn't known is not so";
  image_.distribution = {.id = "alpine", .version_id = "3.18.4"};
  Package("pkg:apk/alpine/musl@1.2");
  EXPECT_TRUE(Is("pkg:apk/alpine/musl?distro=alpine-3.18"));
  EXPECT_FALSE(Is("pkg:apk/alpine/musl?distro=alpine-3.1"));
}

TEST_F(ProductMatchTest, ASourcePackageStandsForAllThatIsBuiltOfIt) {
  EXPECT_TRUE(Is("pkg:deb/debian/openssl?arch=source&distro=bookworm"));
  EXPECT_TRUE(Is("pkg:deb/debian/openssl@3.0.11-1?arch=source"));
  EXPECT_FALSE(Is("pkg:deb/debian/openssl@3.0.12-1?arch=source"));
  EXPECT_FALSE(Is("pkg:deb/debian/libssl3?arch=source"));
  Package("pkg:rpm/redhat/bind-libs@9.11.36-8.el8?arch=x86_64&epoch=32");
  package_.version = "32:9.11.36-8.el8";
  package_.architecture = "x86_64";
  package_.source_name = "bind";
  package_.source_version = "32:9.11.36-8.el8";
  EXPECT_TRUE(Is("pkg:rpm/redhat/bind@9.11.36-8.el8?arch=src&epoch=32"));
  EXPECT_TRUE(Is("pkg:rpm/redhat/bind-libs@9.11.36-8.el8?arch=x86_64&epoch=32"));
  EXPECT_TRUE(Is("pkg:rpm/redhat/bind-libs@32:9.11.36-8.el8"));
  EXPECT_FALSE(Is("pkg:rpm/redhat/bind-libs@9.11.36-8.el8?epoch=31"));
}

TEST_F(ProductMatchTest, AnImageIsKnownByDigestRepositoryAndTag) {
  EXPECT_TRUE(Is(std::string("pkg:oci/shop@") + kDigest));
  EXPECT_TRUE(Is("pkg:oci/shop@sha256%3Aindex?repository_url=docker.io/library"));
  EXPECT_TRUE(Is("pkg:oci/shop?repository_url=docker.io/library/shop"));
  EXPECT_TRUE(Is("pkg:oci/Shop?repository_url=docker.io/library&tag=1.0&arch=x86_64"));
  EXPECT_TRUE(Is("pkg:docker/shop@1.0"));
  EXPECT_TRUE(Is("pkg:docker/library/shop"));
  EXPECT_FALSE(Is("pkg:oci/shop@sha256:other"));
  EXPECT_FALSE(Is("pkg:oci/shop?repository_url=evil.example/library"));
  EXPECT_FALSE(Is("pkg:oci/shop?repository_url=library")) << "a part of the host's is another";
  EXPECT_FALSE(Is("pkg:oci/shop?tag=2.0"));
  EXPECT_FALSE(Is("pkg:docker/other/shop"));
  EXPECT_FALSE(Is("pkg:docker/library/shop?repository_url=quay.io"));
  EXPECT_FALSE(Is("pkg:oci/shop?who=knows"));
  Product by_digest{{Component()}};
  by_digest.path[0].digests = {kDigest};
  EXPECT_TRUE(Is(by_digest));
  target_ = {&image_, "", ""};
  EXPECT_FALSE(Is("pkg:oci/shop")) << "nobody knows what an image from a file is called";
  EXPECT_TRUE(Is(std::string("pkg:oci/shop@") + kDigest));
}

TEST_F(ProductMatchTest, AllThatItMustBePartOfIsThere) {
  EXPECT_TRUE(IsIn("pkg:deb/debian/libssl3", Known("pkg:oci/shop")));
  EXPECT_FALSE(IsIn("pkg:deb/debian/libssl3", Known("pkg:oci/other")));
  EXPECT_FALSE(IsIn("pkg:deb/debian/libssl3", Component())) << "known by nothing";
  EXPECT_FALSE(IsIn("pkg:deb/debian/zlib1g", Known("pkg:oci/shop")));
  Component release;
  release.cpes = {"cpe:2.3:o:debian:debian_linux:12:*:*:*:*:*:*:*"};
  EXPECT_TRUE(IsIn("pkg:deb/debian/libssl3", release));
  EXPECT_TRUE(Is(Product{{release}})) << "all packages of the distribution";
  package_.ecosystem = "npm";
  EXPECT_FALSE(Is(Product{{release}})) << "npm's are none of them";
  release.cpes = {"cpe:/o:debian:debian_linux:11"};
  EXPECT_FALSE(IsIn("pkg:deb/debian/libssl3", release));
}

TEST_F(ProductMatchTest, APackageMayBePartOfAnExecutableOrAnArchive) {
  model::Package program;
  program.purl = "pkg:golang/example.com/shop@v1.0.0";
  program.path = "/bin/shop";
  program.evidence = model::Evidence::kExecutable;
  model::Package archive;
  archive.purl = "pkg:maven/com.example/app@1";
  archive.path = "/app.jar";
  image_.packages = {program, archive};
  Package("pkg:golang/golang.org/x/net@v0.1.0");
  package_.path = "/bin/shop";
  EXPECT_TRUE(IsIn("pkg:golang/golang.org/x/net", Known("pkg:golang/example.com/shop@v1.0.0")));
  EXPECT_FALSE(IsIn("pkg:golang/golang.org/x/net", Known("pkg:golang/example.com/shop@v2.0.0")));
  package_.path = "/bin/other";
  EXPECT_FALSE(IsIn("pkg:golang/golang.org/x/net", Known("pkg:golang/example.com/shop")));
  Package("pkg:maven/org.apache/log@1");
  package_.path = "/app.jar!/lib/log.jar";
  EXPECT_TRUE(IsIn("pkg:maven/org.apache/log", Known("pkg:maven/com.example/app@1")));
  package_.path = "/app.jarring";
  EXPECT_FALSE(IsIn("pkg:maven/org.apache/log", Known("pkg:maven/com.example/app@1")));
}

TEST_F(ProductMatchTest, AModuleIsKnownByNameAndStream) {
  Package("pkg:rpm/redhat/nodejs@18?arch=x86_64");
  package_.modularity = "nodejs:18:8080:rhel8";
  EXPECT_TRUE(IsIn("pkg:rpm/redhat/nodejs", Known("pkg:rpmmod/redhat/nodejs@18:8080:rhel8")));
  EXPECT_TRUE(IsIn("pkg:rpm/redhat/nodejs", Known("pkg:rpmmod/redhat/nodejs@18")));
  EXPECT_FALSE(IsIn("pkg:rpm/redhat/nodejs", Known("pkg:rpmmod/redhat/nodejs@1")));
  EXPECT_FALSE(IsIn("pkg:rpm/redhat/nodejs", Known("pkg:rpmmod/redhat/nodejs@20")));
}

TEST_F(ProductMatchTest, AVersionOrRangeBesideThePurlLimitsIt) {
  Product product{{Known("pkg:deb/debian/libssl3")}};
  product.path[0].version = "3.0.11-2";
  EXPECT_FALSE(Is(product));
  product.path[0].version = "3.0.11-1";
  EXPECT_TRUE(Is(product));
  product.path[0].version.clear();
  product.path[0].range = "vers:deb/<3.0.11-2";
  EXPECT_TRUE(Is(product));
  product.path[0].range = "vers:deb/<3.0.11-1";
  EXPECT_FALSE(Is(product));
  product.path[0].range = "all before 3.0.12";
  EXPECT_FALSE(Is(product)) << "what cannot be read says nothing";
}

TEST(VersionRange, FollowsTheSpecification) {
  const auto orders = ecosystems::catalogue::EveryVersionOrder();
  const auto* npm = ecosystems::FindVersionOrder(orders, "npm");
  const auto in = [&](const char* range, const char* version) {
    return InRange(range, "npm", version, *npm);
  };
  EXPECT_TRUE(in("vers:npm/*", "1.0.0"));
  EXPECT_TRUE(in("vers:npm/1.0.0|2.0.0", "2.0.0"));
  EXPECT_FALSE(in("vers:npm/1.0.0|2.0.0", "1.5.0"));
  EXPECT_TRUE(in("vers:npm/>=1.0.0|<2.0.0", "1.5.0"));
  EXPECT_FALSE(in("vers:npm/>=1.0.0|<2.0.0", "2.0.0"));
  EXPECT_FALSE(in("vers:npm/>=1.0.0|!=1.5.0|<2.0.0", "1.5.0"));
  EXPECT_TRUE(in("vers:npm/<1.0.0|>=2.0.0|<3.0.0|>4.0.0", "0.1.0"));
  EXPECT_TRUE(in("vers:npm/<1.0.0|>=2.0.0|<3.0.0|>4.0.0", "2.1.0"));
  EXPECT_FALSE(in("vers:npm/<1.0.0|>=2.0.0|<3.0.0|>4.0.0", "3.1.0"));
  EXPECT_TRUE(in("vers:npm/<1.0.0|>=2.0.0|<3.0.0|>4.0.0", "5.0.0"));
  for (const char* range : {"", "vers:", "vers:npm", "vers:npm/", "vers:npm/>=", "vers:npm/%zz",
                            "vers:deb/*", "npm/*", "vers:npm/*|1.0.0", "vers:npm/nonsense here"}) {
    EXPECT_FALSE(in(range, "1.0.0")) << range;
  }
  EXPECT_FALSE(in("vers:npm/*", "no version"));
}

TEST(PlatformCpe, NamesAReleaseAndItsMinorOnes) {
  const model::Distribution rhel{.id = "rhel", .version_id = "8.10"};
  EXPECT_TRUE(NamesRelease("cpe:/a:redhat:enterprise_linux:8::appstream", rhel));
  EXPECT_TRUE(NamesRelease("cpe:/o:redhat:enterprise_linux:8", rhel));
  EXPECT_TRUE(NamesRelease("cpe:2.3:o:redhat:enterprise_linux:8.10:*:*:*:*:*:*:*", rhel));
  EXPECT_TRUE(NamesRelease("cpe:/o:redhat:enterprise_linux", rhel));
  EXPECT_FALSE(NamesRelease("cpe:/o:redhat:enterprise_linux:8.1", rhel));
  EXPECT_FALSE(NamesRelease("cpe:/o:redhat:enterprise_linux:9", rhel));
  EXPECT_FALSE(NamesRelease("cpe:/a:redhat:rhel_eus:8", rhel)) << "subscribers' alone";
  EXPECT_FALSE(NamesRelease("cpe:/o:centos:centos:8", rhel));
  EXPECT_FALSE(NamesRelease("enterprise_linux", rhel));
  EXPECT_FALSE(NamesRelease("cpe:/", rhel));
  EXPECT_TRUE(NamesRelease("cpe:/o:suse:sles:15:sp4", {.id = "sles", .version_id = "15.4"}));
  EXPECT_FALSE(NamesRelease("cpe:/o:suse:sles:15:sp5", {.id = "sles", .version_id = "15.4"}));
}

}  // namespace
}  // namespace narrows::findings::vex
