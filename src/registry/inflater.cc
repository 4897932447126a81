#include "registry/inflater.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>

namespace narrows::registry {
namespace {

constexpr unsigned char kFlagHeaderCrc = 2, kFlagExtra = 4, kFlagName = 8, kFlagComment = 16;
constexpr int kMostWindowLog = 25;
constexpr size_t kMostHeaderText = size_t{64} * 1024;

// The framing of RFC 1952 is read here and only the deflate stream is ISA-L's: its own trailer
// handling drops the bytes that it has read ahead when another member follows.
class GzipInflater final : public Inflater {
 public:
  GzipInflater() { isal_inflate_init(&state_); }

  Result<size_t> Step(std::string_view& input, std::span<char> output) override {
    size_t written = 0;
    while (written < output.size()) {
      if (part_ == Part::kDeflate) {
        ASSIGN_OR_RETURN(const size_t n, Deflate(input, output.subspan(written)));
        written += n;
        if (part_ == Part::kDeflate && input.empty()) break;
      } else if (!pending_.empty()) {
        std::string_view pending = pending_;
        RETURN_IF_ERROR(Frame(pending));
        pending_ = std::string(pending);
      } else if (!input.empty()) {
        RETURN_IF_ERROR(Frame(input));
      } else {
        break;
      }
    }
    return written;
  }

  Status Finish() const override {
    if (members_ > 0 && (part_ == Part::kPadding || (part_ == Part::kFixed && field_.empty())))
      return Ok();
    return DataLoss("the gzip stream is truncated");
  }

 private:
  enum class Part {
    kFixed,
    kExtraSize,
    kExtra,
    kName,
    kComment,
    kHeaderCrc,
    kDeflate,
    kTrailer,
    kPadding
  };

  Result<size_t> Deflate(std::string_view& input, std::span<char> output) {
    constexpr size_t kMost = std::numeric_limits<uint32_t>::max() / 2;
    const auto given = static_cast<uint32_t>(std::min(input.size(), kMost));
    const auto room = static_cast<uint32_t>(std::min(output.size(), kMost));
    // ISA-L's pointers are not const, but it only reads.
    state_.next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(input.data()));
    state_.avail_in = given;
    state_.next_out = reinterpret_cast<uint8_t*>(output.data());
    state_.avail_out = room;
    const int result = isal_inflate(&state_);
    if (result != ISAL_DECOMP_OK && result != ISAL_END_INPUT && result != ISAL_OUT_OVERFLOW)
      return DataLoss("the gzip stream is damaged");
    const size_t written = room - state_.avail_out;
    crc_ = crc32_gzip_refl(crc_, reinterpret_cast<const uint8_t*>(output.data()), written);
    length_ += static_cast<uint32_t>(written);
    input.remove_prefix(given - state_.avail_in);
    if (state_.block_state == ISAL_BLOCK_FINISH) EndMember();
    return written;
  }

  // What ISA-L has read beyond the deflate stream goes back to the framing.
  void EndMember() {
    uint64_t bits = state_.read_in >> (state_.read_in_length % 8);
    for (int i = 0; i < state_.read_in_length / 8; ++i, bits >>= 8)
      pending_.push_back(static_cast<char>(bits & 0xff));
    part_ = Part::kTrailer;
    ++members_;
  }

  // Consumes framing up to the next change of part.
  Status Frame(std::string_view& input) {
    switch (part_) {
      case Part::kFixed:
        return input.front() == 0 && field_.empty() && members_ > 0 ? StartPadding()
                                                                    : ReadFixed(input);
      case Part::kExtraSize:
        if (!Collect(input, 2)) return Ok();
        extra_ = static_cast<size_t>(Byte(0) | Byte(1) << 8);
        Next(Part::kExtra);
        return Ok();
      case Part::kExtra: {
        const size_t n = std::min(extra_, input.size());
        input.remove_prefix(n);
        extra_ -= n;
        if (extra_ == 0) Next(Part::kName);
        return Ok();
      }
      case Part::kName:
        return SkipText(input, Part::kComment);
      case Part::kComment:
        return SkipText(input, Part::kHeaderCrc);
      case Part::kHeaderCrc:
        if (Collect(input, 2)) Next(Part::kDeflate);
        return Ok();
      case Part::kTrailer:
        return ReadTrailer(input);
      case Part::kPadding:
        if (input.find_first_not_of('\0') != std::string_view::npos)
          return DataLoss("garbage behind the gzip stream");
        input = {};
        return Ok();
      case Part::kDeflate:
        break;
    }
    return Ok();
  }

  Status StartPadding() {
    part_ = Part::kPadding;
    return Ok();
  }

  Status ReadFixed(std::string_view& input) {
    if (!Collect(input, 10)) return Ok();
    if (Byte(0) != 0x1f || Byte(1) != 0x8b) return DataLoss("garbage in place of a gzip header");
    if (Byte(2) != 8) return DataLoss("the gzip header names an unknown method");
    flags_ = static_cast<unsigned char>(Byte(3));
    if ((flags_ & 0xe0) != 0) return DataLoss("the gzip header has reserved flags");
    Next(Part::kExtraSize);
    return Ok();
  }

