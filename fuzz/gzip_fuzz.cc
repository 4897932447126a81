// Unpacks the input as gzip or zstd with piece and buffer sizes that must not matter, but for which
// of its faults is seen first.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "registry/inflater.h"

namespace {

constexpr size_t kMost = 1 << 20;

std::string Inflate(std::string_view stored, size_t piece, size_t room) {
  auto inflater = narrows::registry::MakeInflater(
      narrows::registry::DetectCompression(stored.substr(0, narrows::registry::kMagicBytes)));
  if (!inflater.has_value()) return "";
  std::string output;
  std::string buffer(room, '\0');
  while (!stored.empty() && output.size() < kMost) {
    std::string_view input = stored.substr(0, piece);
    stored.remove_prefix(input.size());
    while (output.size() < kMost) {
      const auto n = (*inflater)->Step(input, buffer);
      if (!n.has_value()) return "";
      output.append(buffer, 0, *n);
      if (*n < buffer.size()) break;
    }
  }
  if (output.size() >= kMost) return "";
  return (*inflater)->Finish().has_value() ? output : "";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (Inflate(bytes, std::max<size_t>(size, 1), 65536) != Inflate(bytes, 13, 100)) std::abort();
  return 0;
}
