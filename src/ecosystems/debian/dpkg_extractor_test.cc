#include "ecosystems/debian/dpkg_extractor.h"

#include <gtest/gtest.h>

#include <string>

namespace narrows::ecosystems::debian {
namespace {

constexpr std::string_view kStatus = "var/lib/dpkg/status";

PackageExtractor::Extracted Extract(std::string_view content, std::string_view path = kStatus) {
  auto extracted = MakeDpkgExtractor()->Extract(path, content);
  EXPECT_TRUE(extracted.has_value()) << extracted.error().message;
  return extracted.has_value() ? *std::move(extracted) : PackageExtractor::Extracted{};
}

std::string Entry(std::string_view name, std::string_view status, std::string_view more = "") {
  return "Package: " + std::string(name) + "\nStatus: " + std::string(status) +
         "\nArchitecture: amd64\nVersion: 1.0-1\n" + std::string(more) + "\n";
}

TEST(DpkgExtractor, ReadsNameVersionArchitectureAndSource) {
  const auto extracted = Extract(
      "Package: libgcc-s1\nStatus: install ok installed\nPriority: required\nMulti-Arch: same\n"
      "Source: gcc-12 (12.2.0-14+deb12u1)\nArchitecture: amd64\nVersion: 1:12.2.0-14\n"
      "Description: GCC support library\n Package: not-a-field\n .\n\tVersion: neither\n\n"
      "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2\n\n"
      "Package: libc6\nStatus: install ok installed\nSource: glibc\nArchitecture: amd64\n"
      "Version: 2.36\n");
  ASSERT_EQ(extracted.packages.size(), 3u);
  EXPECT_TRUE(extracted.statuses.empty());
  EXPECT_EQ(extracted.packages[0].name, "libgcc-s1");
  EXPECT_EQ(extracted.packages[0].version, "1:12.2.0-14");
  EXPECT_EQ(extracted.packages[0].source_name, "gcc-12");
  EXPECT_EQ(extracted.packages[0].source_version, "12.2.0-14+deb12u1");
  EXPECT_EQ(extracted.packages[1].source_name, "bash");
  EXPECT_EQ(extracted.packages[1].source_version, "5.2");
  EXPECT_EQ(extracted.packages[2].source_name, "glibc");
  EXPECT_EQ(extracted.packages[2].source_version, "2.36");
}

struct StateCase {
  const char* status;
  bool present;
};
class DpkgState : public ::testing::TestWithParam<StateCase> {};

TEST_P(DpkgState, SaysWhetherThePackageIsThere) {
  const auto extracted =
      Extract(Entry("first", "install ok installed") + Entry("pkg", GetParam().status));
  EXPECT_EQ(extracted.packages.size(), GetParam().present ? 2u : 1u);
  EXPECT_TRUE(extracted.statuses.empty());
}

INSTANTIATE_TEST_SUITE_P(States, DpkgState,
                         ::testing::Values(StateCase{"install ok installed", true},
                                           StateCase{"hold ok installed", true},
                                           StateCase{"deinstall ok installed", true},
                                           StateCase{"install reinstreq half-installed", true},
                                           StateCase{"install ok half-configured", true},
                                           StateCase{"install ok unpacked", true},
                                           StateCase{"install ok triggers-awaited", true},
                                           StateCase{"install ok triggers-pending", true},
                                           StateCase{"deinstall ok config-files", false},
                                           StateCase{"purge ok not-installed", false},
                                           StateCase{"install ok not-installed", false},
                                           StateCase{"", false}));

TEST(DpkgExtractor, KeepsArchitecturesApart) {
  const auto extracted = Extract(
      "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n"
      "Package: libc6\nStatus: install ok installed\nArchitecture: i386\nVersion: 1\n\n");
  ASSERT_EQ(extracted.packages.size(), 2u);
  EXPECT_EQ(extracted.packages[0].architecture, "amd64");
  EXPECT_EQ(extracted.packages[1].architecture, "i386");
}

TEST(DpkgExtractor, TakesAnyLineEndBlankLinesAndCaseOfFieldNames) {
  const auto extracted = Extract(
      "\n\nPACKAGE: a\r\nstatus: install ok installed\r\nVersion:1\r\n\r\n \t\n\n"
      "Package: b\nStatus: install ok installed\nVersion: 2");
  ASSERT_EQ(extracted.packages.size(), 1u);
  EXPECT_EQ(extracted.packages[0].name, "a");
  EXPECT_EQ(extracted.packages[0].version, "1");
  // The file may have gone on: "2" or "2.1"?
  ASSERT_EQ(extracted.statuses.size(), 1u);
  EXPECT_NE(extracted.statuses[0].find("'b'"), std::string::npos);
}

TEST(DpkgExtractor, ReadsControlFilesWithoutStates) {
  const auto extractor = MakeDpkgExtractor();
  EXPECT_TRUE(extractor->Claims("var/lib/dpkg/status.d/libc6"));
  EXPECT_TRUE(extractor->Claims("var/lib/dpkg/status.d/libc6.md5sums"));
  EXPECT_FALSE(extractor->Claims("var/lib/dpkg/status.d/.md5sums"));
  EXPECT_FALSE(extractor->Claims("var/lib/dpkg/status.d/folder/libc6"));
  EXPECT_FALSE(extractor->Claims("var/lib/dpkg/status.d/"));
  EXPECT_FALSE(extractor->Claims("var/lib/dpkg/status-old"));
  const auto extracted = Extract("Package: libc6\nVersion: 2.36-9\nArchitecture: amd64",
                                 "var/lib/dpkg/status.d/libc6");
  ASSERT_EQ(extracted.packages.size(), 1u);
  EXPECT_TRUE(extracted.statuses.empty());
}

TEST(DpkgExtractor, ReadsWhichFilesAPackageOwns) {
  const auto extractor = MakeDpkgExtractor();
  EXPECT_TRUE(extractor->Claims("var/lib/dpkg/info/python3-six.list"));
  EXPECT_FALSE(extractor->Claims("var/lib/dpkg/info/python3-six.md5sums"));
  EXPECT_FALSE(extractor->Claims("var/lib/dpkg/info/.list"));
  const auto list = Extract("/.\n/usr\n/usr/lib/six.py\n", "var/lib/dpkg/info/libsix:amd64.list");
  ASSERT_EQ(list.owned.size(), 1u);
  EXPECT_EQ(list.owned[0].package, "libsix");
  EXPECT_EQ(list.owned[0].paths.back(), OwnedPathHash("usr/lib/six.py"));
  EXPECT_TRUE(list.packages.empty());
  const auto sums = Extract("d41d8cd98f00b204e9800998ecf8427e  usr/lib/six.py\nodd\n",
                            "var/lib/dpkg/status.d/libsix.md5sums");
  ASSERT_EQ(sums.owned.size(), 1u);
  EXPECT_EQ(sums.owned[0].package, "libsix");
  EXPECT_EQ(sums.owned[0].paths, (std::vector<uint64_t>{OwnedPathHash("usr/lib/six.py")}));
}

TEST(DpkgExtractor, RecognisesItsDatabaseWhereverItLies) {
  const auto extractor = MakeDpkgExtractor();
  EXPECT_TRUE(extractor->Recognises("Package: a\nStatus: install ok installed\n"));
  EXPECT_FALSE(extractor->Recognises("Package: a\nVersion: 1\n"));  // of a repository
  EXPECT_FALSE(extractor->Recognises("Status: a\nPackage: b\n"));
}

TEST(DpkgExtractor, NamesDamagedEntriesAndGoesOn) {
  const auto extracted = Extract(
      "Package: bad name\nStatus: install ok installed\nVersion: 1\n\n"
      "Package: none\nStatus: install ok installed\n\n" +
      Entry("good", "install ok installed"));
  ASSERT_EQ(extracted.packages.size(), 1u);
  EXPECT_EQ(extracted.statuses.size(), 2u);
}

TEST(DpkgExtractor, BoundsItsComplaints) {
  std::string content = Entry("good", "install ok installed");
  for (int i = 0; i < 1000; ++i) content += Entry("bad name", "install ok installed");
  const auto extracted = Extract(content);
  EXPECT_EQ(extracted.statuses.size(), 6u);
  EXPECT_EQ(extracted.statuses.back(), "and 995 more of the kind");
}

TEST(DpkgExtractor, SaysWhenNothingIsReadable) {
  const auto extracted = MakeDpkgExtractor()->Extract(kStatus, std::string(4096, '\xff'));
  ASSERT_FALSE(extracted.has_value());
  EXPECT_EQ(extracted.error().code, ErrorCode::kDataLoss);
  EXPECT_TRUE(Extract("").packages.empty());
}

TEST(DpkgExtractor, CompletesPackagesByTheDistribution) {
  const auto extractor = MakeDpkgExtractor();
  auto package = Extract(
                     "Package: libgcc-s1\nStatus: install ok installed\nArchitecture: amd64\n"
                     "Source: gcc-12 (12.2.0-14)\nVersion: 1:12.2.0-14+b1\n")
                     .packages.at(0);
  extractor->Complete(package, {.id = "debian", .version_id = "12"});
  EXPECT_EQ(package.ecosystem, "Debian");
  EXPECT_EQ(package.purl,
            "pkg:deb/debian/libgcc-s1@1:12.2.0-14%2Bb1?arch=amd64&distro=debian-12"
            "&upstream=gcc-12%4012.2.0-14");
  extractor->Complete(package, {.id = "ubuntu", .version_id = "22.04"});
  EXPECT_EQ(package.ecosystem, "Ubuntu");
  EXPECT_TRUE(package.purl.starts_with("pkg:deb/ubuntu/")) << package.purl;
}

}  // namespace
}  // namespace narrows::ecosystems::debian
