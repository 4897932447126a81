#include "inventory/image/layer_inspector.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <thread>

#include "inventory/image/sandboxed_inspector.h"
#include "inventory/image/test_image.h"
#include "registry/test_compress.h"
#include "registry/test_tar.h"

namespace narrows::inventory::image {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Does to the process that runs it what the file says.
class HostileExtractor final : public ecosystems::PackageExtractor {
 public:
  std::string_view Name() const override { return "hostile"; }
  int Version() const override { return 1; }
  bool Claims(std::string_view path) const override { return path.ends_with(".bad"); }
  std::vector<std::string_view> Places() const override { return {}; }
  size_t MostBytes() const override { return size_t{8} << 20; }
  void Complete(model::Package&, const model::Distribution&) const override {}
  Result<Extracted> Extract(std::string_view path, std::string_view content) const override {
    if (content.starts_with("crash")) {
      signal(SIGABRT, SIG_DFL);
      std::abort();
    }
    if (content.starts_with("throw")) throw 1;
    if (content.starts_with("loop")) {
      for (std::atomic<int> i = 0; i >= 0; i = 1) {
      }
    }
    if (content.starts_with("large")) {
      std::vector<std::string> kept;
      const size_t mebibytes = content.starts_with("larger") ? 4000 : 36;
      while (kept.size() < mebibytes) kept.emplace_back(size_t{1} << 20, 'x');
    }
    if (content.starts_with("open") && open("/etc/passwd", O_RDONLY) >= 0)
      return Extracted{.statuses = {"it has read a file"}};
    model::Package package;
    package.name = path;
    return Extracted{.packages = {package}};
  }
};

const TestExtractor kPlaced;
const LooseTestExtractor kLoose;
const HostileExtractor kHostile;
const std::vector<const ecosystems::PackageExtractor*> kExtractors = {&kPlaced, &kLoose, &kHostile};

using Maker = std::function<std::unique_ptr<LayerInspector>()>;

std::unique_ptr<LayerInspector> InSandbox(const SandboxOptions& options = {
                                              .memory_bytes = size_t{64} << 20,
                                              .file_cpu_seconds = 1,
                                              .layer_cpu_seconds = 60}) {
  auto inspector = MakeSandboxedInspector(kExtractors, options);
  EXPECT_TRUE(inspector.has_value());
  return *std::move(inspector);
}

// Inspects the first layer of an image.
class Inspection {
 public:
  explicit Inspection(TestImage& image) : image_(image) {}

  Result<InspectedLayer> Of(LayerInspector& inspector, const CallContext& context = {}) {
    return inspector.Inspect({image_, image_.layers[0], watchlist, limits, spool}, context);
  }

  Watchlist watchlist{kExtractors};
  registry::LayerLimits limits;
  DiskSpool spool;

 private:
  TestImage& image_;
};

std::vector<std::string> PackagesOf(const LayerAnalysis& layer) {
  std::vector<std::string> names;
  for (const AnalysedFile& file : layer.files) {
    const auto packages = DecodePackages(file.packages);
    for (const model::Package& package : *packages) names.push_back(package.name);
  }
  return names;
}

// What every implementation does.
class LayerInspectorConformance : public ::testing::TestWithParam<Maker> {
 protected:
  const std::unique_ptr<LayerInspector> inspector_ = GetParam()();
};

TEST_P(LayerInspectorConformance, FindsWhatIsLookedFor) {
  TestImage image({registry::TestTar()
                       .Directory("db/")
                       .File("db/list", "a 1\nb ?\n")
                       .File("etc/os-release", "ID=debian\n")
                       .File("srv/x.pkg", "c 1\nowns srv/y c\n")
                       .File("db/.wh.gone", "")
                       .Symlink("db/list.d", "x")
                       .Finish()});
  Inspection inspection(image);
  const auto layer = inspection.Of(*inspector_);
  ASSERT_TRUE(layer.has_value()) << layer.error().message;
  EXPECT_THAT(layer->faults, ElementsAre());
  EXPECT_TRUE(layer->may_be_kept);
  EXPECT_THAT(PackagesOf(layer->analysis), ElementsAre("a", "c"));
  EXPECT_EQ(layer->analysis.entries.size(), 4u);
  EXPECT_EQ(layer->analysis.files[0].statuses.size(), 1u);
  EXPECT_EQ(layer->analysis.files[1].distribution->id, "debian");
  EXPECT_FALSE(layer->analysis.hides.empty());
  EXPECT_EQ(layer->analysis.unpacked_bytes, static_cast<uint64_t>(image.layers[0].size));
}

TEST_P(LayerInspectorConformance, FollowsWhatLinksBrought) {
  TestImage image({registry::TestTar().File("elsewhere/list", "a 1\n").Finish()});
  Inspection inspection(image);
  inspection.watchlist.Add({"elsewhere/list", false, 0, "db/list"});
  const auto layer = inspection.Of(*inspector_);
  ASSERT_TRUE(layer.has_value()) << layer.error().message;
  EXPECT_THAT(PackagesOf(layer->analysis), ElementsAre("a"));
  EXPECT_EQ(layer->analysis.files[0].as, "db/list");
}

TEST_P(LayerInspectorConformance, UnpacksAndVerifiesBothDigests) {
  const std::string tar = registry::TestTar()
                              .File("big", std::string(size_t{3} << 20, 'x'))
                              .File("db/list", "a 1\n")
                              .Finish();
  const std::string stored = registry::TestGzip(tar);
  TestImage image({tar});
  const std::string diff_id = image.layers[0].diff_id;
  image.blobs_[diff_id] = stored;
  Inspection inspection(image);
  image.layers[0].digest = "sha256:" + Sha256Hex(stored);
  EXPECT_TRUE(inspection.Of(*inspector_)->may_be_kept);

  image.layers[0].digest = "sha256:" + Sha256Hex("other");
  auto refused = inspection.Of(*inspector_);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kDataLoss);
  EXPECT_THAT(refused.error().message, HasSubstr(image.layers[0].digest));

