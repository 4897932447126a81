#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace narrows::advisories {

// "CVE-2024-3094": a year and a number of at least four digits, as the CVE program writes them.
bool IsCveId(std::string_view id);

// A CVE id as a number that sorts by year, then by number; nothing for another text or a number
// above 10^11.
std::optional<uint64_t> PackCveId(std::string_view id);

// The id that PackCveId made the number of.
std::string UnpackCveId(uint64_t packed);

}  // namespace narrows::advisories
