#include "registry/layer_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "registry/test_compress.h"
#include "registry/test_tar.h"

namespace narrows::registry {
namespace {

// Serves one blob in pieces.
class OneBlob final : public ImageSource {
 public:
  OneBlob(std::string blob, size_t piece) : blob_(std::move(blob)), piece_(piece) {}
  Result<ResolvedImage> Resolve(const model::Platform&, const CallContext&) override {
    return ResolvedImage{};
  }
  Status ReadLayer(const model::Layer&, const CallContext&, const OnData& on_data) override {
    for (size_t at = 0; at < blob_.size(); at += piece_)
      RETURN_IF_ERROR(on_data(std::string_view(blob_).substr(at, piece_)));
    return Ok();
  }

 private:
  const std::string blob_;
  const size_t piece_;
};

class Names final : public TarVisitor {
 public:
  Result<bool> OnEntry(const TarEntry& entry) override {
    names.emplace_back(entry.path);
    return true;
  }
  Status OnContent(std::string_view piece) override {
    content += piece;
    return Ok();
  }
  Status OnEnd() override { return Ok(); }
  std::vector<std::string> names;
  std::string content;
};

std::string Digest(std::string_view bytes) { return "sha256:" + Sha256Hex(bytes); }

std::string LargeTar() {
  TestTar tar;
  for (int i = 0; i < 300; ++i)
    tar.File("file" + std::to_string(i), std::string(10'000, static_cast<char>('a' + i % 26)));
  return tar.Finish();
}

Result<LayerReading> Read(const std::string& blob, const model::Layer& layer, TarVisitor& visitor,
                          const LayerLimits& limits = {}, size_t piece = 10'000) {
  OneBlob source(blob, piece);
  return ReadLayer(source, layer, visitor, limits, {});
}

TEST(LayerReader, UnpacksByMagicBytesAndVerifiesBothDigests) {
  for (const std::string& tar : {TestTar().File("a", "1").Finish(), LargeTar()}) {
    for (const std::string& blob : {tar, TestGzip(tar), TestZstd(tar)}) {
      for (const size_t piece : {size_t{3}, size_t{100'000}}) {
        Names names, once;
        const auto reading = Read(
            blob, {.diff_id = Digest(tar), .digest = Digest(blob), .media_type = "application/x"},
            names, {}, piece);
        ASSERT_TRUE(reading.has_value()) << reading.error().message;
        EXPECT_FALSE(reading->fault.has_value());
        EXPECT_EQ(reading->stored_bytes, blob.size());
        EXPECT_EQ(reading->unpacked_bytes, tar.size());
        EXPECT_EQ(reading->entries, names.names.size());
        TarReader reader(once);
        ASSERT_TRUE(reader.Push(tar).has_value());
        EXPECT_EQ(names.content, once.content);
      }
    }
  }
}

TEST(LayerReader, NamesLayerAndDigestsThatDoNotMatch) {
  const std::string tar = LargeTar();
  std::string blob = TestGzip(tar);
  const model::Layer layer{.diff_id = Digest(tar), .digest = Digest(blob)};
  Names names;

  blob[blob.size() / 2] = static_cast<char>(~blob[blob.size() / 2]);
  auto reading = Read(blob, layer, names);
  ASSERT_FALSE(reading.has_value());
  EXPECT_EQ(reading.error().code, ErrorCode::kDataLoss);
  for (const std::string& part : {layer.diff_id, layer.digest, Digest(blob)})
    EXPECT_NE(reading.error().message.find(part), std::string::npos) << reading.error().message;

  const std::string other = TestTar().File("other", "").Finish();
  reading =
      Read(TestGzip(other), {.diff_id = layer.diff_id, .digest = Digest(TestGzip(other))}, names);
  ASSERT_FALSE(reading.has_value());
  EXPECT_NE(reading.error().message.find(Digest(other)), std::string::npos);
  EXPECT_FALSE(Read(other, {.diff_id = Digest(tar)}, names).has_value());
}

TEST(LayerReader, SaysThatAStreamIsDamagedWhereItsDigestIsRight) {
  const std::string tar = LargeTar();
  const std::string blob = TestGzip(tar).substr(0, 5000);
  Names names;
  const auto reading = Read(blob, {.diff_id = Digest(tar), .digest = Digest(blob)}, names);
  ASSERT_FALSE(reading.has_value());
  EXPECT_NE(reading.error().message.find("truncated"), std::string::npos);
}

TEST(LayerReader, TellsOfADamagedTarAndVerifiesAllTheSame) {
  const std::string tar = LargeTar().substr(0, 12'345);
  Names names;
  const auto reading = Read(TestGzip(tar), {.diff_id = Digest(tar)}, names);
  ASSERT_TRUE(reading.has_value()) << reading.error().message;
  ASSERT_TRUE(reading->fault.has_value());
  EXPECT_EQ(reading->fault->code, ErrorCode::kDataLoss);
  EXPECT_FALSE(Read(TestGzip(tar), {.diff_id = Digest("x")}, names).has_value());
}

// An eStargz layer (stargz-snapshotter, docs/estargz.md): a gzip member for each file, the table of
// contents as last file, and a member without content whose extra field says where that begins.
std::string EStargz(const std::string& tar, const std::string& contents) {
  std::string stored;
  for (size_t at = 0; at < tar.size() - 1024; at += 1024) stored += TestGzip(tar.substr(at, 1024));
  std::array<char, 17> offset{};
  std::snprintf(offset.data(), offset.size(), "%016zx", stored.size());
  stored += TestGzip(TestTar().File("stargz.index.json", contents).Finish());
  return stored + std::string("\x1f\x8b\x08\x04\0\0\0\0\0\xff\x1a\0SG\x16\0", 16) + offset.data() +
         "STARGZ" + std::string("\x01\0\0\xff\xff\0\0\0\0\0\0\0\0", 13);
}

// A layer as podman's zstd:chunked has it: a frame for each file, the table in a skippable one.
std::string ZstdChunked(const std::string& tar, const std::string& contents) {
  std::string stored;
  for (size_t at = 0; at < tar.size(); at += 1024) stored += TestZstd(tar.substr(at, 1024));
  const std::string table = TestZstd(contents);
  return stored + "\x50\x2a\x4d\x18" + static_cast<char>(table.size()) + std::string(3, '\0') +
         table;
}

TEST(LayerReader, SeesWhatALayersTableOfContentsHides) {
  const std::string tar =
      TestTar().File("shown", "1").File("hidden", "2").Finish();  // 1024 bytes a file
  const std::string contents = R"({"version":1,"entries":[{"name":"shown","type":"reg"}]})";
  const std::string with_table =
      tar.substr(0, tar.size() - 1024) + TestTar().File("stargz.index.json", contents).Finish();
  Names names;
  const std::string stargz = EStargz(tar, contents);
  auto reading = Read(stargz, {.diff_id = Digest(with_table), .digest = Digest(stargz)}, names);
  ASSERT_TRUE(reading.has_value()) << reading.error().message;
  EXPECT_FALSE(reading->fault.has_value());
  EXPECT_THAT(names.names, testing::ElementsAre("shown", "hidden", "stargz.index.json"));

  names.names.clear();
  const std::string chunked = ZstdChunked(tar, contents);
  reading = Read(chunked, {.diff_id = Digest(tar), .digest = Digest(chunked)}, names);
  ASSERT_TRUE(reading.has_value()) << reading.error().message;
  EXPECT_FALSE(reading->fault.has_value());
  EXPECT_THAT(names.names, testing::ElementsAre("shown", "hidden"));
}

TEST(LayerReader, StopsAtTheLimitOfUnpackedBytes) {
  const std::string tar = TestTar().File("zeros", std::string(20 << 20, '\0')).Finish();
  for (const std::string& blob : {tar, TestGzip(tar), TestZstd(tar)}) {
    Names names;
    const auto reading = Read(blob, {.diff_id = Digest(tar), .digest = Digest(blob)}, names,
                              {.unpacked_bytes = 1 << 20});
    ASSERT_TRUE(reading.has_value()) << reading.error().message;
    ASSERT_TRUE(reading->fault.has_value());
    EXPECT_EQ(reading->fault->code, ErrorCode::kResourceExhausted);
    EXPECT_LT(reading->unpacked_bytes, 3u << 20);
  }
}

TEST(LayerReader, LeavesOutWhatTakesTooMuchMemoryToUnpack) {
  const std::string tar = LargeTar();
  const std::string blob = TestZstdWithWindow(tar, 27);
  Names names;
  const auto reading = Read(blob, {.diff_id = Digest(tar), .digest = Digest(blob)}, names);
  ASSERT_TRUE(reading.has_value()) << reading.error().message;
  ASSERT_TRUE(reading->fault.has_value());
  EXPECT_NE(reading->fault->message.find("window"), std::string::npos);
  EXPECT_FALSE(Read(blob, {.diff_id = Digest(tar), .digest = Digest("x")}, names).has_value());
}

TEST(LayerReader, ReadsAnEmptyLayer) {
  Names names;
  const auto reading = Read("", {.diff_id = Digest(""), .digest = Digest("")}, names);
  ASSERT_TRUE(reading.has_value()) << reading.error().message;
  EXPECT_EQ(reading->entries, 0u);
}

TEST(LayerReader, EndsWithTheCaller) {
  const std::string tar = LargeTar();
  std::stop_source stop;
  stop.request_stop();
  OneBlob source(TestGzip(tar), 1000);
  Names names;
  const auto reading =
      ReadLayer(source, {.diff_id = Digest(tar)}, names, {}, {.stop = stop.get_token()});
  ASSERT_FALSE(reading.has_value());
  EXPECT_EQ(reading.error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace narrows::registry
