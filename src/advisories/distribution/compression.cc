#include "advisories/distribution/compression.h"

#include <zstd.h>

#include "base/check.h"
#include "base/handle.h"

namespace narrows::advisories::distribution {
namespace {

constexpr int kMostWindowLog = 27;
// Matches of a whole database's length: what one release repeats lies far apart.
constexpr int kWindowLog = 26;

ZSTD_DStream* Stream(void* stream) { return static_cast<ZSTD_DStream*>(stream); }

}  // namespace

Result<std::string> Compress(std::string_view bytes, int level) {
  const Handle<ZSTD_CCtx, ZSTD_freeCCtx> context(ZSTD_createCCtx());
  NARROWS_CHECK(context != nullptr);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, kWindowLog);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const size_t size =
      ZSTD_compress2(context.get(), out.data(), out.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size) != 0)
    return Internal(std::string("compressing failed: ") + ZSTD_getErrorName(size));
  out.resize(size);
  out.shrink_to_fit();
  return out;
}

Decompressor::Decompressor(uint64_t most, OnData on_data)
    : stream_(ZSTD_createDStream()),
      left_(most),
      on_data_(std::move(on_data)),
      room_(ZSTD_DStreamOutSize(), '\0') {
  NARROWS_CHECK(stream_ != nullptr);
  ZSTD_DCtx_setParameter(Stream(stream_), ZSTD_d_windowLogMax, kMostWindowLog);
}

Decompressor::~Decompressor() { ZSTD_freeDStream(Stream(stream_)); }

Status Decompressor::Add(std::string_view piece) {
  ZSTD_inBuffer in{piece.data(), piece.size(), 0};
  bool full = false;
  while (in.pos < in.size || full) {
    ZSTD_outBuffer out{room_.data(), room_.size(), 0};
    const size_t result = ZSTD_decompressStream(Stream(stream_), &out, &in);
    if (ZSTD_isError(result) != 0)
      return DataLoss(std::string("the compressed bytes are damaged: ") +
                      ZSTD_getErrorName(result));
    complete_ = result == 0;
    full = out.pos == out.size;
    if (out.pos > left_) return ResourceExhausted("the bytes unpack to more than was announced");
    left_ -= out.pos;
    if (out.pos > 0) RETURN_IF_ERROR(on_data_({room_.data(), out.pos}));
  }
  return Ok();
}

Status Decompressor::Finish() const {
  return complete_ ? Ok() : Status(DataLoss("the compressed bytes end too early"));
}

Result<std::string> Decompress(std::string_view bytes, uint64_t most) {
  std::string out;
  Decompressor decompressor(most, [&out](std::string_view piece) {
    out += piece;
    return Ok();
  });
  RETURN_IF_ERROR(decompressor.Add(bytes));
  RETURN_IF_ERROR(decompressor.Finish());
  return out;
}

}  // namespace narrows::advisories::distribution
