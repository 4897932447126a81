#include "ecosystems/pypi/metadata.h"

#include <algorithm>
#include <string>

#include "base/strings.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/purl.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::pypi {
namespace {

constexpr std::string_view kJson = ".json";

// The normalised name that purls have: lower case, runs of "-", "_" and "." as one "-".
std::string NormalisedName(std::string_view name) {
  std::string normalised;
  for (const char c : ToLower(name)) {
    const bool separator = c == '-' || c == '_' || c == '.';
    if (!separator) {
      normalised += c;
    } else if (!normalised.ends_with('-')) {
      normalised += '-';
    }
  }
  return normalised;
}

}  // namespace

bool IsMetadata(std::string_view path) {
  return path.ends_with(".dist-info/METADATA") || path.ends_with(".egg-info/PKG-INFO") ||
         path.ends_with("EGG-INFO/PKG-INFO") || path.ends_with(".egg-info");
}

Result<PackageExtractor::Extracted> ParseMetadata(std::string_view content) {
  PackageExtractor::Extracted extracted;
  if (Trim(content.substr(0, 64)).empty()) return extracted;
  std::string_view name;
  std::string_view version;
  while (const auto line = NextLine(content)) {
    if (line->empty()) break;  // the description follows
    const size_t colon = line->find(':');
    if (colon == std::string_view::npos) continue;
    const std::string field = ToLower(line->substr(0, std::min<size_t>(colon, 16)));
    if (field == "name" && name.empty()) name = Trim(line->substr(colon + 1));
    if (field == "version" && version.empty()) version = Trim(line->substr(colon + 1));
  }
  if (!IsToken(name) || !IsToken(version))
    return DataLoss("Python metadata without a usable name or version: name '" +
                    Printable(name, 80) + "', version '" + Printable(version, 80) + "'");
  extracted.packages.push_back(LanguagePackage(std::string(name), std::string(version)));
  return extracted;
}

bool IsCondaRecord(std::string_view path) {
  if (!path.ends_with(kJson)) return false;
  path.remove_suffix(FileName(path).size());
  return path == "conda-meta/" || path.ends_with("/conda-meta/");
}

Result<PackageExtractor::Extracted> ParseCondaRecord(std::string_view path) {
  std::string_view file = FileName(path);
  file.remove_suffix(kJson.size());
  const size_t build = file.rfind('-');
  const size_t version = build == std::string_view::npos || build == 0 ? std::string_view::npos
                                                                       : file.rfind('-', build - 1);
  PackageExtractor::Extracted extracted;
  if (version == std::string_view::npos) return extracted;
  const std::string_view name = file.substr(0, version);
  const std::string_view number = file.substr(version + 1, build - version - 1);
  if (!IsToken(name) || !IsToken(number))
    return DataLoss("a conda record that names no package: '" + Printable(file, 80) + "'");
  extracted.packages.push_back(LanguagePackage(std::string(name), std::string(number)));
  return extracted;
}

void CompleteDistribution(model::Package& package) {
  package.ecosystem = "PyPI";
  package.purl = FormatPurl({"pypi", "", NormalisedName(package.name), package.version, {}});
}

void CompleteCondaPackage(model::Package& package) {
  package.ecosystem = "conda";
  package.purl = FormatPurl({"conda", "", package.name, package.version, {}});
}

}  // namespace narrows::ecosystems::pypi
