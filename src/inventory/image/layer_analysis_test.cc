#include "inventory/image/layer_analysis.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "inventory/image/layer_analyser.h"
#include "inventory/image/layer_encoding.h"
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

TEST(LayerAnalysis, ComesInPieces) {
  LayerAnalysis layer = Sample();
  layer.files[0].packages = std::string(300'000, 'x');
  for (uint64_t i = 0; i < 100'000; ++i) layer.hides.push_back(i);
  std::sort(layer.hides.begin(), layer.hides.end());
  layer.unpacked_bytes = uint64_t{5} << 32;
  LayerEncoder encoder(layer);
  LayerDecoder decoder;
  std::string all;
  int pieces = 0;
  for (std::string piece = encoder.Next(); !piece.empty(); piece = encoder.Next(), ++pieces) {
    ASSERT_TRUE(decoder.Take(piece).has_value());
    all += piece;
  }
  EXPECT_GT(pieces, 10);
  EXPECT_EQ(all, EncodeLayer(layer));
  const auto decoded = std::move(decoder).Finish();
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->hides, layer.hides);
  EXPECT_EQ(decoded->unpacked_bytes, layer.unpacked_bytes);
}

// What a worker may send that was taken over by what it read.
TEST(ForeignLayer, IsRefusedWhereItIsNoInspectors) {
  const TestExtractor extractor;
  const ecosystems::PackageExtractor* const extractors[] = {&extractor};
  const Watchlist watchlist(extractors);
  const auto refuses = [&](const std::function<void(LayerAnalysis&)>& change) {
    LayerAnalysis layer = Sample();
    change(layer);
    return !CheckForeignLayer(layer, watchlist).has_value();
  };
  EXPECT_FALSE(refuses([](LayerAnalysis&) {}));
  EXPECT_TRUE(refuses([](LayerAnalysis& l) { l.files[0].extractor = 1; }));
  EXPECT_TRUE(refuses([](LayerAnalysis& l) { l.uncounted.push_back({1, 1}); }));
  for (const char* path : {"../x", "/x", "a//b", "a/./b", "a/"}) {
    EXPECT_TRUE(refuses([&](LayerAnalysis& l) { l.files[0].as = path; })) << path;
    EXPECT_TRUE(refuses([&](LayerAnalysis& l) { l.entries[0].path = path; })) << path;
    EXPECT_TRUE(refuses([&](LayerAnalysis& l) { l.entries.back().target = path; })) << path;
  }
  EXPECT_TRUE(refuses([](LayerAnalysis& l) { l.entries[0].path = std::string(100'000, 'x'); }));
  EXPECT_TRUE(refuses([](LayerAnalysis& l) { l.entries[3].target = std::string(100'000, 'x'); }));
}

TEST(ForeignLayer, TakesNoMoreMemoryThanAnInspectorsMay) {
  LayerAnalysis layer;
  layer.files.resize(1);
  layer.files[0].statuses.assign(790'000, "");
  EXPECT_FALSE(DecodeLayer(EncodeLayer(layer)).has_value());
  layer.files.clear();
  layer.files.resize(400'000);
  EXPECT_FALSE(DecodeLayer(EncodeLayer(layer)).has_value());
  layer = {};
  layer.entries.resize(700'000);
  EXPECT_FALSE(DecodeLayer(EncodeLayer(layer)).has_value());
  layer = {};
  layer.hides.assign(kMostHides + 1, 1);
  EXPECT_FALSE(DecodeLayer(EncodeLayer(layer)).has_value());
  EXPECT_FALSE(DecodePackages(EncodePackages(std::vector<model::Package>(50'001))).has_value());
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
