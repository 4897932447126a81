#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"

namespace narrows::registry {

enum class Compression { kNone, kGzip, kZstd, kBzip2, kXz };

// By magic bytes: media types are often wrong. `head` is the stream's first kMagicBytes bytes, or
// all of it when it is shorter.
inline constexpr size_t kMagicBytes = 6;
Compression DetectCompression(std::string_view head);

// Unpacks one compressed stream piece by piece. Not thread-safe.
class Inflater {
 public:
  virtual ~Inflater() = default;

  // Consumes a prefix of `input` (and shortens it), writes to `output`, returns how many bytes were
  // written. Less than output.size() means that all of the input was consumed. kDataLoss when the
  // stream is damaged, kResourceExhausted when unpacking it takes too much memory; after an error
  // the object is of no more use.
  virtual Result<size_t> Step(std::string_view& input, std::span<char> output) = 0;

  // After the last input: kDataLoss when the stream ends in mid-air.
  virtual Status Finish() const = 0;
};

// For kGzip (RFC 1952, any number of members, zero padding allowed behind the last) and kZstd
// (RFC 8878, any number of frames, skippable ones included). A zstd window above kMostWindowBytes,
// all of which must be in memory, is kResourceExhausted: tools that make images use up to 8 MiB.
// kUnimplemented, with the remedy, for what no container runtime writes; kNone needs no inflater
// and is refused.
inline constexpr size_t kMostWindowBytes = size_t{32} << 20;
Result<std::unique_ptr<Inflater>> MakeInflater(Compression compression);

}  // namespace narrows::registry
