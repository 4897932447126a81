#include "assessment/package_pattern.h"

#include "base/strings.h"
#include "ecosystems/purl.h"

namespace narrows::assessment {

Result<PackagePattern> PackagePattern::Parse(std::string_view purl) {
  ASSIGN_OR_RETURN(const ecosystems::Purl parts, ecosystems::ParsePurl(purl));
  PackagePattern pattern;
  pattern.text_ = std::string(Trim(purl));
  pattern.type_ = parts.type;
  pattern.name_space_ = parts.name_space;
  pattern.name_ = parts.name;
  pattern.version_ = parts.version;
  pattern.qualifiers_ = parts.qualifiers;
  return pattern;
}

bool PackagePattern::Matches(const model::Package& package) const {
  const auto parts = ecosystems::ParsePurl(package.purl);
  if (!parts.has_value() || parts->type != type_ || parts->name_space != name_space_) return false;
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
