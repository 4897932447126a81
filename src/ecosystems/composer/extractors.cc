#include "ecosystems/composer/extractors.h"

#include <string>
#include <utility>

#include "base/json.h"
#include "base/strings.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/purl.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::composer {
namespace {

constexpr size_t kMostBytes = size_t{16} << 20;

void CompletePackage(model::Package& package) {
  package.ecosystem = "Packagist";
  // The standard has both in lower case.
  const std::string lower = ToLower(package.name);
  const std::string_view name = lower;
  const size_t slash = name.find('/');
  const bool parted = slash != std::string_view::npos;
  package.purl = FormatPurl({"composer",
                             parted ? name.substr(0, slash) : std::string_view(),
                             parted ? name.substr(slash + 1) : name,
                             package.version,
                             {}});
}

PackageExtractor::Extracted ReadPackages(const boost::json::array& packages) {
  PackageExtractor::Extracted extracted;
  Complaints complaints;
  for (const boost::json::value& value : packages) {
    const auto* entry = value.if_object();
    if (entry == nullptr) continue;
    AddLanguagePackage("a package", JsonString(*entry, "name"), JsonString(*entry, "version"),
                       extracted, complaints);
  }
  extracted.statuses = std::move(complaints).Take();
  return extracted;
}

}  // namespace

Result<PackageExtractor::Extracted> ParseInstalled(std::string_view content) {
  ASSIGN_OR_RETURN_WITHIN(const boost::json::value document, ParseJson(content),
                          "reading Composer's installed.json");
  if (const auto* packages = document.if_array()) return ReadPackages(*packages);
  const auto* object = document.if_object();
  const auto* packages = object == nullptr ? nullptr : JsonArray(*object, "packages");
  if (packages == nullptr) return DataLoss("not Composer's installed.json: it lists no packages");
  return ReadPackages(*packages);
}

Result<PackageExtractor::Extracted> ParseComposerLock(std::string_view content) {
  ASSIGN_OR_RETURN_WITHIN(const boost::json::value document, ParseJson(content),
                          "reading a composer.lock");
  const auto* object = document.if_object();
  const auto* packages = object == nullptr ? nullptr : JsonArray(*object, "packages");
  if (packages == nullptr) return DataLoss("not a composer.lock: it lists no packages");
  return ReadPackages(*packages);
}

std::vector<std::unique_ptr<PackageExtractor>> MakeComposerExtractors() {
  std::vector<std::unique_ptr<PackageExtractor>> extractors;
  extractors.push_back(MakeLanguageExtractor(
      {.name = "composer",
       .most_bytes = kMostBytes,
       .claims =
           [](std::string_view path) {
             return path.ends_with("/composer/installed.json") || path == "composer/installed.json";
           },
       .parse = [](std::string_view, std::string_view content) { return ParseInstalled(content); },
       .complete = CompletePackage}));
  extractors.push_back(MakeLanguageExtractor(
      {.name = "composer-lock",
       .evidence = model::Evidence::kLockFile,
       .most_bytes = kMostBytes,
       .claims =
           [](std::string_view path) {
             return path.ends_with("composer.lock") && FileName(path) == "composer.lock" &&
                    !IsBelow(path, "vendor");
           },
       .parse = [](std::string_view,
                   std::string_view content) { return ParseComposerLock(content); },
       .complete = CompletePackage}));
  return extractors;
}

}  // namespace narrows::ecosystems::composer
