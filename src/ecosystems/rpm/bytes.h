#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

// Numbers of fixed size out of foreign bytes. One that lies outside, even in part, reads as 0.
namespace narrows::ecosystems::rpm {

enum class ByteOrder { kBig, kLittle };

template <typename T>
T ReadNumber(std::string_view bytes, size_t at, ByteOrder order) {
  if (at > bytes.size() || sizeof(T) > bytes.size() - at) return 0;
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) {
    const size_t place = order == ByteOrder::kBig ? i : sizeof(T) - 1 - i;
    value = value << 8 | static_cast<unsigned char>(bytes[at + place]);
  }
  return static_cast<T>(value);
}

inline uint32_t BigU32(std::string_view bytes, size_t at) {
  return ReadNumber<uint32_t>(bytes, at, ByteOrder::kBig);
}

inline uint16_t BigU16(std::string_view bytes, size_t at) {
  return ReadNumber<uint16_t>(bytes, at, ByteOrder::kBig);
}

// The `size` bytes from `at` on; empty when they are not all there.
inline std::string_view Slice(std::string_view bytes, size_t at, size_t size) {
  if (at > bytes.size() || size > bytes.size() - at) return {};
  return bytes.substr(at, size);
}

}  // namespace narrows::ecosystems::rpm
