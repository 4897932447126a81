// Files that may be anywhere, through the whole of an image's analysis.
#include "inventory/image/loose_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "inventory/image/image_analyser.h"
#include "inventory/image/layer_analyser.h"
#include "inventory/image/test_image.h"
#include "registry/test_tar.h"

namespace narrows::inventory::image {
namespace {

using registry::TestTar;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kElf =
    "\x7f"
    "ELF0000";

Result<model::ImageAnalysis> Analysed(const std::vector<std::string>& tars, int* reads = nullptr) {
  TestImage image(tars);
  const TestExtractor placed;
  const LooseTestExtractor loose;
  auto analysis = Analyse(image, {}, {.extractors = {&placed, &loose}}, {});
  if (reads != nullptr) *reads = image.reads;
  return analysis;
}

// "name@number of the layer" of each package; the image is whole.
std::vector<std::string> Found(const std::vector<std::string>& tars) {
  const auto analysis = Analysed(tars);
  if (!analysis.has_value()) return {analysis.error().message};
  EXPECT_THAT(analysis->statuses, IsEmpty());
  std::vector<std::string> lines;
  for (const model::Package& package : analysis->packages) {
    size_t layer = 0;
    while (layer < tars.size() && analysis->layers[layer].diff_id != package.layer) ++layer;
    lines.push_back(package.name + "@" + std::to_string(layer));
  }
  return lines;
}

TEST(LooseFiles, AreFoundAnywhereWithTheirPath) {
  const auto analysis =
      Analysed({TestTar().File("opt/a.pkg", "a 1\n").File("b.pkg", "b 1\n").Finish()});
  ASSERT_TRUE(analysis.has_value());
  ASSERT_EQ(analysis->packages.size(), 2u);
  EXPECT_EQ(analysis->packages[0].path, "/opt/a.pkg");
  EXPECT_EQ(analysis->packages[0].ecosystem, "Loose");
  EXPECT_FALSE(analysis->has_package_database);
}

TEST(LooseFiles, GoWithWhatUpperLayersTakeAway) {
  const std::string base = TestTar()
                               .File("opt/x/a.pkg", "a 1\n")
                               .File("opt/b.pkg", "b 1\n")
                               .File("e", std::string(kElf) + "\ne 1\n")
                               .Finish();
  const auto with = [&](TestTar top) { return Found({base, top.Finish()}); };
  EXPECT_THAT(with(TestTar()), ElementsAre("a@0", "b@0", "e@0"));
  EXPECT_THAT(with(TestTar().File("opt/.wh.b.pkg", "")), ElementsAre("a@0", "e@0"));
  EXPECT_THAT(with(TestTar().File(".wh.opt", "")), ElementsAre("e@0"));
  EXPECT_THAT(with(TestTar().File("opt/x/.wh..wh..opq", "")), ElementsAre("b@0", "e@0"));
  EXPECT_THAT(with(TestTar().File(".wh..wh..opq", "")), IsEmpty());
  EXPECT_THAT(with(TestTar().File("opt/x/a.pkg", "")), ElementsAre("b@0", "e@0"));
  EXPECT_THAT(with(TestTar().Symlink("opt/x", "/else")), ElementsAre("b@0", "e@0"));
  EXPECT_THAT(with(TestTar().File("opt", "a file now")), ElementsAre("e@0"));
  EXPECT_THAT(with(TestTar().File("e", "#!/bin/sh")), ElementsAre("a@0", "b@0"));
  EXPECT_THAT(with(TestTar().Directory("opt").Directory("opt/x")),
              ElementsAre("a@0", "b@0", "e@0"));
  EXPECT_THAT(with(TestTar().File("opt/x/a.pkg", "c 1\n").File("opt/x/.wh..wh..opq", "")),
              ElementsAre("b@0", "c@1", "e@0"));
}

TEST(LooseFiles, KeepTheirLayerWhenTheyComeAgainAsTheyWere) {
  EXPECT_THAT(
      Found({TestTar().File("a.pkg", "a 1\n").Finish(), TestTar().File("a.pkg", "a 1\n").Finish()}),
      ElementsAre("a@0"));
  EXPECT_THAT(
      Found({TestTar().File("a.pkg", "a 1\n").Finish(), TestTar().File(".wh.a.pkg", "").Finish(),
             TestTar().File("b", "").File("a.pkg", "a 1\n").Finish()}),
      ElementsAre("a@2"));
}

TEST(LooseFiles, OfAPathThatComesTwiceInALayerTheLastCounts) {
  EXPECT_THAT(Found({TestTar().File("a.pkg", "a 1\n").File("a.pkg", "b 1\n").Finish()}),
              ElementsAre("b@0"));
  EXPECT_THAT(Found({TestTar().File("a.pkg", "a 1\n").Symlink("a.pkg", "x").Finish()}), IsEmpty());
}

TEST(LooseFiles, AreExecutablesWhateverTheirNameAndSize) {
  const std::string big = std::string(kElf) + "\n" + std::string(size_t{3} << 20, '\n') + "big 1\n";
  EXPECT_THAT(
      Found({TestTar().File("bin/x", std::string(kElf) + "\nx 1\n").File("lib/big", big).Finish()}),
      ElementsAre("big@0", "x@0"));
  for (const char* magic : {"MZ234567",
                            "\xcf\xfa\xed\xfe"
                            "4567",
                            "\xfe\xed\xfa\xce"
                            "4567"})
    EXPECT_THAT(Found({TestTar().File("x", std::string(magic) + "\nx 1\n").Finish()}),
                ElementsAre("x@0"));
  const std::string fat("\xca\xfe\xba\xbe\0\0\0\x02\nx 1\n", 13);
  EXPECT_THAT(Found({TestTar().File("x", fat).Finish()}), ElementsAre("x@0"));
  const std::string java("\xca\xfe\xba\xbe\0\0\0\x34\nx 1\n", 13);
  EXPECT_THAT(Found({TestTar().File("x", java).Finish()}), IsEmpty());
  EXPECT_THAT(Found({TestTar()
                         .File("x",
                               "\x7f"
                               "EL")
                         .Finish()}),
              IsEmpty());
}

TEST(LooseFiles, AreFoundUnderEveryNameOfAHardLink) {
  const std::string base =
      TestTar().File("store/a.pkg", "a 1\n").HardLink("use/b.pkg", "store/a.pkg").Finish();
  EXPECT_THAT(Found({base, TestTar().File(".wh.store", "").Finish()}), ElementsAre("a@0"));
  EXPECT_THAT(Found({base, TestTar().File(".wh.store", "").File(".wh.use", "").Finish()}),
              IsEmpty());
  const auto unread =
      Analysed({TestTar().File("store/1234", "a 1\n").HardLink("b.pkg", "store/1234").Finish()});
  EXPECT_FALSE(unread->complete);
  EXPECT_THAT(unread->statuses,
              ElementsAre("/b.pkg: it is a link to /store/1234, which was not read"));
}

TEST(LooseFiles, ALinkedDatabaseIsNotReadTwiceWhereItWasRecognised) {
  int reads = 0;
  const auto names = [&](const std::vector<std::string>& tars) {
    const auto analysis = Analysed(tars, &reads);
    std::string all;
    for (const model::Package& package : analysis->packages)
      all += package.name + " " + package.path;
    return all;
  };
  EXPECT_EQ(names({TestTar().File("x", "seen 1\n").HardLink("db/list", "x").Finish()}),
            "seen /db/list");
  EXPECT_EQ(reads, 1);
  EXPECT_EQ(names({TestTar().File("x", "seen 1\n").Finish(),
                   TestTar().Symlink("db/list", "/x").Finish()}),
            "seen /db/list");
  EXPECT_EQ(reads, 2);
  EXPECT_EQ(names({TestTar().File("x", "other 1\n").HardLink("db/list", "x").Finish()}),
            "other /db/list");
  EXPECT_EQ(reads, 2);                                               // of one layer
  EXPECT_EQ(names({TestTar().File("x", "seen 1\n").Finish()}), "");  // no link: none of the image's
  // What it was linked to stays what it is.
  EXPECT_EQ(names({TestTar().File("x", "seen 1\n").HardLink("db/list", "x").Finish(),
                   TestTar().File(".wh.x", "").Finish()}),
            "seen /db/list");
}

TEST(LooseFiles, NameTheirOwner) {
  const std::string list = "lib 1\nowns /usr/a.pkg lib\nowns /usr/b.pkg gone\n";
  const std::string tar = TestTar()
                              .File("db/list", list)
                              .File("usr/a.pkg", "a 1\n")
                              .File("usr/b.pkg", "b 1\n")
                              .File("usr/c.pkg", "c 1\n")
                              .File("home/c.pkg", "a 1\n")
                              .Finish();
  const auto analysis = Analysed({tar});
  ASSERT_EQ(analysis->packages.size(), 4u);
  EXPECT_EQ(analysis->packages[0].path,
            "/home/c.pkg");  // its own: the owned one is no more to be told
  EXPECT_EQ(analysis->packages[0].owner, "");
  EXPECT_EQ(analysis->packages[1].owner, "");  // of a package that is gone
  const auto owned =
      Analysed({TestTar().File("db/list", list).File("usr/a.pkg", "a 1\n").Finish()});
  ASSERT_EQ(owned->packages.size(), 2u);
  EXPECT_EQ(owned->packages[0].owner, "lib");
  EXPECT_EQ(owned->packages[1].name, "lib");
}

TEST(LooseFiles, SayWhatIsMissing) {
  const auto status = [](TestTar tar) {
    const auto analysis = Analysed({tar.Finish()});
    EXPECT_FALSE(analysis->complete);
    return analysis->statuses.empty() ? "" : analysis->statuses.front();
  };
  const std::string large(size_t{5} << 20, 'x');
  EXPECT_THAT(status(TestTar().File("a.pkg", "damaged")), HasSubstr("/a.pkg: not a list"));
  EXPECT_THAT(status(TestTar().File("a.pkg", large)), HasSubstr("/a.pkg is larger than the limit"));
  EXPECT_THAT(status(TestTar().File("x", kElf + large)), HasSubstr("/x is larger than the limit"));
  EXPECT_THAT(Found({TestTar().File("seen", "seen " + large).Finish()}), IsEmpty());
}

TEST(LooseFiles, AreAddedUpToALimitOfPackages) {
  TestTar tar;
  for (int file = 0; file < 600; ++file) {
    std::string list;
    for (int i = 0; i < 100; ++i)
      list += "p" + std::to_string(file) + "-" + std::to_string(i) + " 1\n";
    tar.File(std::to_string(file) + ".pkg", list.substr(0, 1000));
  }
  const auto analysis = Analysed({tar.Finish()});
  ASSERT_TRUE(analysis.has_value()) << analysis.error().message;
  EXPECT_EQ(analysis->packages.size(), 50'000u);
  EXPECT_FALSE(analysis->complete);
  EXPECT_THAT(analysis->statuses.front(), HasSubstr("were left out"));
}

class LooseLayer : public ::testing::Test {
 protected:
  LayerAnalysis Read(int files, const std::string& content) {
    LayerAnalyser analyser(watchlist_, spool_);
    registry::TarReader reader(analyser);
    TestTar tar;
    for (int i = 0; i < files; ++i) tar.File(std::to_string(i) + "/a.pkg", content);
    const auto pushed = reader.Push(tar.Finish());
    error_ = pushed.has_value() ? "" : pushed.error().message;
    return std::move(analyser).Take();
  }

  LooseTestExtractor extractor_;
  const ecosystems::PackageExtractor* const extractors_[1] = {&extractor_};
  Watchlist watchlist_{extractors_};
  DiskSpool spool_;
  std::string error_;
};

TEST_F(LooseLayer, CostsEightBytesAFileThatSaysNothing) {
  const LayerAnalysis layer = Read(5000, "");
  EXPECT_EQ(extractor_.extracted, 5000);
  EXPECT_EQ(KeptBytes(layer), 0u);
  EXPECT_EQ(layer.hides.size(), 5000u);
}

TEST_F(LooseLayer, ListsAHundredFaultsAndCountsTheOthers) {
  const LayerAnalysis layer = Read(5000, "damaged");
  EXPECT_EQ(layer.files.size(), 100u);
  ASSERT_EQ(layer.uncounted.size(), 1u);
  EXPECT_EQ(layer.uncounted[0].files, 4900u);
  const auto decoded = DecodeLayer(EncodeLayer(layer));
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
  EXPECT_EQ(EncodeLayer(*decoded), EncodeLayer(layer));
}

TEST_F(LooseLayer, HasALimitToWhatIsKept) {
  std::string packages;
  for (int i = 0; i < 100; ++i) packages += "a" + std::to_string(i) + " 1\n";
  const LayerAnalysis layer = Read(20'000, packages);
  EXPECT_THAT(error_, HasSubstr("unreasonably many packages"));
  EXPECT_LT(KeptBytes(layer), size_t{25} << 20);
}

}  // namespace
}  // namespace narrows::inventory::image
