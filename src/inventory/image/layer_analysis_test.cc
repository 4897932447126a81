#include "inventory/image/layer_analysis.h"

#include <gtest/gtest.h>

#include <string>

#include "inventory/image/layer_analyser.h"
#include "inventory/image/test_image.h"
#include "registry/test_tar.h"

namespace narrows::inventory::image {
namespace {

LayerAnalysis Sample() {
  const TestExtractor extractor;
  const ecosystems::PackageExtractor* const extractors[] = {&extractor};
  const Watchlist watchlist(extractors);
  DiskSpool spool;
  LayerAnalyser analyser(watchlist, spool);
  registry::TarReader reader(analyser);
  const std::string tar = registry::TestTar()
                              .Directory("db/")
                              .File("db/list", "a 1\nb ?\n")
                              .File("etc/os-release", "ID=debian\n")
                              .Symlink("db/list.d", "x")
                              .File("unrelated/file", "x")
                              .File("db/.wh.gone", "")
                              .File("db/.wh.list", "")
                              .File("db/.wh..wh..opq", "")
                              .HardLink("db/list", "/etc/os-release")
                              .Finish();
  EXPECT_TRUE(reader.Push(tar).has_value());
  return std::move(analyser).Take();
}

TEST(LayerAnalysis, KeepsWhatIsWatchedOnly) {
  const LayerAnalysis layer = Sample();
  std::vector<std::string> paths;
  for (const LayerEntry& entry : layer.entries) paths.push_back(entry.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"db", "db/list", "etc/os-release", "db/list.d",
                                             "db/list", "db", "db/list"}));
  ASSERT_EQ(layer.files.size(), 2u);
  EXPECT_EQ(DecodePackages(layer.files[0].packages)->at(0).name, "a");
  EXPECT_EQ(layer.files[0].statuses.size(), 1u);
  EXPECT_EQ(layer.files[1].distribution->id, "debian");
  EXPECT_EQ(layer.entries.back().target, "etc/os-release");
}

TEST(LayerAnalysis, ComesBackFromItsEncoding) {
  const LayerAnalysis layer = Sample();
  const std::string bytes = EncodeLayer(layer);
  const auto decoded = DecodeLayer(bytes);
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
  EXPECT_EQ(EncodeLayer(*decoded), bytes);
  ASSERT_EQ(decoded->entries.size(), layer.entries.size());
  EXPECT_EQ(decoded->entries[1].file, 0);
  EXPECT_EQ(decoded->entries[0].file, LayerEntry::kUnread);
  EXPECT_EQ(decoded->files[1].extractor, Watchlist::kOsRelease);
}

TEST(LayerAnalysis, RefusesEveryTruncationAndSurvivesEveryDamage) {
  const std::string bytes = EncodeLayer(Sample());
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(DecodeLayer(std::string_view(bytes).substr(0, size)).has_value()) << size;
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(~damaged[at]);
    const auto decoded = DecodeLayer(damaged);
    if (!decoded.has_value()) continue;
    for (const AnalysedFile& file : decoded->files)
      static_cast<void>(DecodePackages(file.packages).has_value());
  }
}

TEST(Watchlist, KnowsTheWayToItsPlaces) {
  const TestExtractor extractor;
  const ecosystems::PackageExtractor* const extractors[] = {&extractor};
  Watchlist watchlist(extractors);
  for (const char* path : {"", "db", "db/list", "db/list.d", "db/list.d/any", "etc", "usr/lib"})
    EXPECT_TRUE(watchlist.Watches(path)) << path;
  for (const char* path : {"d", "db/other", "db/list/x", "db/list.d/a/b", "usr/lib/x"})
    EXPECT_FALSE(watchlist.Watches(path)) << path;
  Watchlist::Target target;
  EXPECT_TRUE(watchlist.Reads("db/list.d/any", &target));
  EXPECT_FALSE(watchlist.Reads("db/list.d/x.not", &target));
  EXPECT_FALSE(watchlist.Reads("db", &target));

  const std::string before = watchlist.Fingerprint();
  EXPECT_TRUE(watchlist.Add({"x/d", true, 0, "db/list.d"}));
  EXPECT_FALSE(watchlist.Add({"x/d", true, 0, "db/list.d"}));
  EXPECT_NE(watchlist.Fingerprint(), before);
  EXPECT_TRUE(watchlist.Reads("x/d/p", &target));
  EXPECT_EQ(target.as, "db/list.d/p");
  EXPECT_EQ(watchlist.well_known().size(), 4u);
}

}  // namespace
}  // namespace narrows::inventory::image
