#include "ecosystems/rpm/rpm_extractor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ecosystems/rpm/databases_testing.h"

namespace narrows::ecosystems::rpm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kSqlite = "var/lib/rpm/rpmdb.sqlite";
constexpr std::string_view kNdb = "usr/lib/sysimage/rpm/Packages.db";

PackageExtractor::Extracted Extract(std::string_view content, std::string_view path = kNdb) {
  auto extracted = MakeRpmExtractor()->Extract(path, content);
  EXPECT_TRUE(extracted.has_value()) << extracted.error().message;
  return extracted.has_value() ? *std::move(extracted) : PackageExtractor::Extracted{};
}

std::string WithSource(std::string_view name, uint32_t epoch, std::string_view version,
                       std::string_view source) {
  return HeaderBuilder()
      .Text(1000, name)
      .Number(1003, epoch)
      .Text(1001, version)
      .Text(1002, "419.el8")
      .Text(1022, "x86_64")
      .Text(1044, source)
      .Build();
}

TEST(RpmExtractor, ClaimsEveryFormatInEveryPlace) {
  const auto extractor = MakeRpmExtractor();
  for (const std::string_view folder :
       {"var/lib/rpm/", "usr/lib/sysimage/rpm/", "usr/share/rpm/"}) {
    for (const std::string_view file : {"rpmdb.sqlite", "Packages.db", "Packages"})
      EXPECT_TRUE(extractor->Claims(std::string(folder) + std::string(file)));
  }
  EXPECT_TRUE(extractor->Claims("var/lib/rpmmanifest/container-manifest-2"));
  EXPECT_FALSE(extractor->Claims("var/lib/rpmmanifest/container-manifest-1"));
  EXPECT_FALSE(extractor->Claims("var/lib/rpm/Index.db"));
  EXPECT_FALSE(extractor->Claims("home/Packages"));
  for (const std::string_view place : extractor->Places()) EXPECT_TRUE(extractor->Claims(place));
}

TEST(RpmExtractor, ReadsWhatAPackageIs) {
  const std::string record =
      HeaderBuilder()
          .Text(1000, "npm")
          .Number(1003, 1)
          .Text(1001, "6.14.11")
          .Text(1002, "1.10.24.0.1.module_el8.3.0+2047+b07ac28e")
          .Text(1011, "AlmaLinux\n")
          .Text(1022, "x86_64")
          .Text(1044, "nodejs-10.24.0-1.module_el8.3.0+2047+b07ac28e.src.rpm")
          .Text(5096, "nodejs:10:8030020210426100849:229f0a1c")
          .Numbers(1116, {0})
          .Texts(1117, {"npm"})
          .Texts(1118, {"/usr/bin/"})
          .Build();
  for (const auto& extracted : {Extract(MakeNdb({record})), Extract(MakeSqlite({record}), kSqlite),
                                Extract(MakeBerkeley({record}, false), "var/lib/rpm/Packages")}) {
    EXPECT_THAT(extracted.statuses, IsEmpty());
    ASSERT_EQ(extracted.packages.size(), 1u);
    const model::Package& package = extracted.packages[0];
    EXPECT_EQ(package.name, "npm");
    EXPECT_EQ(package.version, "1:6.14.11-1.10.24.0.1.module_el8.3.0+2047+b07ac28e");
    EXPECT_EQ(package.architecture, "x86_64");
    EXPECT_EQ(package.source_name, "nodejs");
    EXPECT_EQ(package.source_version, "1:10.24.0-1.module_el8.3.0+2047+b07ac28e");
    EXPECT_EQ(package.modularity, "nodejs:10:8030020210426100849:229f0a1c");
    EXPECT_EQ(package.vendor, "AlmaLinux?");
    ASSERT_EQ(extracted.owned.size(), 1u);
    EXPECT_EQ(extracted.owned[0].package, "npm");
    EXPECT_THAT(extracted.owned[0].paths, ElementsAre(OwnedPathHash("usr/bin/npm")));
  }
}

TEST(RpmExtractor, GivesASourceTheEpochOfThePackagesThatShareItsVersion) {
  const auto extracted = Extract(MakeNdb({
      WithSource("perl-Errno", 0, "1.28", "perl-5.26.3-419.el8.src.rpm"),
      WithSource("perl-libs", 4, "5.26.3", "perl-5.26.3-419.el8.src.rpm"),
      WithSource("zlib", 0, "1.2", "zlib-1.2-419.el8.src.rpm"),
      WithSource("lonely", 2, "7", "other-8-1.el8.nosrc.rpm"),
      WithSource("nameless", 3, "7", "(none)"),
  }));
  ASSERT_EQ(extracted.packages.size(), 5u);
  EXPECT_EQ(extracted.packages[0].version, "1.28-419.el8");
  EXPECT_EQ(extracted.packages[0].source_version, "4:5.26.3-419.el8");
  EXPECT_EQ(extracted.packages[1].source_version, "4:5.26.3-419.el8");
  EXPECT_EQ(extracted.packages[2].source_version, "1.2-419.el8");
  EXPECT_EQ(extracted.packages[3].source_name, "other");
  EXPECT_EQ(extracted.packages[3].source_version, "2:8-1.el8");
  EXPECT_EQ(extracted.packages[4].source_name, "nameless");
  EXPECT_EQ(extracted.packages[4].source_version, "3:7-419.el8");
}

