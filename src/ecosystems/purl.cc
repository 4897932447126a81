#include "ecosystems/purl.h"

#include <algorithm>

#include "base/strings.h"

namespace narrows::ecosystems {

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
