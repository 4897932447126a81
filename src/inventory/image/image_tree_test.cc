// Random layers, put together by the tree and, as a container runtime would, in a real folder: both
// must show the same packages. The kernel is the oracle for everything that links do.
#include "inventory/image/image_tree.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/file.h"
#include "inventory/image/image_analyser.h"
#include "inventory/image/test_image.h"
#include "registry/test_tar.h"

namespace narrows::inventory::image {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kPaths = {"db", "db/list", "db/list.d", "db/list.d/p", "db/list.d/q",
                                         "x",  "x/list",  "x/list.d",  "x/d",         "x/d/p",
                                         "y",  "y/list",  "y/z",       "x/list.d/p"};
const std::vector<std::string> kFolders = {"db", "db/list.d", "x", "x/d", "y"};
const std::vector<std::string> kLoosePaths = {"u",   "u/p.pkg",   "w",         "w/p.pkg",
                                              "w/v", "w/v/p.pkg", "w/v/q.pkg", "w/elf"};
const std::vector<std::string> kLooseFolders = {"u", "w", "w/v"};
constexpr const char* kTargets[] = {"x",  "/y",     "../x",   "list", "y/list", "/x/d",
                                    "db", "../y/z", "./p/..", "/",    "d",      "/x/list"};

// A root file system in a folder, changed as a layer's entries say.
class RealRoot {
 public:
  explicit RealRoot(const fs::path& root) : root_(root) {
    fs::create_directories(root);
    fd_ = open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  }
  ~RealRoot() { close(fd_); }
  RealRoot(const RealRoot&) = delete;
  RealRoot& operator=(const RealRoot&) = delete;

  bool Whiteout(const std::string& path) {
    const auto place = Locate(path);
    return place && fs::exists(fs::symlink_status(*place)) && fs::remove_all(*place) > 0;
  }
  bool Opaque(const std::string& path) {
    const auto place = Locate(path);
    if (!place || !fs::is_directory(fs::symlink_status(*place))) return false;
    for (const auto& entry : fs::directory_iterator(*place)) fs::remove_all(entry.path());
    return true;
  }
  bool Directory(const std::string& path) {
    const auto place = Locate(path);
    if (!place) return false;
    if (!fs::is_directory(fs::symlink_status(*place))) {
      fs::remove_all(*place);
      fs::create_directory(*place);
    }
    return true;
  }
  bool File(const std::string& path, const std::string& content) {
    const auto place = Locate(path);
    if (!place) return false;
    fs::remove_all(*place);
    std::ofstream(*place) << content;
    return true;
  }
  bool Symlink(const std::string& path, const std::string& target) {
    const auto place = Locate(path);
    if (!place) return false;
    fs::remove_all(*place);
    fs::create_symlink(target, *place);
    return true;
  }
  bool HardLink(const std::string& path, const std::string& target) {
    const auto place = Locate(path), from = Locate(target);
    if (!place || !from) return false;
    const auto kind = fs::symlink_status(*from).type();
    if (kind != fs::file_type::regular && kind != fs::file_type::symlink) return false;
    struct stat old {
    }, source{};
    if (lstat(place->c_str(), &old) == 0 && lstat(from->c_str(), &source) == 0 &&
        (old.st_ino == source.st_ino || S_ISDIR(old.st_mode)))
      return false;
    fs::remove_all(*place);
    return linkat(AT_FDCWD, from->c_str(), AT_FDCWD, place->c_str(), 0) == 0;
  }

 private:
  // Where the path's last component is, its folder's links followed within the root; nothing when
  // there is no such folder, or when it is only called so by way of a link that leads to no package
  // data base (see ImageTree).
  std::optional<fs::path> Locate(const std::string& path) const {
    open_how how{};
    how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT;
    const std::string folder = "./" + std::string(FolderOf(path));
    const int fd = static_cast<int>(syscall(SYS_openat2, fd_, folder.c_str(), &how, sizeof how));
    if (fd < 0) return std::nullopt;
    const fs::path real = fs::read_symlink("/proc/self/fd/" + std::to_string(fd));
    close(fd);
    fs::path place = real / NameOf(path);
    if (place != root_ / path && !path.starts_with("db")) return std::nullopt;
    return place;
  }