  image.layers[0].digest = "sha256:" + Sha256Hex(stored);
  image.layers[0].diff_id = "sha256:" + Sha256Hex("other");
  image.blobs_[image.layers[0].diff_id] = stored;
  refused = inspection.Of(*inspector_);
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, HasSubstr(diff_id));

  // Stored as it is, one digest says both.
  image.blobs_[image.layers[0].diff_id] = tar;
  image.layers[0].digest = "";
  refused = inspection.Of(*inspector_);
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, HasSubstr(diff_id));
}

TEST_P(LayerInspectorConformance, NamesDamageAndLimits) {
  TestImage damaged({"not a tar archive at all" + std::string(1000, '-')});
  auto layer = Inspection(damaged).Of(*inspector_);
  ASSERT_TRUE(layer.has_value()) << layer.error().message;
  EXPECT_EQ(layer->faults.size(), 1u);
  EXPECT_FALSE(layer->may_be_kept);

  TestImage image({registry::TestTar()
                       .File("db/list", "a 1\n")
                       .File("big", std::string(size_t{3} << 20, 'x'))
                       .Finish()});
  Inspection inspection(image);
  inspection.limits.unpacked_bytes = 100'000;
  layer = inspection.Of(*inspector_);
  ASSERT_TRUE(layer.has_value()) << layer.error().message;
  ASSERT_EQ(layer->faults.size(), 1u);
  EXPECT_THAT(layer->faults[0], HasSubstr("larger than the limit of 100000 bytes"));
  EXPECT_FALSE(layer->may_be_kept);

  TestImage empty({std::string()});
  layer = Inspection(empty).Of(*inspector_);
  ASSERT_TRUE(layer.has_value());
  EXPECT_TRUE(layer->may_be_kept);
}

TEST_P(LayerInspectorConformance, SpoolsLargeFiles) {
  const std::string large = std::string(size_t{3} << 20, '\n') + "a 1\n";
  TestImage image({registry::TestTar()
                       .File("srv/1.pkg", large)
                       .File("srv/2.pkg", large)
                       .File("srv/3.pkg", "b 1\n")
                       .Finish()});
  Inspection inspection(image);
  auto layer = inspection.Of(*inspector_);
  ASSERT_TRUE(layer.has_value()) << layer.error().message;
  EXPECT_THAT(PackagesOf(layer->analysis), ElementsAre("a", "a", "b"));
  EXPECT_TRUE(inspection.spool.Take(Spool::kMostBytes).has_value());  // all was given back

  DiskSpool small(100);
  layer = inspector_->Inspect({image, image.layers[0], inspection.watchlist, {}, small}, {});
  ASSERT_TRUE(layer.has_value());
  EXPECT_THAT(PackagesOf(layer->analysis), ElementsAre("b"));
  EXPECT_THAT(layer->analysis.files[0].statuses.at(0), HasSubstr("temporary space"));
}

TEST_P(LayerInspectorConformance, PassesOnTheSourcesErrorsAndTheCallersWill) {
  TestImage image({registry::TestTar().File("db/list", "a 1\n").Finish()});
  Inspection inspection(image);
  image.failure = Unavailable("the registry is down");
  auto failed = inspection.Of(*inspector_);
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error(), image.failure);
  image.failure = {};
  std::stop_source stop;
  stop.request_stop();
  failed = inspection.Of(*inspector_, {.stop = stop.get_token()});
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code, ErrorCode::kCancelled);
  failed = inspection.Of(*inspector_, {.deadline = CallContext::Steady::now()});
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code, ErrorCode::kDeadlineExceeded);
  EXPECT_TRUE(inspection.Of(*inspector_).has_value());
}

