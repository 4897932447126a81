#include "inventory/image/image_analyser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "inventory/image/test_image.h"
#include "registry/test_tar.h"

namespace narrows::inventory::image {
namespace {

using registry::TestTar;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const TestExtractor kExtractor;

Result<model::ImageAnalysis> AnalyseTest(TestImage& image, LayerCache* cache = nullptr,
                                         const registry::LayerLimits& limits = {}) {
  return Analyse(image, {}, {.extractors = {&kExtractor}, .cache = cache, .limits = limits}, {});
}

// "name version@number of the layer" of each package.
std::vector<std::string> PackagesOf(const std::vector<std::string>& tars) {
  TestImage image(tars);
  const auto analysis = AnalyseTest(image);
  if (!analysis.has_value()) return {analysis.error().message};
  EXPECT_TRUE(analysis->complete) << analysis->statuses.front();
  std::vector<std::string> lines;
  for (const model::Package& package : analysis->packages) {
    size_t layer = 0;
    while (layer < image.layers.size() && image.layers[layer].diff_id != package.layer) ++layer;
    lines.push_back(package.name + " " + package.version + "@" + std::to_string(layer));
  }
  return lines;
}

std::string List(std::string_view content, std::string_view path = "db/list") {
  return TestTar().File(path, content).Finish();
}

TEST(ImageAnalyser, ReadsPackagesAndDistribution) {
  TestImage image({TestTar()
                       .File("usr/lib/os-release", "ID=debian\nVERSION_ID=12\n")
                       .Symlink("etc/os-release", "../usr/lib/os-release")
                       .File("./db/list", "b 2\na 1\nb 2\n")
                       .Finish()});
  const auto analysis = AnalyseTest(image);
  ASSERT_TRUE(analysis.has_value()) << analysis.error().message;
  EXPECT_TRUE(analysis->complete);
  EXPECT_TRUE(analysis->has_package_database);
  EXPECT_EQ(analysis->digest, "sha256:manifest");
  ASSERT_TRUE(analysis->distribution.has_value());
  EXPECT_EQ(analysis->distribution->version_id, "12");
  ASSERT_EQ(analysis->packages.size(), 2u);
  EXPECT_EQ(analysis->packages[0].purl, "pkg:test/debian/a@1");
  EXPECT_EQ(analysis->packages[0].path, "/db/list");
  EXPECT_EQ(analysis->packages[0].layer, image.layers[0].diff_id);
}

TEST(ImageAnalyser, AttributesEachPackageToTheLayerThatBroughtItsVersion) {
  EXPECT_THAT(PackagesOf({List("a 1\nb 1\n"), TestTar().File("other", "").Finish(),
                          List("a 1\nb 2\nc 1\n"), List("a 1\nb 2\n")}),
              ElementsAre("a 1@0", "b 2@2"));
  // Taken away and brought back.
  EXPECT_THAT(PackagesOf({List("a 1\n"), List("b 1\n"), List("a 1\nb 1\n")}),
              ElementsAre("a 1@2", "b 1@1"));
}

TEST(ImageAnalyser, HonoursWhiteoutsAndOpaqueFolders) {
  const std::string base = TestTar()
                               .File("db/list", "a 1\n")
                               .File("db/list.d/x", "x 1\n")
                               .File("db/list.d/y", "y 1\n")
                               .File("db/list.d/z.not", "z 1\n")
                               .Finish();
  const auto with = [&](TestTar top) { return PackagesOf({base, top.Finish()}); };
  EXPECT_THAT(with(TestTar()), ElementsAre("a 1@0", "x 1@0", "y 1@0"));
  EXPECT_THAT(with(TestTar().File("db/.wh.list", "")), ElementsAre("x 1@0", "y 1@0"));
  EXPECT_THAT(with(TestTar().File("db/list.d/.wh.x", "")), ElementsAre("a 1@0", "y 1@0"));
  EXPECT_THAT(with(TestTar().File(".wh.db", "")), IsEmpty());
  EXPECT_THAT(with(TestTar().File(".wh..wh..opq", "")), IsEmpty());
  EXPECT_THAT(with(TestTar().File("db/.wh..wh..plnk", "")), ElementsAre("a 1@0", "x 1@0", "y 1@0"));
  // Only lower layers are hidden, wherever in the layer it is said.
  EXPECT_THAT(with(TestTar().File("db/list.d/n", "n 1\n").File("db/list.d/.wh..wh..opq", "")),
              ElementsAre("a 1@0", "n 1@1"));
  EXPECT_THAT(with(TestTar().File("db/list", "b 1\n").File("db/.wh.list", "")),
              ElementsAre("b 1@1", "x 1@0", "y 1@0"));
  // A file or a link in place of the folder hides what was in it.
  EXPECT_THAT(with(TestTar().File("db/list.d", "")), ElementsAre("a 1@0"));
  EXPECT_THAT(with(TestTar().Symlink("db", "elsewhere").Directory("elsewhere")), IsEmpty());
}

TEST(ImageAnalyser, FollowsLinksToFilesFoldersAndThroughOtherLayers) {
  // The link comes before, after and with what it leads to; none of it is a well-known place.
  const std::string target = List("a 1\n", "opt/state/list");
  const std::string folder_link = TestTar().Symlink("db", "/opt/state").Finish();
  const std::string file_link = TestTar().Symlink("db/list", "../opt/state/list").Finish();
  EXPECT_THAT(PackagesOf({target, folder_link}), ElementsAre("a 1@1"));
  EXPECT_THAT(PackagesOf({folder_link, target}), ElementsAre("a 1@1"));
  EXPECT_THAT(PackagesOf({target, file_link}), ElementsAre("a 1@1"));
  EXPECT_THAT(PackagesOf({file_link, target}), ElementsAre("a 1@1"));
  // A chain, each link of which leads out of what was known before.
  EXPECT_THAT(PackagesOf({TestTar()
                              .Symlink("db", "one/")
                              .Symlink("one", "./two/../three")
                              .Directory("two")
                              .Symlink("three", "/../four")
                              .File("four/list", "a 1\n")
                              .Finish()}),
              ElementsAre("a 1@0"));
  // A folder of files behind a link, and a file behind a link in it.
  EXPECT_THAT(PackagesOf({TestTar()
                              .Symlink("db/list.d", "/x/d")
                              .File("x/d/p", "p 1\n")
                              .Symlink("x/d/q", "../../y")
                              .File("y", "q 1\n")
                              .Finish()}),
              ElementsAre("p 1@0", "q 1@0"));
}

TEST(ImageAnalyser, WritesThroughLinkedFoldersOfLowerLayers) {
  const std::string base = TestTar().Symlink("db", "usr/db").File("usr/db/list", "a 1\n").Finish();
  EXPECT_THAT(PackagesOf({base, List("b 1\n")}), ElementsAre("b 1@1"));
  EXPECT_THAT(PackagesOf({base, TestTar().File("db/.wh.list", "").Finish()}), IsEmpty());
  // An entry for the folder itself replaces the link.
  EXPECT_THAT(PackagesOf({base, TestTar().Directory("db/").File("db/list", "b 1\n").Finish(),
                          TestTar().File("usr/db/list", "c 1\n").Finish()}),
              ElementsAre("b 1@1"));
}

TEST(ImageAnalyser, FollowsHardLinks) {
  EXPECT_THAT(PackagesOf({TestTar().File("x", "a 1\n").HardLink("db/list", "x").Finish()}),
              ElementsAre("a 1@0"));
  EXPECT_THAT(PackagesOf({TestTar().File("x/y", "a 1\n").Finish(),
                          TestTar().HardLink("db/list", "/x/y").File("x/.wh.y", "").Finish()}),
              IsEmpty());  // what the layer removes is gone before it is linked
  EXPECT_THAT(PackagesOf({List("a 1\n"), TestTar().HardLink("db/list.d/l", "db/list").Finish(),
                          TestTar().File("db/.wh.list", "").Finish()}),
              ElementsAre("a 1@0"));
  EXPECT_THAT(
      PackagesOf(
          {TestTar().Symlink("s", "x").File("x", "a 1\n").HardLink("db/list", "s").Finish()}),
      IsEmpty());  // a hard link to a link is that link: db/x
}

TEST(ImageAnalyser, EndsWhereLinksGoRound) {
  TestImage image({TestTar().Symlink("db", "b").Symlink("b", "db").Finish()});
  const auto analysis = AnalyseTest(image);
  ASSERT_TRUE(analysis.has_value());
  EXPECT_FALSE(analysis->has_package_database);
  TestTar chain;
  chain.Symlink("db", "l0");
  for (int i = 0; i < 20; ++i) chain.Symlink("l" + std::to_string(i), "l" + std::to_string(i + 1));
  TestImage far({chain.Finish()});
  const auto unknown = AnalyseTest(far);
  ASSERT_TRUE(unknown.has_value());
  EXPECT_FALSE(unknown->complete);
  EXPECT_THAT(unknown->statuses.front(), HasSubstr("links could not be followed"));
}

TEST(ImageAnalyser, KnowsWhenThereIsNoDatabase) {
  TestImage image({TestTar().File("bin/true", "x").File("db/list", "").Finish()});
  const auto analysis = AnalyseTest(image);
  ASSERT_TRUE(analysis.has_value());
  EXPECT_TRUE(analysis->complete);
  EXPECT_FALSE(analysis->has_package_database);
  EXPECT_FALSE(analysis->distribution.has_value());
}

TEST(ImageAnalyser, SaysWhatIsMissing) {
  const auto status = [](const std::string& tar, const registry::LayerLimits& limits = {}) {
    TestImage image({List("base 1\n", "db/list.d/base"), tar});
    const auto analysis = AnalyseTest(image, nullptr, limits);
    EXPECT_TRUE(analysis.has_value());
    EXPECT_FALSE(analysis->complete);
    EXPECT_TRUE(analysis->has_package_database);
    EXPECT_EQ(analysis->packages.back().name, "base");
    return analysis->statuses.empty() ? "" : analysis->statuses.front();
  };
  EXPECT_THAT(status(List("damaged")), HasSubstr("/db/list: not a list"));
  EXPECT_THAT(status(List("a 1\nb ?\n")), HasSubstr("no version of b"));
  EXPECT_THAT(status(List(std::string(1001, 'x'))), HasSubstr("larger than the limit of 1000"));
  EXPECT_THAT(status(List("a 1\n").substr(0, 514)), HasSubstr("truncated"));
  EXPECT_THAT(status(TestTar().File("1", "").File("2", "").Finish(), {.tar = {.entries = 1}}),
              HasSubstr("more than 1 entries"));
  EXPECT_THAT(
      status(TestTar().File("1", std::string(9000, 'x')).Finish(), {.unpacked_bytes = 8192}),
      HasSubstr("larger than the limit of 8192"));
}

TEST(ImageAnalyser, ReadsALayerOnceWithACache) {
  const auto cache = MakeMemoryLayerCache(1 << 20);
  TestImage image({List("a 1\n"), TestTar().Symlink("db", "x").Finish(), List("b 1\n", "x/list")});
  const auto first = AnalyseTest(image, cache.get());
  const int reads = image.reads;
  const auto second = AnalyseTest(image, cache.get());
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_EQ(image.reads, reads);
  EXPECT_EQ(first->packages, second->packages);
  ASSERT_EQ(second->packages.size(), 1u);

  TestImage derived({List("a 1\n"), List("c 1\n")});
  ASSERT_TRUE(AnalyseTest(derived, cache.get()).has_value());
  EXPECT_EQ(derived.reads, 1);  // the base is known

  TestExtractor newer;
  newer.version = 2;
  ASSERT_TRUE(Analyse(derived, {}, {.extractors = {&newer}, .cache = cache.get()}, {}).has_value());
  EXPECT_EQ(derived.reads, 3);
}

TEST(ImageAnalyser, RefusesAndStoresNothingWhenADigestIsWrong) {
  const auto cache = MakeMemoryLayerCache(1 << 20);
  TestImage image({List("a 1\n"), List("b 1\n")});
  image.blobs_[image.layers[1].diff_id] = List("evil 1\n");
  const auto analysis = AnalyseTest(image, cache.get());
  ASSERT_FALSE(analysis.has_value());
  EXPECT_EQ(analysis.error().code, ErrorCode::kDataLoss);
  EXPECT_THAT(analysis.error().message, HasSubstr(image.layers[1].diff_id));
  ASSERT_FALSE(AnalyseTest(image, cache.get()).has_value());
}

TEST(ImageAnalyser, DoesNotStoreWhatIsIncomplete) {
  const auto cache = MakeMemoryLayerCache(1 << 20);
  TestImage image({TestTar().File("1", "").File("db/list", "a 1\n").Finish()});
  EXPECT_FALSE(AnalyseTest(image, cache.get(), {.tar = {.entries = 1}})->complete);
  const auto analysis = AnalyseTest(image, cache.get());
  EXPECT_TRUE(analysis->complete);
  EXPECT_EQ(analysis->packages.size(), 1u);
}

TEST(ImageAnalyser, PassesTheSourcesErrorsAndItsCallersStop) {
  TestImage image({List("a 1\n"), List("b 1\n"), List("c 1\n")});
  image.failure = Unavailable("the registry is down");
  EXPECT_EQ(AnalyseTest(image).error().code, ErrorCode::kUnavailable);
  TestImage stopped({List("a 1\n")});
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(
      Analyse(stopped, {}, {.extractors = {&kExtractor}}, {.stop = stop.get_token()}).error().code,
      ErrorCode::kCancelled);
}

TEST(ImageAnalyser, IsIncompleteWhenTheTimeIsUp) {
  TestImage image({List("a 1\n")});
  const auto analysis = Analyse(image, {}, {.extractors = {&kExtractor}},
                                {.deadline = CallContext::Steady::now() - std::chrono::hours(1)});
  ASSERT_TRUE(analysis.has_value()) << analysis.error().message;
  EXPECT_FALSE(analysis->complete);
  EXPECT_THAT(analysis->statuses.front(), HasSubstr("the time was up"));
}

// Each link costs as many watched folders as its target has parts.
TEST(ImageAnalyser, FollowsABoundedNumberOfLinks) {
  registry::TestTar tar;
  for (int i = 0; i < 1000; ++i) {
    const std::string n = std::to_string(i);
    tar.Symlink("db/list.d/" + n, "/elsewhere/" + n).File("elsewhere/" + n, "a" + n + " 1\n");
  }
  TestImage image({tar.Finish()});
  const auto analysis = AnalyseTest(image);
  ASSERT_TRUE(analysis.has_value()) << analysis.error().message;
  EXPECT_FALSE(analysis->complete);
  EXPECT_THAT(analysis->statuses.front(), HasSubstr("links could not be followed to"));
  EXPECT_EQ(analysis->packages.size(), 200u);
}

TEST(ImageAnalyser, DoesNotFollowAnEndlessTarget) {
  std::string target;
  for (int i = 0; i < 1000; ++i) target += "/a";
  registry::TestTar tar;
  tar.Pax({"linkpath", target}).Symlink("db/list.d/p", "");
  TestImage image({tar.Finish()});
  const auto analysis = AnalyseTest(image);
  ASSERT_TRUE(analysis.has_value()) << analysis.error().message;
  EXPECT_EQ(image.reads, 1);
  EXPECT_FALSE(analysis->complete);
}

TEST(ImageAnalyser, BoundsWhatLinksThroughLinksCost) {
  std::string target;
  for (int i = 0; i < 1300; ++i) target += "../";
  registry::TestTar tar;
  tar.Pax({"linkpath", target + "db"}).Symlink("db", "");
  for (int i = 0; i < 2000; ++i) tar.File("db/list.d/" + std::to_string(i), "a 1\n");
  TestImage image({tar.Finish()});
  const auto analysis = AnalyseTest(image);
  ASSERT_TRUE(analysis.has_value()) << analysis.error().message;
  EXPECT_FALSE(analysis->complete);
  EXPECT_THAT(analysis->statuses.front(), HasSubstr("lead through too many others"));
}

TEST(ImageAnalyser, TellsAHundredFaultsOfAKindAndCountsTheOthers) {
  registry::TestTar tar;
  for (int i = 0; i < 150; ++i) tar.File("db/list.d/" + std::to_string(i), "damaged");
  TestImage image({tar.Finish()});
  const auto analysis = AnalyseTest(image);
  ASSERT_TRUE(analysis.has_value()) << analysis.error().message;
  ASSERT_EQ(analysis->statuses.size(), 101u);
  EXPECT_EQ(analysis->statuses.back(), "and 50 more of test that are not listed");
}

TEST(ImageAnalyser, BoundsWhatIsKeptOfAllLayers) {
  TestImage image({List("a 1\n"), List("b 1\n"), List("c 1\n")});
  const auto analysis =
      Analyse(image, {}, {.extractors = {&kExtractor}, .threads = 1, .most_kept_bytes = 600}, {});
  ASSERT_TRUE(analysis.has_value()) << analysis.error().message;
  EXPECT_FALSE(analysis->complete);
  EXPECT_THAT(analysis->statuses, testing::Contains(HasSubstr("was left out")));
  EXPECT_EQ(analysis->packages.size(), 1u);
}

TEST(ImageAnalyser, LeavesOutTheLayersAboveALimit) {
  TestImage image({List("a 1\n"), List("b 1\n", "db/list.d/b"), List("c 1\n", "db/list.d/c")});
  const auto limited = [&](uint64_t most, LayerCache* cache) {
    return *Analyse(image, {},
                    {.extractors = {&kExtractor}, .cache = cache, .most_unpacked_bytes = most}, {});
  };
  const auto layer = static_cast<uint64_t>(image.layers[0].size);
  const auto cache = MakeMemoryLayerCache(100'000);
  EXPECT_TRUE(limited(3 * layer, cache.get()).complete);
  // With what is known from earlier as without.
  for (LayerCache* const known : {cache.get(), static_cast<LayerCache*>(nullptr)}) {
    const model::ImageAnalysis analysis = limited(3 * layer - 1, known);
    EXPECT_FALSE(analysis.complete);
    EXPECT_EQ(analysis.packages.size(), 2u);
    ASSERT_EQ(analysis.statuses.size(), 1u);
    EXPECT_THAT(analysis.statuses[0], HasSubstr(image.layers[2].diff_id));
    EXPECT_THAT(analysis.statuses[0], HasSubstr(std::to_string(3 * layer - 1) + " bytes"));
  }
}

TEST(ImageAnalyser, TellsItsProgress) {
  TestImage image({List("a 1\n"), List("b 1\n")});
  uint64_t last = 0, all = 0;
  ASSERT_TRUE(Analyse(image, {},
                      {.extractors = {&kExtractor},
                       .on_progress =
                           [&](uint64_t done, uint64_t total) {
                             last = done;
                             all = total;
                           }},
                      {})
                  .has_value());
  EXPECT_EQ(last, 2 * 2048u);
  EXPECT_EQ(all, last);
}

}  // namespace
}  // namespace narrows::inventory::image