  const fs::path root_;
  int fd_ = -1;
};

// One layer's worth of changes, made in `root` and returned as a tar stream.
std::string RandomLayer(std::mt19937& random, RealRoot& root, int layer,
                        const std::vector<std::string>& paths,
                        const std::vector<std::string>& folders) {
  const auto any = [&](const auto& list) -> std::string {
    return list[random() % std::size(list)];
  };
  registry::TestTar tar;
  for (const std::string& folder : folders)
    if (layer == 0 && root.Directory(folder)) tar.Directory(folder);
  for (size_t n = random() % 3; layer > 0 && n > 0; --n) {
    const std::string path = any(paths);
    const std::string folder = FolderOf(path).empty() ? "" : std::string(FolderOf(path)) + "/";
    if (random() % 3 == 0) {
      if (root.Opaque(path)) tar.File(path + "/.wh..wh..opq", "");
    } else if (root.Whiteout(path)) {
      tar.File(folder + ".wh." + std::string(NameOf(path)), "");
    }
  }
  for (int n = 0; n < 6; ++n) {
    const std::string path = any(paths);
    const std::string content = (path == "w/elf" ? "\x7f"
                                                   "ELF----\nl"
                                                 : "l") +
                                std::to_string(layer) + "n" + std::to_string(n) + " 1\n";
    switch (random() % 6) {
      case 0:
        if (root.Directory(path)) tar.Directory(path);
        break;
      case 2: {
        const std::string target = any(kTargets);
        if (root.Symlink(path, target)) tar.Symlink(path, target);
        break;
      }
      case 3: {
        const std::string target = any(paths);
        if (root.HardLink(path, target)) tar.HardLink(path, target);
        break;
      }
      default:
        if (root.File(path, content)) tar.File(path, content);
    }
  }
  return tar.Finish();
}

std::set<std::string> Names(const model::ImageAnalysis& analysis) {
  std::set<std::string> names;
  for (const model::Package& package : analysis.packages) names.insert(package.name);
  return names;
}

// Compares so many images of three layers each.
void CompareWithARuntime(const std::vector<std::string>& paths,
                         const std::vector<std::string>& folders, size_t* with_packages) {
  const TestExtractor extractor;
  const LooseTestExtractor loose;
  size_t compared = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto dir = ScopedTempDir::Create();
    ASSERT_TRUE(dir.has_value());
    std::mt19937 random(seed);
    RealRoot root(dir->path() / "root");
    std::vector<std::string> layers;
    for (int layer = 0; layer < 3; ++layer)
      layers.push_back(RandomLayer(random, root, layer, paths, folders));
    const auto real = AnalyseDirectory(dir->path() / "root", {{&extractor, &loose}, {}}, {});
    ASSERT_TRUE(real.has_value()) << real.error().message;
    TestImage image(layers);
    const auto merged = Analyse(image, {}, {.extractors = {&extractor, &loose}}, {});
    ASSERT_TRUE(merged.has_value()) << merged.error().message;
    if (!merged->complete) continue;  // links that lead on and on
    ++compared;
    *with_packages += real->packages.empty() ? 0 : 1;
    ASSERT_EQ(Names(*merged), Names(*real));
  }
  EXPECT_GT(compared, 190u);
}

TEST(ImageTree, ShowsWhatARuntimeWouldPutTogether) {
  size_t with_packages = 0;
  CompareWithARuntime(kPaths, kFolders, &with_packages);
  EXPECT_GE(with_packages, 40u);
}

TEST(LooseFiles, AreThoseThatARuntimeWouldPutTogether) {
  size_t with_packages = 0;
  CompareWithARuntime(kLoosePaths, kLooseFolders, &with_packages);
  EXPECT_GE(with_packages, 30u);
}

}  // namespace
}  // namespace narrows::inventory::image