  Status ReadTrailer(std::string_view& input) {
    if (!Collect(input, 8)) return Ok();
    const auto word = [&](size_t at) {
      return Byte(at) | Byte(at + 1) << 8 | Byte(at + 2) << 16 | Byte(at + 3) << 24;
    };
    if (word(0) != crc_ || word(4) != length_)
      return DataLoss("the checksum of the gzip stream does not match");
    isal_inflate_reset(&state_);
    crc_ = length_ = 0;
    field_.clear();
    part_ = Part::kFixed;
    return Ok();
  }

  Status SkipText(std::string_view& input, Part next) {
    const size_t end = input.find('\0');
    text_ += end == std::string_view::npos ? input.size() : end;
    if (text_ > kMostHeaderText) return DataLoss("the gzip header is unreasonably long");
    input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
    if (end != std::string_view::npos) Next(next);
    return Ok();
  }

  // The first part at or behind `part` that this member's flags ask for.
  void Next(Part part) {
    field_.clear();
    text_ = 0;
    if (part == Part::kExtraSize && (flags_ & kFlagExtra) == 0) part = Part::kName;
    if (part == Part::kExtra && extra_ == 0) part = Part::kName;
    if (part == Part::kName && (flags_ & kFlagName) == 0) part = Part::kComment;
    if (part == Part::kComment && (flags_ & kFlagComment) == 0) part = Part::kHeaderCrc;
    if (part == Part::kHeaderCrc && (flags_ & kFlagHeaderCrc) == 0) part = Part::kDeflate;
    part_ = part;
  }

  // Gathers `size` bytes in field_; true once they are there.
  bool Collect(std::string_view& input, size_t size) {
    const size_t n = std::min(size - field_.size(), input.size());
    field_.append(input.substr(0, n));
    input.remove_prefix(n);
    return field_.size() == size;
  }
  uint32_t Byte(size_t at) const { return static_cast<unsigned char>(field_[at]); }

  inflate_state state_;
  Part part_ = Part::kFixed;
  std::string field_;
  std::string pending_;
  unsigned char flags_ = 0;
  size_t extra_ = 0;
  size_t text_ = 0;
  uint64_t members_ = 0;
  uint32_t crc_ = 0;
  uint32_t length_ = 0;
};

class ZstdInflater final : public Inflater {
 public:
  explicit ZstdInflater(ZSTD_DStream* stream) : stream_(stream) {}
  ~ZstdInflater() override { ZSTD_freeDStream(stream_); }
  ZstdInflater(const ZstdInflater&) = delete;
  ZstdInflater& operator=(const ZstdInflater&) = delete;

  Result<size_t> Step(std::string_view& input, std::span<char> output) override {
    ZSTD_outBuffer out{output.data(), output.size(), 0};
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    // The stream may hold output back even when the input is used up, so it is asked until it has
    // none left.
    while (out.pos < out.size && (in.pos < in.size || held_back_)) {
      const size_t result = ZSTD_decompressStream(stream_, &out, &in);
      if (ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge)
        return ResourceExhausted("its zstd window is larger than the limit of " +
                                 std::to_string(kMostWindowBytes >> 20) + " MiB");
      if (ZSTD_isError(result))
        return DataLoss("the zstd stream is damaged: " + std::string(ZSTD_getErrorName(result)));
      held_back_ = result != 0 && out.pos == out.size;
      whole_ = result == 0;
    }
    input.remove_prefix(in.pos);
    return out.pos;
  }

  Status Finish() const override {
    return whole_ ? Ok() : Status(DataLoss("the zstd stream is truncated"));
  }

 private:
  ZSTD_DStream* stream_;
  bool held_back_ = false;
  bool whole_ = false;
};

}  // namespace

Compression DetectCompression(std::string_view head) {
  const auto starts = [&](std::string_view magic) { return head.starts_with(magic); };
  if (starts("\x1f\x8b")) return Compression::kGzip;
  if (starts("\x28\xb5\x2f\xfd")) return Compression::kZstd;
  if (head.size() >= 4 && (static_cast<unsigned char>(head[0]) & 0xf0) == 0x50 &&
      head.substr(1, 3) == "\x2a\x4d\x18")
    return Compression::kZstd;  // a skippable frame
  if (starts("BZh")) return Compression::kBzip2;
  if (starts(std::string_view("\xfd"
                              "7zXZ\0",
                              6)))
    return Compression::kXz;
  return Compression::kNone;
}

Result<std::unique_ptr<Inflater>> MakeInflater(Compression compression) {
  switch (compression) {
    case Compression::kGzip:
      return std::unique_ptr<Inflater>(std::make_unique<GzipInflater>());
    case Compression::kZstd: {
      ZSTD_DStream* stream = ZSTD_createDStream();
      if (stream == nullptr) return ResourceExhausted("no memory for a zstd stream");
      static_assert(kMostWindowBytes == size_t{1} << kMostWindowLog);
      ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, kMostWindowLog);
      return std::unique_ptr<Inflater>(std::make_unique<ZstdInflater>(stream));
    }
    case Compression::kBzip2:
    case Compression::kXz:
      return Unimplemented(std::string(compression == Compression::kXz ? "xz" : "bzip2") +
                           " compression is not supported; unpack it first");
    case Compression::kNone:
      break;
  }
  return InvalidArgument("the stream is not compressed");
}

}  // namespace narrows::registry