TEST_P(LayerInspectorConformance, InspectsSeveralLayersAtOnce) {
  TestImage image({registry::TestTar()
                       .File("db/list", "a 1\n")
                       .File("big", std::string(size_t{1} << 20, 'x'))
                       .Finish()});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      Inspection inspection(image);
      const auto layer = inspection.Of(*inspector_);
      ASSERT_TRUE(layer.has_value()) << layer.error().message;
      EXPECT_THAT(PackagesOf(layer->analysis), ElementsAre("a"));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

INSTANTIATE_TEST_SUITE_P(All, LayerInspectorConformance,
                         ::testing::Values([] { return MakeInProcessInspector(); },
                                           [] { return InSandbox(); }));

// One bad file among good ones.
Result<InspectedLayer> InspectBad(const std::string& content,
                                  const std::unique_ptr<LayerInspector>& inspector = InSandbox()) {
  TestImage image({registry::TestTar()
                       .File("srv/before.pkg", "a 1\n")
                       .File("srv/one.bad", content)
                       .File("srv/after.pkg", "b 1\n")
                       .Finish()});
  return Inspection(image).Of(*inspector);
}

class SandboxedInspector : public ::testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(SandboxedInspector, LosesNoMoreThanTheFile) {
  const auto layer = InspectBad(GetParam().first);
  ASSERT_TRUE(layer.has_value()) << layer.error().message;
  EXPECT_THAT(PackagesOf(layer->analysis), ElementsAre("a", "b"));
  ASSERT_EQ(layer->faults.size(), 1u);
  EXPECT_THAT(layer->faults[0], HasSubstr("/srv/one.bad was left out: "));
  EXPECT_THAT(layer->faults[0], HasSubstr(GetParam().second));
  EXPECT_FALSE(layer->may_be_kept);
}

INSTANTIATE_TEST_SUITE_P(Faults, SandboxedInspector,
                         ::testing::Values(std::pair("crash", "crashed"),
                                           std::pair("throw", "the process that parsed it"),
                                           std::pair("loop", "processor time"),
                                           std::pair("larger", "more than 64 MiB of memory")));

TEST(SandboxedInspectorLimits, ReadsAgainWithMoreMemoryWhatNeedsIt) {
  const auto layer = InspectBad("large");
  ASSERT_TRUE(layer.has_value()) << layer.error().message;
  EXPECT_THAT(PackagesOf(layer->analysis), ElementsAre("a", "srv/one.bad", "b"));
  EXPECT_THAT(layer->faults, ElementsAre());
  EXPECT_TRUE(layer->may_be_kept);
}

TEST(SandboxedInspectorLimits, LetsNobodyReadFiles) {
  const auto layer = InspectBad("open");
  ASSERT_TRUE(layer.has_value()) << layer.error().message;
  for (const AnalysedFile& file : layer->analysis.files) EXPECT_THAT(file.statuses, ElementsAre());
}

TEST(SandboxedInspectorLimits, GivesUpALayerOfBadFiles) {
  registry::TestTar tar;
  for (int i = 0; i < 20; ++i) tar.File("srv/" + std::to_string(i) + ".bad", "crash");
  TestImage image({tar.Finish()});
  const auto layer = Inspection(image).Of(*InSandbox());
  ASSERT_TRUE(layer.has_value()) << layer.error().message;
  ASSERT_EQ(layer->faults.size(), 6u);
  EXPECT_THAT(layer->faults[4], HasSubstr("/srv/4.bad was left out"));
  EXPECT_THAT(layer->faults[5], HasSubstr("more than 4 of its files"));
  EXPECT_EQ(image.reads, 5);
}

TEST(SandboxedInspectorLimits, EndsWithTheCallersPatience) {
  TestImage image({registry::TestTar().File("one.bad", "loop").Finish()});
  const auto inspector = InSandbox({.file_cpu_seconds = 1000});
  const auto layer =
      Inspection(image).Of(*inspector, CallContext::WithTimeout(std::chrono::milliseconds(300)));
  ASSERT_FALSE(layer.has_value());
  EXPECT_EQ(layer.error().code, ErrorCode::kDeadlineExceeded);
}

TEST(SandboxedInspectorLimits, KeepsNothingThatOnlyAWorkerVouchesFor) {
  const std::string tar = registry::TestTar().File("db/list", "a 1\n").Finish();
  TestImage image({tar});
  image.blobs_[image.layers[0].diff_id] = registry::TestGzip(tar);
  image.layers[0].digest = "";
  const auto layer = Inspection(image).Of(*InSandbox());
  ASSERT_TRUE(layer.has_value()) << layer.error().message;
  EXPECT_THAT(PackagesOf(layer->analysis), ElementsAre("a"));
  EXPECT_THAT(layer->faults, ElementsAre());
  EXPECT_FALSE(layer->may_be_kept);
}

}  // namespace
}  // namespace narrows::inventory::image
