#pragma once

#include <cstdint>
#include <string_view>

namespace narrows {

// A 64-bit hash of a text given in pieces (FNV-1a, finally mixed), with a value after each of them:
// made for paths and the folders they go through. Not for texts that someone may choose so that
// they collide where that would matter. Its values are stored: they don't change.
class PathHash {
 public:
  PathHash& Add(std::string_view piece) {
    for (const char c : piece) {
      state_ ^= static_cast<unsigned char>(c);
      state_ *= 0x100000001b3u;
    }
    return *this;
  }

  uint64_t Value() const {
    uint64_t value = state_;
    value ^= value >> 33;
    value *= 0xff51afd7ed558ccdu;
    value ^= value >> 33;
    value *= 0xc4ceb9fe1a85ec53u;
    return value ^ value >> 33;
  }

 private:
  uint64_t state_ = 0xcbf29ce484222325u;
};

}  // namespace narrows
