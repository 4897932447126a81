#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace narrows::registry {

// The fixed fields of a 512-byte tar header (POSIX.1-2017 pax, "ustar Interchange Format", and the
// GNU tar manual, "Basic Tar Format").

// A text field up to its first NUL.
std::string_view TarText(std::string_view field);

// Octal in ASCII, or GNU's base 256 when the first bit is set. kDataLoss when it is neither, is
// negative or does not fit 63 bits. An empty field is 0.
Result<uint64_t> ParseTarNumber(std::string_view field);

// The sum of the header's bytes, taken as unsigned or (as old programs did) as signed.
bool TarChecksumMatches(std::string_view block);

// The name, with the prefix where the format has one.
std::string TarPathOf(std::string_view block);

}  // namespace narrows::registry
