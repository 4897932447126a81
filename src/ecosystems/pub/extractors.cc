#include "ecosystems/pub/extractors.h"

#include <string>
#include <utility>

#include "base/json.h"
#include "base/yaml.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/purl.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::pub {
namespace {

constexpr size_t kMostBytes = size_t{4} << 20;

bool IsLock(std::string_view path) {
  return path.ends_with("pubspec.lock") && FileName(path) == "pubspec.lock" &&
         !IsBelow(path, ".pub-cache");
}

void CompletePackage(model::Package& package) {
  package.ecosystem = "Pub";
  package.purl = FormatPurl({"pub", "", package.name, package.version, {}});
}

void AddEntry(std::string_view key, const boost::json::object& entry,
              PackageExtractor::Extracted& extracted, Complaints& complaints) {
  const std::string source = JsonString(entry, "source");
  if (source == "sdk" || source == "path" || JsonString(entry, "dependency") == "direct dev")
    return;
  const auto* description = JsonObject(entry, "description");
  const std::string name = description == nullptr ? "" : JsonString(*description, "name");
  AddLanguagePackage("a package", name.empty() ? key : std::string_view(name),
                     JsonString(entry, "version"), extracted, complaints);
}

}  // namespace

Result<PackageExtractor::Extracted> ParsePubspecLock(std::string_view content) {
  ASSIGN_OR_RETURN_WITHIN(const boost::json::value document, ParseYaml(content),
                          "reading a pubspec.lock");
  const auto* lock = document.if_object();
  if (lock == nullptr || !lock->contains("packages"))
    return DataLoss("not a pubspec.lock: it lists no packages");
  PackageExtractor::Extracted extracted;
  const auto* packages = JsonObject(*lock, "packages");
  if (packages == nullptr) return extracted;
  Complaints complaints;
  for (const auto& [key, value] : *packages) {
    if (const auto* entry = value.if_object())
      AddEntry({key.data(), key.size()}, *entry, extracted, complaints);
  }
  extracted.statuses = std::move(complaints).Take();
  return extracted;
}

std::vector<std::unique_ptr<PackageExtractor>> MakePubExtractors() {
  std::vector<std::unique_ptr<PackageExtractor>> extractors;
  extractors.push_back(MakeLanguageExtractor(
      {.name = "pub-lock",
       .evidence = model::Evidence::kLockFile,
       .most_bytes = kMostBytes,
       .claims = IsLock,
       .parse = [](std::string_view,
                   std::string_view content) { return ParsePubspecLock(content); },
       .complete = CompletePackage}));
  return extractors;
}

}  // namespace narrows::ecosystems::pub
