#include "registry/inflater.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

#include "registry/test_compress.h"

namespace narrows::registry {
namespace {

// Some text that deflate can and cannot shorten.
std::string Sample(size_t size) {
  std::mt19937 random(7);
  std::string text;
  while (text.size() < size)
    text += random() % 3 == 0 ? std::to_string(random()) : std::string("Package: libc6\n");
  text.resize(size);
  return text;
}

Result<std::string> Inflate(std::string_view stored, size_t piece, size_t room) {
  ASSIGN_OR_RETURN(std::unique_ptr<Inflater> inflater,
                   MakeInflater(DetectCompression(stored.substr(0, kMagicBytes))));
  std::string output;
  std::string buffer(room, '\0');
  while (!stored.empty()) {
    std::string_view input = stored.substr(0, piece);
    stored.remove_prefix(input.size());
    while (true) {
      ASSIGN_OR_RETURN(const size_t n, inflater->Step(input, buffer));
      output.append(buffer, 0, n);
      if (n < buffer.size()) break;
    }
    EXPECT_TRUE(input.empty());
  }
  RETURN_IF_ERROR(inflater->Finish());
  return output;
}

TEST(Inflater, DetectsByMagicBytes) {
  EXPECT_EQ(DetectCompression(TestGzip("x").substr(0, 6)), Compression::kGzip);
  EXPECT_EQ(DetectCompression(TestZstd("x").substr(0, 6)), Compression::kZstd);
  EXPECT_EQ(DetectCompression("\x5a\x2a\x4d\x18zz"), Compression::kZstd);
  EXPECT_EQ(DetectCompression("BZh91A"), Compression::kBzip2);
  EXPECT_EQ(DetectCompression("usr/bi"), Compression::kNone);
  EXPECT_EQ(DetectCompression(""), Compression::kNone);
}

TEST(Inflater, RefusesWhatItCannotUnpackWithTheRemedy) {
  const auto xz = MakeInflater(Compression::kXz);
  ASSERT_FALSE(xz.has_value());
  EXPECT_EQ(xz.error().code, ErrorCode::kUnimplemented);
  EXPECT_NE(xz.error().message.find("unpack it first"), std::string::npos);
}

class InflaterPieces : public ::testing::TestWithParam<std::tuple<size_t, size_t>> {};

TEST_P(InflaterPieces, GivesTheBytesWhateverTheirPieces) {
  const auto [piece, room] = GetParam();
  const std::string text = Sample(100'000);
  for (const std::string& stored : {TestGzip(text), TestZstd(text)}) {
    const auto output = Inflate(stored, piece, room);
    ASSERT_TRUE(output.has_value()) << output.error().message;
    EXPECT_EQ(*output, text);
  }
}

TEST_P(InflaterPieces, ReadsSeveralMembersInOneStream) {
  const auto [piece, room] = GetParam();
  std::string gzip, zstd, text;
  for (size_t i = 0; i < 40; ++i) {
    const std::string part = Sample(i * 37);
    text += part;
    gzip += TestGzip(part);
    zstd += TestZstd(part);
  }
  for (const std::string& stored : {gzip, zstd, gzip + std::string(512, '\0')}) {
    const auto output = Inflate(stored, piece, room);
    ASSERT_TRUE(output.has_value()) << output.error().message;
    EXPECT_EQ(*output, text);
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, InflaterPieces,
                         ::testing::Combine(::testing::Values(1, 7, 4096, 1 << 20),
                                            ::testing::Values(1, 999, 1 << 18)));

TEST(Inflater, ReadsEveryFieldOfAGzipHeader) {
  const std::string plain = TestGzip("hello");
  std::string header("\x1f\x8b\x08\x1e\0\0\0\0\0\x03", 10);
  header +=
      std::string("\x03\0abc", 5) + std::string("name\0", 5) + std::string("comment\0", 8) + "cc";
  for (size_t piece = 1; piece < 30; ++piece) {
    const auto output = Inflate(header + plain.substr(10), piece, 64);
    ASSERT_TRUE(output.has_value()) << output.error().message;
    EXPECT_EQ(*output, "hello");
  }
}

TEST(Inflater, ReportsTruncationAtAnyPlace) {
  const std::string text = Sample(3000);
  for (const std::string& stored : {TestGzip(text), TestZstd(text)}) {
    for (size_t size = kMagicBytes; size < stored.size(); ++size) {
      const auto output = Inflate(stored.substr(0, size), 4096, 4096);
      ASSERT_FALSE(output.has_value()) << size;
      EXPECT_EQ(output.error().code, ErrorCode::kDataLoss);
    }
  }
}

TEST(Inflater, HasALimitToTheMemoryOfAZstdWindow) {
  EXPECT_EQ(Inflate(TestZstdWithWindow("hello", 25), 4096, 4096), "hello");
  const auto larger = Inflate(TestZstdWithWindow("hello", 26), 4096, 4096);
  ASSERT_FALSE(larger.has_value());
  EXPECT_EQ(larger.error().code, ErrorCode::kResourceExhausted);
}

TEST(Inflater, ReportsDamage) {
  std::string gzip = TestGzip(Sample(3000));
  gzip[gzip.size() - 6] ^= 1;  // the CRC
  EXPECT_EQ(Inflate(gzip, 4096, 4096).error().code, ErrorCode::kDataLoss);
  EXPECT_EQ(Inflate(TestGzip("a") + "garbage", 4096, 4096).error().code, ErrorCode::kDataLoss);
  EXPECT_EQ(Inflate(TestGzip("a") + std::string(9, '\0') + "x", 4096, 4096).error().code,
            ErrorCode::kDataLoss);
  std::string zstd = TestZstd(Sample(3000));
  zstd[20] ^= 0x55;
  zstd[40] ^= 0x55;
  EXPECT_FALSE(Inflate(zstd, 4096, 4096).has_value());
}

}  // namespace
}  // namespace narrows::registry