TEST(RpmExtractor, LeavesPublicKeysOutAndNamesUnusableEntries) {
  const auto extracted = Extract(MakeNdb({SimpleHeader("gpg-pubkey"), SimpleHeader("bash"),
                                          SimpleHeader("bad name"), "no header at all"}));
  ASSERT_EQ(extracted.packages.size(), 1u);
  EXPECT_EQ(extracted.packages[0].name, "bash");
  EXPECT_EQ(extracted.statuses.size(), 2u);
  EXPECT_THAT(Extract(MakeNdb({SimpleHeader("gpg-pubkey")})).packages, IsEmpty());
}

TEST(RpmExtractor, SaysWhenNothingIsReadable) {
  for (const std::string& content :
       {std::string(8192, '\xff'), MakeNdb({SimpleHeader("bad name")})}) {
    const auto extracted = MakeRpmExtractor()->Extract(kNdb, content);
    ASSERT_FALSE(extracted.has_value());
    EXPECT_EQ(extracted.error().code, ErrorCode::kDataLoss);
  }
  // The file that rpm leaves when its data base is elsewhere.
  EXPECT_THAT(Extract("").packages, IsEmpty());
}

TEST(RpmExtractor, StopsAtRecordsThatOverlap) {
  // All slots point to the same record.
  const std::string record = SimpleHeader("bash", "1", 4000);
  std::string content = MakeNdb({record});
  for (size_t slot = 48; slot < 4096; slot += 16) content.replace(slot, 16, content.substr(32, 16));
  const auto extracted = Extract(content);
  EXPECT_EQ(extracted.packages.size(), 1u);  // no room for more in the file
  EXPECT_THAT(extracted.statuses, ElementsAre(HasSubstr("overlap")));
}

TEST(RpmExtractor, BoundsTheNumberOfPackages) {
  std::vector<std::string> records(50'010, SimpleHeader("a"));
  const auto extracted = Extract(MakeSqlite(records), kSqlite);
  EXPECT_EQ(extracted.packages.size(), 50'000u);
  ASSERT_FALSE(extracted.statuses.empty());
  EXPECT_THAT(extracted.statuses.front(), HasSubstr("more than 50000 packages"));
}

TEST(RpmExtractor, SaysThatChangesAreOnlyInTheJournal) {
  const std::string header = Big32(0x377f0682) + std::string(28, '\0');
  const std::string_view path = "var/lib/rpm/rpmdb.sqlite-wal";
  EXPECT_THAT(Extract("", path).statuses, IsEmpty());
  EXPECT_THAT(Extract(header, path).statuses, IsEmpty());
  EXPECT_THAT(Extract(header + std::string(4120, 'x'), path).statuses,
              ElementsAre(HasSubstr("packages may be missing")));
}

TEST(RpmExtractor, ReadsTheManifestOfImagesWithoutRpm) {
  const auto extracted = Extract(
      "glibc\t2.35-7.cm2\t1700000000\t1690000000\tMicrosoft Corporation\t(none)\t10\tx86_64\t0\t"
      "glibc-2.35-7.cm2.src.rpm\n"
      "openssl-libs\t1.1.1k-28.cm2\t1700000000\t1690000000\tMicrosoft Corporation\t1\t10\tx86_64\t1"
      "\topenssl-1.1.1k-28.cm2.src.rpm\n"
      "\nnot a package\n",
      "var/lib/rpmmanifest/container-manifest-2");
  ASSERT_EQ(extracted.packages.size(), 2u);
  EXPECT_EQ(extracted.packages[0].version, "2.35-7.cm2");
  EXPECT_EQ(extracted.packages[0].vendor, "Microsoft Corporation");
  EXPECT_EQ(extracted.packages[1].version, "1:1.1.1k-28.cm2");
  EXPECT_EQ(extracted.packages[1].source_name, "openssl");
  EXPECT_EQ(extracted.packages[1].source_version, "1:1.1.1k-28.cm2");
  EXPECT_THAT(extracted.statuses, ElementsAre(HasSubstr("not a package")));
}

TEST(RpmExtractor, CompletesPackagesByTheDistribution) {
  const auto extractor = MakeRpmExtractor();
  auto packages =
      Extract(MakeNdb({WithSource("openssl-libs", 1, "1.1.1k", "openssl-1.1.1k-419.el8.src.rpm"),
                       SimpleHeader("bash", "5.1")}))
          .packages;
  ASSERT_EQ(packages.size(), 2u);
  extractor->Complete(packages[0], {.id = "almalinux", .version_id = "8.9"});
  EXPECT_EQ(packages[0].ecosystem, "AlmaLinux");
  EXPECT_EQ(packages[0].purl,
            "pkg:rpm/almalinux/openssl-libs@1.1.1k-419.el8?arch=x86_64&distro=almalinux-8.9&epoch=1"
            "&upstream=openssl-1.1.1k-419.el8.src.rpm");
  extractor->Complete(packages[1], {.id = "rhel", .version_id = "9.3"});
  EXPECT_EQ(packages[1].ecosystem, "Red Hat");
  EXPECT_EQ(packages[1].purl, "pkg:rpm/redhat/bash@5.1-1.el9?arch=x86_64&distro=rhel-9.3");
  extractor->Complete(packages[1], {.id = "opensuse-leap", .version_id = "15.6"});
  EXPECT_EQ(packages[1].ecosystem, "openSUSE");
  EXPECT_TRUE(packages[1].purl.starts_with("pkg:rpm/opensuse/bash@")) << packages[1].purl;
  extractor->Complete(packages[1], {.id = "unheard-of"});
  EXPECT_EQ(packages[1].ecosystem, "rpm");
}

}  // namespace
}  // namespace narrows::ecosystems::rpm
