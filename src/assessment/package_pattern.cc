#include "assessment/package_pattern.h"

#include <optional>

#include "base/strings.h"

namespace narrows::assessment {
namespace {

struct Parts {
  std::string type;
  std::string name_space;
  std::string name;
  std::string version;
  std::map<std::string, std::string, std::less<>> qualifiers;
};

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> PercentDecode(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = HexValue(text[i + 1]);
    const int low = HexValue(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

bool ReadQualifiers(std::string_view text, Parts& parts) {
  for (const std::string_view pair : Split(text, '&')) {
    const size_t equals = pair.find('=');
    if (equals == 0 || equals == pair.npos) return false;
    const auto value = PercentDecode(pair.substr(equals + 1));
    if (!value) return false;
    parts.qualifiers[ToLower(pair.substr(0, equals))] = *value;
  }
  return true;
}

std::optional<Parts> ReadPurl(std::string_view purl) {
  if (!purl.starts_with("pkg:")) return std::nullopt;
  purl.remove_prefix(4);
  while (purl.starts_with('/')) purl.remove_prefix(1);
  purl = purl.substr(0, purl.find('#'));
  Parts parts;
  if (const size_t question = purl.find('?'); question != purl.npos) {
    if (!ReadQualifiers(purl.substr(question + 1), parts)) return std::nullopt;
    purl = purl.substr(0, question);
  }
  if (const size_t at = purl.rfind('@'); at != purl.npos && at > purl.rfind('/')) {
    const auto version = PercentDecode(purl.substr(at + 1));
    if (!version || version->empty()) return std::nullopt;
    parts.version = *version;
    purl = purl.substr(0, at);
  }
  const size_t first = purl.find('/');
  const size_t last = purl.rfind('/');
  if (first == purl.npos) return std::nullopt;
  parts.type = ToLower(purl.substr(0, first));
  const auto name = PercentDecode(purl.substr(last + 1));
  const auto name_space =
      PercentDecode(last > first ? purl.substr(first + 1, last - first - 1) : "");
  if (!name || name->empty() || !name_space || parts.type.empty()) return std::nullopt;
  parts.name = *name;
  parts.name_space = *name_space;
  return parts;
}

}  // namespace

Result<PackagePattern> PackagePattern::Parse(std::string_view purl) {
  const auto parts = ReadPurl(Trim(purl));
  if (!parts) {
    return InvalidArgument("\"" + Printable(purl, 80) +
                           "\" is not a package-url such as pkg:deb/debian/openssl");
  }
  PackagePattern pattern;
  pattern.text_ = std::string(Trim(purl));
  pattern.type_ = parts->type;
  pattern.name_space_ = parts->name_space;
  pattern.name_ = parts->name;
  pattern.version_ = parts->version;
  pattern.qualifiers_ = parts->qualifiers;
  return pattern;
}

bool PackagePattern::Matches(const model::Package& package) const {
  const auto parts = ReadPurl(package.purl);
  if (!parts || parts->type != type_ || parts->name_space != name_space_) return false;
  if (parts->name != name_ && package.source_name != name_) return false;
  if (!version_.empty() && parts->version != version_ && package.version != version_ &&
      package.source_version != version_) {
    return false;
  }
  for (const auto& [key, value] : qualifiers_) {
    const auto qualifier = parts->qualifiers.find(key);
    if (qualifier == parts->qualifiers.end() || qualifier->second != value) return false;
  }
  return true;
}

}  // namespace narrows::assessment
