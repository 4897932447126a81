#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/file.h"
#include "inventory/image/image_analyser.h"
#include "inventory/image/test_image.h"

namespace narrows::inventory::image {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class DirectoryAnalysis : public ::testing::Test {
 protected:
  void File(const std::string& name, const std::string& content) {
    fs::create_directories((root() / name).parent_path());
    std::ofstream(root() / name) << content;
  }
  fs::path root() const { return dir_->path() / "root"; }
  Result<model::ImageAnalysis> Analysed(std::vector<std::string> skip = {}) const {
    return AnalyseDirectory(root(), {{&extractor_}, std::move(skip)}, {});
  }
  std::string Names() const {
    const auto analysis = Analysed();
    if (!analysis.has_value()) return analysis.error().message;
    std::string names;
    for (const model::Package& package : analysis->packages) names += package.name;
    return names;
  }

  TestExtractor extractor_;
  std::optional<ScopedTempDir> dir_{*ScopedTempDir::Create()};
};

TEST_F(DirectoryAnalysis, ReadsFilesAndFolders) {
  File("db/list", "a 1\n");
  File("db/list.d/b", "b 1\n");
  File("db/list.d/c.not", "c 1\n");
  File("usr/lib/os-release", "ID=debian\n");
  const auto analysis = Analysed();
  ASSERT_TRUE(analysis.has_value()) << analysis.error().message;
  ASSERT_EQ(analysis->packages.size(), 2u);
  EXPECT_EQ(analysis->packages[1].path, "/db/list.d/b");
  EXPECT_EQ(analysis->packages[1].layer, "");
  EXPECT_EQ(analysis->distribution->id, "debian");
  EXPECT_TRUE(analysis->complete);
  EXPECT_TRUE(analysis->has_package_database);
}

TEST_F(DirectoryAnalysis, FollowsLinksWithinTheRootOnly) {
  File("state/list", "in 1\n");
  std::ofstream(dir_->path() / "secret") << "out 1\n";
  const auto link = [&](const fs::path& target) {
    fs::remove_all(root() / "db");
    fs::create_directories(root() / "db");
    fs::create_symlink(target, root() / "db/list");
    return Names();
  };
  EXPECT_EQ(link("../state/list"), "in");
  EXPECT_EQ(link("/state/list"), "in");
  EXPECT_EQ(link("../../../../state/list"), "in");
  EXPECT_EQ(link(dir_->path() / "secret"), "");
  EXPECT_EQ(link("../../secret"), "");
  EXPECT_EQ(link("list"), "");
  EXPECT_EQ(link("/proc/self/root" + (dir_->path() / "secret").string()), "");
}

TEST_F(DirectoryAnalysis, ReadsOneFileAtTwoPlacesOnce) {
  File("db/list", "a ?\n");
  fs::create_directories(root() / "db/list.d");
  fs::create_hard_link(root() / "db/list", root() / "db/list.d/again");
  EXPECT_EQ(Analysed()->statuses.size(), 1u);
}

TEST_F(DirectoryAnalysis, LeavesOutWhatIsSkipped) {
  File("db/list", "a 1\n");
  File("db/list.d/b", "b 1\n");
  EXPECT_EQ(Analysed({"/db/list.d/"})->packages.size(), 1u);
  EXPECT_EQ(Analysed({"db"})->packages.size(), 0u);
  EXPECT_EQ(Analysed({"d"})->packages.size(), 2u);
}

TEST_F(DirectoryAnalysis, SaysWhatIsMissingAndWaitsForNoPipe) {
  File("db/list", std::string(1001, 'x'));
  const auto analysis = Analysed();
  ASSERT_TRUE(analysis.has_value());
  EXPECT_FALSE(analysis->complete);
  EXPECT_TRUE(analysis->has_package_database);
  EXPECT_THAT(analysis->statuses.front(), HasSubstr("larger than the limit"));
  fs::remove(root() / "db/list");
  ASSERT_EQ(mkfifo((root() / "db/list").c_str(), 0600), 0);
  EXPECT_FALSE(Analysed()->has_package_database);
}

TEST_F(DirectoryAnalysis, FindsFilesAnywhereWithTheirOwners) {
  const LooseTestExtractor loose;
  File("db/list", "lib 1\nowns usr/lib/a.pkg lib\n");
  File("usr/lib/a.pkg", "a 1\n");
  File("srv/x/b.pkg", "b 1\n");
  File("srv/skipped/c.pkg", "c 1\n");
  File("bin/tool", std::string("\x7f"
                               "ELF0000\n") +
                       std::string(size_t{2} << 20, '\n') + "tool 1\n");
  fs::create_hard_link(root() / "srv/x/b.pkg", root() / "srv/x/d.pkg");
  fs::create_symlink("/", root() / "srv/round");
  const auto analysis = AnalyseDirectory(root(), {{&extractor_, &loose}, {"srv/skipped"}}, {});
  ASSERT_TRUE(analysis.has_value()) << analysis.error().message;
  EXPECT_TRUE(analysis->complete);
  ASSERT_EQ(analysis->packages.size(), 4u);
  EXPECT_EQ(analysis->packages[0].owner, "lib");
  EXPECT_EQ(analysis->packages[1].name, "b");
  EXPECT_EQ(analysis->packages[2].path, "/bin/tool");
  EXPECT_EQ(loose.extracted, 3);  // one file under two names is read once
}

TEST_F(DirectoryAnalysis, ListsTheOwnerInPlaceOfARuntime) {
  LooseTestExtractor loose;
  loose.for_unowned_files = true;
  File("db/list", "lib 1\nowns usr/lib/a.pkg lib\n");
  File("usr/lib/a.pkg", "a 1\n");
  File("srv/b.pkg", "b 1\n");
  const auto analysis = AnalyseDirectory(root(), {{&extractor_, &loose}, {}}, {});
  ASSERT_TRUE(analysis.has_value()) << analysis.error().message;
  ASSERT_EQ(analysis->packages.size(), 2u);
  EXPECT_EQ(analysis->packages[0].name, "b");
  EXPECT_EQ(analysis->packages[1].name, "lib");
}

// As a data base with a folder a package has.
TEST_F(DirectoryAnalysis, TakesPackagesOfAnOperatingSystemFromAnywhere) {
  LooseTestExtractor loose;
  loose.of_operating_system = true;
  File("srv/lib/list.pkg", "lib 1\nowns srv/other.pkg lib\n");
  File("srv/other.pkg", "a 1\n");
  const auto analysis = AnalyseDirectory(root(), {{&loose}, {}}, {});
  ASSERT_TRUE(analysis.has_value()) << analysis.error().message;
  EXPECT_TRUE(analysis->has_package_database);
  ASSERT_EQ(analysis->packages.size(), 2u);
  EXPECT_EQ(analysis->packages[0].owner, "");
}

TEST_F(DirectoryAnalysis, SaysWhichFilesAnywhereAreMissing) {
  const LooseTestExtractor loose;
  File("a.pkg", "damaged");
  File("b.pkg", std::string(size_t{5} << 20, 'x'));
  fs::path deep = root();
  for (int i = 0; i < 250; ++i) deep /= "d";
  fs::create_directories(deep);
  const auto analysis = AnalyseDirectory(root(), {{&loose}, {}}, {});
  ASSERT_TRUE(analysis.has_value()) << analysis.error().message;
  EXPECT_FALSE(analysis->complete);
  EXPECT_THAT(analysis->statuses,
              ::testing::UnorderedElementsAre(HasSubstr("/a.pkg: not a list"),
                                              HasSubstr("/b.pkg is larger than the limit"),
                                              HasSubstr("lies deeper than")));
}

TEST_F(DirectoryAnalysis, NamesAFolderThatIsNotThere) {
  const auto analysis = Analysed();
  ASSERT_FALSE(analysis.has_value());
  EXPECT_EQ(analysis.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(analysis.error().message, HasSubstr(root().string()));
}

}  // namespace
}  // namespace narrows::inventory::image
