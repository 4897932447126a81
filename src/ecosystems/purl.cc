#include "ecosystems/purl.h"

#include <algorithm>
#include <optional>

#include "base/strings.h"

namespace narrows::ecosystems {
namespace {

constexpr size_t kMostPurlBytes = 4096;

// With a type, qualifiers and so on already taken off: "debian/openssl@1.1".
bool ReadNames(std::string_view text, Purl& purl) {
  const size_t last = text.rfind('/');
  if (const size_t at = text.rfind('@'); at != text.npos && (last == text.npos || at > last)) {
    const auto version = PercentDecode(text.substr(at + 1));
    if (!version || version->empty()) return false;
    purl.version = *version;
    text = text.substr(0, at);
  }
  while (text.ends_with('/')) text.remove_suffix(1);
  const size_t slash = text.rfind('/');
  const auto name = PercentDecode(slash == text.npos ? text : text.substr(slash + 1));
  const auto name_space = PercentDecode(slash == text.npos ? "" : text.substr(0, slash));
  if (!name || name->empty() || !name_space) return false;
  purl.name = *name;
  purl.name_space = *name_space;
  return true;
}

bool ReadQualifiers(std::string_view text, Purl& purl) {
  for (const std::string_view pair : Split(text, '&')) {
    const size_t equals = pair.find('=');
    if (equals == 0 || equals == pair.npos) return false;
    const auto value = PercentDecode(pair.substr(equals + 1));
    if (!value) return false;
    // A qualifier without a value is none.
    if (!value->empty()) purl.qualifiers[ToLower(pair.substr(0, equals))] = *value;
  }
  return true;
}

std::optional<Purl> ReadPurl(std::string_view text) {
  constexpr std::string_view kScheme = "pkg:";
  if (text.size() > kMostPurlBytes || ToLower(text.substr(0, kScheme.size())) != kScheme)
    return std::nullopt;
  text.remove_prefix(kScheme.size());
  while (text.starts_with('/')) text.remove_prefix(1);
  Purl purl;
  if (const size_t hash = text.find('#'); hash != text.npos) {
    const auto subpath = PercentDecode(text.substr(hash + 1));
    if (!subpath) return std::nullopt;
    purl.subpath = *subpath;
    text = text.substr(0, hash);
  }
  if (const size_t question = text.find('?'); question != text.npos) {
    if (question + 1 < text.size() && !ReadQualifiers(text.substr(question + 1), purl))
      return std::nullopt;
    text = text.substr(0, question);
  }
  const size_t slash = text.find('/');
  if (slash == 0 || slash == text.npos || !ReadNames(text.substr(slash + 1), purl))
    return std::nullopt;
  purl.type = ToLower(text.substr(0, slash));
  return purl;
}

}  // namespace

Result<Purl> ParsePurl(std::string_view text) {
  auto purl = ReadPurl(Trim(text));
  if (purl) return *std::move(purl);
  return InvalidArgument("\"" + Printable(text, 80) +
                         "\" is not a package-url such as pkg:deb/debian/openssl");
}

std::string FormatPurl(PurlParts parts) {
  constexpr std::string_view kKeep = ":";
  std::string purl = "pkg:" + std::string(parts.type) + "/";
  if (!parts.name_space.empty()) purl += PercentEncode(parts.name_space, ":/") + "/";
  purl += PercentEncode(parts.name, kKeep);
  if (!parts.version.empty()) purl += "@" + PercentEncode(parts.version, kKeep);
  std::sort(parts.qualifiers.begin(), parts.qualifiers.end());
  char separator = '?';
  for (const auto& [key, value] : parts.qualifiers) {
    if (value.empty()) continue;
    purl += separator + key + "=" + PercentEncode(value, kKeep);
    separator = '&';
  }
  return purl;
}

std::string DistroQualifier(const model::Distribution& distribution) {
  if (distribution.id.empty()) return "";
  const std::string& release =
      distribution.version_id.empty() ? distribution.version_codename : distribution.version_id;
  return release.empty() ? distribution.id : distribution.id + "-" + release;
}

std::string UpstreamQualifier(const model::Package& package) {
  if (package.source_version != package.version)
    return package.source_name + "@" + package.source_version;
  return package.source_name == package.name ? "" : package.source_name;
}

}  // namespace narrows::ecosystems
