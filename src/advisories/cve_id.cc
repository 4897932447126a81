#include "advisories/cve_id.h"

#include "base/strings.h"

namespace narrows::advisories {
namespace {
constexpr int kNumberBits = 40;
constexpr size_t kLeastDigits = 4;
constexpr size_t kMostDigits = 11;
}  // namespace

std::optional<uint64_t> PackCveId(std::string_view id) {
  constexpr std::string_view kPrefix = "CVE-";
  if (!id.starts_with(kPrefix) || id.size() < kPrefix.size() + 5 + kLeastDigits || id[8] != '-')
    return std::nullopt;
  const std::string_view year = id.substr(4, 4);
  const std::string_view number = id.substr(9);
  if (number.size() > kMostDigits || (number.size() > kLeastDigits && number.front() == '0'))
    return std::nullopt;
  uint64_t packed = 0;
  for (const char c : year) {
    if (c < '0' || c > '9') return std::nullopt;
    packed = packed * 10 + static_cast<uint64_t>(c - '0');
  }
  uint64_t count = 0;
  for (const char c : number) {
    if (c < '0' || c > '9') return std::nullopt;
    count = count * 10 + static_cast<uint64_t>(c - '0');
  }
  return packed << kNumberBits | count;
}

std::string UnpackCveId(uint64_t packed) {
  const std::string year = std::to_string(packed >> kNumberBits);
  const std::string number = std::to_string(packed & ((uint64_t{1} << kNumberBits) - 1));
  const auto zeros = [](const std::string& digits) {
    return std::string(digits.size() < kLeastDigits ? kLeastDigits - digits.size() : 0, '0');
  };
  return "CVE-" + zeros(year) + year + "-" + zeros(number) + number;
}

bool IsCveId(std::string_view id) { return PackCveId(id).has_value(); }

}  // namespace narrows::advisories
