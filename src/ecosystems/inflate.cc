#include "ecosystems/inflate.h"

#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>

namespace narrows::ecosystems {
namespace {

constexpr size_t kFirstBytes = size_t{64} * 1024;
constexpr size_t kMostAtOnce = std::numeric_limits<uint32_t>::max() / 2;

}  // namespace

Result<std::string> Inflate(std::string_view packed, DeflateFraming framing, size_t most) {
  const auto state = std::make_unique_for_overwrite<inflate_state>();
  isal_inflate_init(state.get());
  state->crc_flag = framing == DeflateFraming::kZlib ? ISAL_ZLIB : ISAL_DEFLATE;
  // One byte more than allowed shows that there is more.
  std::string text(std::min(most, kFirstBytes) + 1, '\0');
  size_t written = 0;
  while (true) {
    const auto given = static_cast<uint32_t>(std::min(packed.size(), kMostAtOnce));
    const auto room = static_cast<uint32_t>(std::min(text.size() - written, kMostAtOnce));
    // ISA-L's pointers are not const, but it only reads.
    state->next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(packed.data()));
    state->avail_in = given;
    state->next_out = reinterpret_cast<uint8_t*>(text.data()) + written;
    state->avail_out = room;
    const int result = isal_inflate(state.get());
    if (result != ISAL_DECOMP_OK && result != ISAL_END_INPUT && result != ISAL_OUT_OVERFLOW)
      return DataLoss("the compressed data are damaged");
    const size_t produced = room - state->avail_out;
    const size_t consumed = given - state->avail_in;
    written += produced;
    packed.remove_prefix(consumed);
    if (written > most)
      return ResourceExhausted("larger than the limit of " + std::to_string(most) + " bytes");
    if (state->block_state == ISAL_BLOCK_FINISH) break;
    if (written == text.size()) {
      text.resize(std::min(most, text.size() * 2) + 1);
    } else if (produced == 0 && consumed == 0) {
      return DataLoss("the compressed data are cut off");
    }
  }
  text.resize(written);
  return text;
}

}  // namespace narrows::ecosystems
