#pragma once

// For tests only. Whoever includes it links ISA-L and zstd.

#include <isa-l/igzip_lib.h>
#include <zstd.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace narrows::registry {

// One gzip member.
inline std::string TestGzip(std::string_view bytes) {
  std::string input(bytes);
  std::string output(bytes.size() + bytes.size() / 8 + 1024, '\0');
  isal_zstream stream;
  isal_deflate_stateless_init(&stream);
  stream.end_of_stream = 1;
  stream.gzip_flag = IGZIP_GZIP;
  stream.next_in = reinterpret_cast<uint8_t*>(input.data());
  stream.avail_in = static_cast<uint32_t>(input.size());
  stream.next_out = reinterpret_cast<uint8_t*>(output.data());
  stream.avail_out = static_cast<uint32_t>(output.size());
  if (isal_deflate_stateless(&stream) != COMP_OK) return "";
  output.resize(stream.total_out);
  return output;
}

// One zstd frame that does not say its size and wants a window of 2^`window_log` bytes.
inline std::string TestZstdWithWindow(std::string_view bytes, int window_log) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
  std::string stored(ZSTD_compressBound(bytes.size()) + 64, '\0');
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  ZSTD_outBuffer out{stored.data(), stored.size(), 0};
  ZSTD_compressStream2(context, &out, &in, ZSTD_e_continue);
  ZSTD_compressStream2(context, &out, &in, ZSTD_e_end);
  ZSTD_freeCCtx(context);
  stored.resize(out.pos);
  return stored;
}

// One zstd frame.
inline std::string TestZstd(std::string_view bytes) {
  std::string output(ZSTD_compressBound(bytes.size()), '\0');
  output.resize(ZSTD_compress(output.data(), output.size(), bytes.data(), bytes.size(), 3));
  return output;
}

}  // namespace narrows::registry
