#include "ecosystems/inflate.h"

#include <gtest/gtest.h>
#include <isa-l/igzip_lib.h>

#include <string>

namespace narrows::ecosystems {
namespace {

std::string Deflated(const std::string& text, uint32_t framing) {
  std::string packed(text.size() + text.size() / 8 + 1024, '\0');
  isal_zstream stream{};
  isal_deflate_stateless_init(&stream);
  stream.gzip_flag = static_cast<uint16_t>(framing);
  stream.end_of_stream = 1;
  stream.next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uint32_t>(text.size());
  stream.next_out = reinterpret_cast<uint8_t*>(packed.data());
  stream.avail_out = static_cast<uint32_t>(packed.size());
  isal_deflate_stateless(&stream);
  packed.resize(stream.total_out);
  return packed;
}

TEST(Inflate, GivesTheWholeText) {
  for (const size_t size : {0u, 1u, 65'535u, 65'536u, 65'537u, 500'000u}) {
    const std::string text(size, 'x');
    const auto raw = Inflate(Deflated(text, IGZIP_DEFLATE), DeflateFraming::kNone, size);
    ASSERT_TRUE(raw.has_value()) << size << ' ' << raw.error().message;
    EXPECT_EQ(*raw, text);
    const auto framed = Inflate(Deflated(text, IGZIP_ZLIB), DeflateFraming::kZlib, 1'000'000);
    ASSERT_TRUE(framed.has_value()) << size << ' ' << framed.error().message;
    EXPECT_EQ(*framed, text);
  }
}

TEST(Inflate, EndsAtItsLimit) {
  const std::string packed = Deflated(std::string(1'000'000, 'x'), IGZIP_DEFLATE);
  for (const size_t most : {0u, 1u, 70'000u, 999'999u})
    EXPECT_EQ(Inflate(packed, DeflateFraming::kNone, most).error().code,
              ErrorCode::kResourceExhausted);
}

TEST(Inflate, SaysWhenTheTextIsDamagedOrCutOff) {
  const std::string packed = Deflated("hello, hello, hello", IGZIP_ZLIB);
  for (size_t i = 0; i < packed.size(); ++i) {
    const auto cut = Inflate(packed.substr(0, i), DeflateFraming::kZlib, 1000);
    EXPECT_EQ(cut.has_value() ? ErrorCode::kInternal : cut.error().code, ErrorCode::kDataLoss) << i;
  }
  EXPECT_EQ(Inflate(std::string(100, '\xff'), DeflateFraming::kNone, 1000).error().code,
            ErrorCode::kDataLoss);
}

}  // namespace
}  // namespace narrows::ecosystems
