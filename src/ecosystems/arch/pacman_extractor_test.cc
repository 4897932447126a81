#include "ecosystems/arch/pacman_extractor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ecosystems/listed_testing.h"

namespace narrows::ecosystems::arch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kDesc = "var/lib/pacman/local/libelf-0.190-1/desc";
constexpr std::string_view kFiles = "var/lib/pacman/local/libelf-0.190-1/files";

TEST(Pacman, ReadsAnEntryOfItsDataBase) {
  const auto pacman = MakePacmanExtractor();
  auto extracted = pacman->Extract(
      kDesc,
      "%NAME%\nlibelf\n\n%VERSION%\n0.190-1\n\n%BASE%\nelfutils\n\n%DESC%\nHandle ELF\n\n"
      "%ARCH%\nx86_64\n\n%DEPENDS%\nglibc\nzlib\n\n");
  ASSERT_THAT(Listed(extracted), ElementsAre("libelf 0.190-1"));
  model::Package& package = extracted->packages[0];
  EXPECT_EQ(package.source_name, "elfutils");
  EXPECT_EQ(package.architecture, "x86_64");
  pacman->Complete(package, {.id = "arch", .id_like = "", .version_id = "20231112.0.191179"});
  EXPECT_EQ(package.ecosystem, "Arch Linux");
  EXPECT_EQ(package.purl,
            "pkg:alpm/arch/libelf@0.190-1?arch=x86_64&distro=arch-20231112.0.191179&"
            "upstream=elfutils");
}

TEST(Pacman, KnowsWhatAPackageOwns) {
  const auto extracted = MakePacmanExtractor()->Extract(
      kFiles,
      "%FILES%\nusr/\nusr/lib/\nusr/lib/libelf.so.1\nusr/bin/readelf\n\n%BACKUP%\netc/a\t00\n");
  ASSERT_TRUE(extracted.has_value());
  EXPECT_THAT(extracted->packages, IsEmpty());
  ASSERT_EQ(extracted->owned.size(), 1u);
  EXPECT_EQ(extracted->owned[0].package, "libelf");
  EXPECT_THAT(extracted->owned[0].paths,
              ElementsAre(OwnedPathHash("usr/lib/libelf.so.1"), OwnedPathHash("usr/bin/readelf")));
}

TEST(Pacman, NamesADamagedEntry) {
  const auto pacman = MakePacmanExtractor();
  for (const char* text : {"", "hello", "%NAME%\na\n", "%NAME%\na b\n\n%VERSION%\n1-1\n"})
    EXPECT_FALSE(pacman->Extract(kDesc, text).has_value()) << text;
}

TEST(Pacman, TakesItsOwnFilesOnly) {
  const auto pacman = MakePacmanExtractor();
  EXPECT_TRUE(pacman->Claims(kDesc));
  EXPECT_TRUE(pacman->Claims(kFiles));
  EXPECT_TRUE(pacman->IsOfOperatingSystem());
  for (const char* path :
       {"var/lib/pacman/local/ALPM_DB_VERSION", "var/lib/pacman/local/a-1-1/mtree",
        "var/lib/pacman/local//desc", "srv/var/lib/pacman/local/a-1-1/desc"})
    EXPECT_FALSE(pacman->Claims(path)) << path;
  EXPECT_EQ(pacman->Extract("var/lib/pacman/local/odd/files", "%FILES%\na\n")->owned[0].package,
            "odd");
}

}  // namespace
}  // namespace narrows::ecosystems::arch
