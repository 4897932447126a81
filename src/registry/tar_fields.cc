#include "registry/tar_fields.h"

#include <limits>

#include "base/strings.h"

namespace narrows::registry {
namespace {

constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();

Result<uint64_t> ParseBase256(std::string_view field) {
  const auto first = static_cast<unsigned char>(field.front());
  if ((first & 0x40) != 0) return DataLoss("a tar header has a negative number");
  uint64_t value = first & 0x3f;
  for (const char c : field.substr(1)) {
    if (value > (kMost >> 8)) return DataLoss("a number of a tar header is too large");
    value = value << 8 | static_cast<unsigned char>(c);
  }
  return value;
}

}  // namespace

std::string_view TarText(std::string_view field) { return field.substr(0, field.find('\0')); }

Result<uint64_t> ParseTarNumber(std::string_view field) {
  if (!field.empty() && (static_cast<unsigned char>(field.front()) & 0x80) != 0)
    return ParseBase256(field);
  std::string_view digits = TarText(field);
  while (!digits.empty() && digits.front() == ' ') digits.remove_prefix(1);
  while (!digits.empty() && digits.back() == ' ') digits.remove_suffix(1);
  uint64_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '7')
      return DataLoss("a number of a tar header is damaged: '" + Printable(digits, 12) + "'");
    value = value << 3 | static_cast<uint64_t>(c - '0');  // at most 12 digits: 36 bits
  }
  return value;
}

bool TarChecksumMatches(std::string_view block) {
  const Result<uint64_t> stated = ParseTarNumber(block.substr(148, 8));
  if (!stated.has_value()) return false;
  uint64_t plain = uint64_t{8} * ' ';  // the field itself counts as spaces
  int64_t with_sign = int64_t{8} * ' ';
  for (size_t i = 0; i < block.size(); ++i) {
    if (i >= 148 && i < 156) continue;
    plain += static_cast<unsigned char>(block[i]);
    with_sign += static_cast<signed char>(block[i]);
  }
  return *stated == plain || (with_sign >= 0 && *stated == static_cast<uint64_t>(with_sign));
}

std::string TarPathOf(std::string_view block) {
  const std::string_view name = TarText(block.substr(0, 100));
  std::string_view prefix;
  if (block.substr(257, 6) == std::string_view("ustar\0", 6)) {
    const bool star = block.substr(508, 4) == std::string_view("tar\0", 4);
    prefix = TarText(block.substr(345, star ? 131 : 155));
  }
  if (prefix.empty()) return std::string(name);
  return std::string(prefix) + "/" + std::string(name);
}

}  // namespace narrows::registry
