#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace narrows::advisories::distribution {

// One zstd frame (RFC 8878) with a checksum.
Result<std::string> Compress(std::string_view bytes, int level);

// Unpacks a zstd stream piece by piece. kDataLoss for what is none or ends too early,
// kResourceExhausted when it unpacks to more than `most` bytes, and for a window above 128 MiB.
class Decompressor {
 public:
  using OnData = std::function<Status(std::string_view piece)>;

  Decompressor(uint64_t most, OnData on_data);
  ~Decompressor();
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  Status Add(std::string_view piece);
  // That the stream has ended where the bytes did.
  Status Finish() const;

 private:
  void* stream_;
  uint64_t left_;
  OnData on_data_;
  std::string room_;
  bool complete_ = true;
};

// The same in memory.
Result<std::string> Decompress(std::string_view bytes, uint64_t most);

}  // namespace narrows::advisories::distribution
