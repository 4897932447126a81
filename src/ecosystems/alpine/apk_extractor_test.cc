#include "ecosystems/alpine/apk_extractor.h"

#include <gtest/gtest.h>

#include <string>

namespace narrows::ecosystems::alpine {
namespace {

constexpr std::string_view kInstalled = "lib/apk/db/installed";

TEST(ApkExtractor, ReadsNameVersionArchitectureAndOrigin) {
  const auto extracted = MakeApkExtractor()->Extract(
      kInstalled,
      "C:Q1abc=\nP:libcrypto3\nV:3.1.2-r0\nA:x86_64\nS:1\no:openssl\nF:lib\nR:libcrypto.so.3\n"
      "a:0:0:755\nZ:Q1xyz=\n\nP:busybox\r\nV:1.36.1-r2\r\nA:x86_64\r\n\r\n");
  ASSERT_TRUE(extracted.has_value()) << extracted.error().message;
  EXPECT_TRUE(extracted->statuses.empty());
  ASSERT_EQ(extracted->packages.size(), 2u);
  EXPECT_EQ(extracted->packages[0].name, "libcrypto3");
  EXPECT_EQ(extracted->packages[0].source_name, "openssl");
  EXPECT_EQ(extracted->packages[0].source_version, "3.1.2-r0");
  EXPECT_EQ(extracted->packages[1].version, "1.36.1-r2");
  EXPECT_EQ(extracted->packages[1].source_name, "busybox");
  ASSERT_EQ(extracted->owned.size(), 1u);
  EXPECT_EQ(extracted->owned[0].package, "libcrypto3");
  EXPECT_EQ(extracted->owned[0].paths,
            (std::vector<uint64_t>{OwnedPathHash("/lib/libcrypto.so.3")}));
}

TEST(ApkExtractor, RecognisesItsDatabaseWhereverItLies) {
  const auto extractor = MakeApkExtractor();
  EXPECT_TRUE(extractor->Recognises("C:Q1abc=\nP:libcrypto3\n"));
  EXPECT_FALSE(extractor->Recognises("P:libcrypto3\nC:Q1abc=\n"));
}

TEST(ApkExtractor, ClaimsBothPlaces) {
  const auto extractor = MakeApkExtractor();
  for (const std::string_view place : extractor->Places()) EXPECT_TRUE(extractor->Claims(place));
  EXPECT_FALSE(extractor->Claims("lib/apk/db/scripts.tar"));
}

TEST(ApkExtractor, NamesDamagedAndCutEntries) {
  const auto extracted =
      MakeApkExtractor()->Extract(kInstalled, "P:a\nV:1-r0\n\nP:b\n\nP:c\nV:1.2");
  ASSERT_TRUE(extracted.has_value());
  ASSERT_EQ(extracted->packages.size(), 1u);
  EXPECT_EQ(extracted->statuses.size(), 2u);
}

TEST(ApkExtractor, SaysWhenNothingIsReadable) {
  const auto extracted = MakeApkExtractor()->Extract(kInstalled, std::string(512, '\x01'));
  ASSERT_FALSE(extracted.has_value());
  EXPECT_EQ(extracted.error().code, ErrorCode::kDataLoss);
}

TEST(ApkExtractor, CompletesPackagesByTheDistribution) {
  const auto extractor = MakeApkExtractor();
  model::Package package =
      extractor->Extract(kInstalled, "P:libssl3\nV:3.1.2-r0\nA:x86_64\no:openssl\n\n")
          ->packages.at(0);
  extractor->Complete(package, {.id = "alpine", .version_id = "3.18.4"});
  EXPECT_EQ(package.ecosystem, "Alpine");
  EXPECT_EQ(package.purl,
            "pkg:apk/alpine/libssl3@3.1.2-r0?arch=x86_64&distro=alpine-3.18.4&upstream=openssl");
  extractor->Complete(package, {.id = "wolfi"});
  EXPECT_EQ(package.ecosystem, "Wolfi");
}

}  // namespace
}  // namespace narrows::ecosystems::alpine
