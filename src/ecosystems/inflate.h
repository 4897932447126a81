#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace narrows::ecosystems {

enum class DeflateFraming { kNone, kZlib };  // RFC 1951 alone, or within RFC 1950

// The whole of a deflated text. kDataLoss when it is damaged or cut off, kResourceExhausted when it
// unpacks to more than `most` bytes; memory grows with what is really there.
Result<std::string> Inflate(std::string_view packed, DeflateFraming framing, size_t most);

}  // namespace narrows::ecosystems
