#include "ecosystems/bitnami/extractors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ecosystems/listed_testing.h"

namespace narrows::ecosystems::bitnami {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(BitnamiComponents, AreListed) {
  const auto extracted = ParseComponents(R"({
      "redis": {"arch": "amd64", "distro": "debian-12", "type": "NAMI", "version": "7.2.4-0"},
      "wait-for-port": {"arch": "amd64", "version": "1.0.7-8"},
      "odd": {"arch": "amd64"}})");
  EXPECT_THAT(Listed(extracted), ElementsAre("redis 7.2.4-0", "wait-for-port 1.0.7-8"));
  EXPECT_EQ(extracted->packages[0].architecture, "amd64");
  EXPECT_THAT(extracted->statuses, ElementsAre(HasSubstr("'odd'")));
  EXPECT_THAT(Listed(ParseComponents("{}")), IsEmpty());
  for (const char* text : {"", "hello", "[]"}) EXPECT_FALSE(ParseComponents(text).has_value());
}

TEST(BitnamiSpdx, GivesTheComponentsByTheirPurls) {
  const auto extracted = ParseComponentSpdx(R"({"spdxVersion": "SPDX-2.3", "packages": [
      {"name": "redis", "versionInfo": "7.2.4-0", "externalRefs": [
          {"referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:*:redis:redis:7.2.4"},
          {"referenceType": "purl",
           "referenceLocator": "pkg:bitnami/redis@7.2.4-0?arch=amd64&distro=debian-12"}]},
      {"name": "other", "externalRefs": [
          {"referenceType": "purl", "referenceLocator": "pkg:golang/example.org/a@v1.0.0"}]},
      {"name": "odd", "externalRefs": [
          {"referenceType": "purl", "referenceLocator": "pkg:bitnami/odd"}]},
      {"name": "bare"}]})");
  EXPECT_THAT(Listed(extracted), ElementsAre("redis 7.2.4-0"));
  EXPECT_EQ(extracted->packages[0].architecture, "amd64");
  EXPECT_THAT(extracted->statuses, ElementsAre(HasSubstr("'odd'")));
  for (const char* text : {"", "hello", "[]", "{}"})
    EXPECT_FALSE(ParseComponentSpdx(text).has_value()) << text;
}

TEST(BitnamiExtractors, TakeTheFilesOfItsFolder) {
  const auto extractors = MakeBitnamiExtractors();
  ASSERT_EQ(extractors.size(), 1u);
  EXPECT_TRUE(extractors[0]->Claims("opt/bitnami/.bitnami_components.json"));
  EXPECT_TRUE(extractors[0]->Claims("opt/bitnami/redis/.spdx-redis.spdx"));
  EXPECT_FALSE(extractors[0]->Claims("opt/bitnami/redis/share/a.spdx"));
  EXPECT_FALSE(extractors[0]->Claims("srv/.bitnami_components.json"));
  model::Package package{.name = "redis", .version = "7.2.4-0", .architecture = "amd64"};
  extractors[0]->Complete(package, {});
  EXPECT_EQ(package.ecosystem, "Bitnami");
  EXPECT_EQ(package.purl, "pkg:bitnami/redis@7.2.4-0?arch=amd64");
}

}  // namespace
}  // namespace narrows::ecosystems::bitnami
