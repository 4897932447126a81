#include "inventory/image/layer_cache.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/file.h"

namespace narrows::inventory::image {
namespace {

using Maker = std::function<std::unique_ptr<LayerCache>(const std::filesystem::path&, uint64_t)>;

// What every implementation keeps.
class LayerCacheConformance : public ::testing::TestWithParam<Maker> {
 protected:
  std::unique_ptr<LayerCache> Make(uint64_t most) {
    return GetParam()(dir_->path() / "layers", most);
  }
  static LayerKey Key(int number) { return {"sha256:" + std::to_string(number), "sha256:0", "f"}; }

  std::optional<ScopedTempDir> dir_{*ScopedTempDir::Create()};
};

TEST_P(LayerCacheConformance, GivesWhatWasPut) {
  const auto cache = Make(10'000);
  EXPECT_FALSE(cache->Get(Key(1)).has_value());
  const std::string bytes("a\0b\xff", 4);
  ASSERT_TRUE(cache->Put(Key(1), bytes).has_value());
  EXPECT_EQ(cache->Get(Key(1)), bytes);
  EXPECT_FALSE(cache->Get({Key(1).diff_id, Key(1).digest, "other extractors"}).has_value());
  EXPECT_FALSE(cache->Get({Key(1).diff_id, "sha256:1", "f"}).has_value());
  EXPECT_FALSE(cache->Get(Key(2)).has_value());
}

TEST_P(LayerCacheConformance, ReplacesAndTakesEmptyAnalyses) {
  const auto cache = Make(10'000);
  ASSERT_TRUE(cache->Put(Key(1), "old").has_value());
  ASSERT_TRUE(cache->Put(Key(1), "").has_value());
  EXPECT_EQ(cache->Get(Key(1)), "");
}

TEST_P(LayerCacheConformance, StaysBelowItsLimitAndKeepsWhatWasUsedLast) {
  const auto cache = Make(10'000);
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(cache->Put(Key(i), std::string(936, 'x')).has_value());
    // File systems tell times apart by a few milliseconds only.
    std::this_thread::sleep_for(std::chrono::milliseconds(8));
    ASSERT_TRUE(cache->Get(Key(0)).has_value()) << i;
  }
  int kept = 0;
  for (int i = 0; i < 100; ++i) kept += cache->Get(Key(i)).has_value() ? 1 : 0;
  EXPECT_LE(kept, 10);
  EXPECT_GE(kept, 8);
  EXPECT_TRUE(cache->Get(Key(99)).has_value());
  EXPECT_FALSE(cache->Put(Key(1), std::string(20'000, 'x')).has_value());
}

TEST_P(LayerCacheConformance, MayBeUsedByManyThreads) {
  const auto cache = Make(20'000);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&cache] {
      for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(
            cache->Put(Key(i % 7), std::string(1000, static_cast<char>('a' + i % 7))).has_value());
        if (const auto got = cache->Get(Key(i % 5))) {
          EXPECT_EQ(*got, std::string(1000, static_cast<char>('a' + i % 5)));
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

INSTANTIATE_TEST_SUITE_P(Implementations, LayerCacheConformance,
                         ::testing::Values([](const std::filesystem::path&,
                                              uint64_t most) { return MakeMemoryLayerCache(most); },
                                           [](const std::filesystem::path& folder, uint64_t most) {
                                             return MakeFileLayerCache(folder, most);
                                           }));

TEST(FileLayerCache, IsSharedAndTakesDamagedFilesForAbsent) {
  const auto dir = ScopedTempDir::Create();
  ASSERT_TRUE(dir.has_value());
  const auto one = MakeFileLayerCache(dir->path(), 1 << 20);
  const auto other = MakeFileLayerCache(dir->path(), 1 << 20);
  ASSERT_TRUE(one->Put({"a", "f"}, "analysis").has_value());
  EXPECT_EQ(other->Get({"a", "f"}), "analysis");
  for (const auto& entry : std::filesystem::directory_iterator(dir->path()))
    std::ofstream(entry.path(), std::ios::app) << "x";
  EXPECT_FALSE(other->Get({"a", "f"}).has_value());
  for (const auto& entry : std::filesystem::directory_iterator(dir->path()))
    std::filesystem::resize_file(entry.path(), 10);
  EXPECT_FALSE(other->Get({"a", "f"}).has_value());
}

TEST(FileLayerCache, SaysThatItCannotKeepAnything) {
  const auto cache = MakeFileLayerCache("/dev/null/layers", 1 << 20);
  EXPECT_FALSE(cache->Get({"a", "f"}).has_value());
  const Status put = cache->Put({"a", "f"}, "x");
  ASSERT_FALSE(put.has_value());
  EXPECT_NE(put.error().message.find("/dev/null/layers"), std::string::npos);
}

}  // namespace
}  // namespace narrows::inventory::image
