#include "ecosystems/nuget/extractors.h"

#include <string>
#include <utility>

#include "base/json.h"
#include "base/strings.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/purl.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::nuget {
namespace {

constexpr size_t kMostBytes = size_t{16} << 20;
constexpr std::string_view kLock = "packages.lock.json";

bool ClaimsLock(std::string_view path) {
  const std::string_view file = FileName(path);
  return file == kLock || file == "packages.config" || file == "Directory.Packages.props";
}

Result<PackageExtractor::Extracted> ParseLock(std::string_view path, std::string_view content) {
  return FileName(path) == kLock ? ParsePackagesLock(content) : ParsePackageElements(content);
}

void CompletePackage(model::Package& package) {
  package.ecosystem = "NuGet";
  package.purl = FormatPurl({"nuget", "", package.name, package.version, {}});
}

}  // namespace

Result<PackageExtractor::Extracted> ParseDependencies(std::string_view content) {
  PackageExtractor::Extracted extracted;
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (content.starts_with(kByteOrderMark)) content.remove_prefix(kByteOrderMark.size());
  const auto document = ParseJson(content);
  if (!document.has_value()) return DataLoss("not a deps.json: " + document.error().message);
  const auto* object = document->if_object();
  const auto* libraries = object == nullptr ? nullptr : JsonObject(*object, "libraries");
  if (libraries == nullptr) return extracted;
  Complaints complaints;
  for (const auto& [key, value] : *libraries) {
    const auto* library = value.if_object();
    if (library == nullptr || JsonString(*library, "type") != "package") continue;
    const std::string_view name(key.data(), key.size());
    const size_t slash = name.find('/');
    AddLanguagePackage(
        "a package", name.substr(0, slash),
        slash == std::string_view::npos ? std::string_view() : name.substr(slash + 1), extracted,
        complaints);
  }
  extracted.statuses = std::move(complaints).Take();
  return extracted;
}

Result<PackageExtractor::Extracted> ParsePackagesLock(std::string_view content) {
  ASSIGN_OR_RETURN_WITHIN(const boost::json::value document, ParseJson(content),
                          "reading a packages.lock.json");
  const auto* object = document.if_object();
  const auto* frameworks = object == nullptr ? nullptr : JsonObject(*object, "dependencies");
  if (frameworks == nullptr) return DataLoss("not a packages.lock.json: it has no dependencies");
  PackageExtractor::Extracted extracted;
  Complaints complaints;
  for (const auto& framework : *frameworks) {
    const auto* packages = framework.value().if_object();
    if (packages == nullptr) continue;
    for (const auto& [key, value] : *packages) {
      const auto* package = value.if_object();
      if (package == nullptr || JsonString(*package, "type") == "Project") continue;
      AddLanguagePackage("a package", {key.data(), key.size()}, JsonString(*package, "resolved"),
                         extracted, complaints);
    }
  }
  extracted.statuses = std::move(complaints).Take();
  return extracted;
}

std::vector<std::unique_ptr<PackageExtractor>> MakeNuGetExtractors() {
  std::vector<std::unique_ptr<PackageExtractor>> extractors;
  extractors.push_back(MakeLanguageExtractor(
      {.name = "nuget",
       .most_bytes = kMostBytes,
       .claims = [](std::string_view path) { return path.ends_with(".deps.json"); },
       .parse = [](std::string_view,
                   std::string_view content) { return ParseDependencies(content); },
       .complete = CompletePackage}));
  extractors.push_back(MakeLanguageExtractor({.name = "nuget-lock",
                                              .evidence = model::Evidence::kLockFile,
                                              .most_bytes = kMostBytes,
                                              .claims = ClaimsLock,
                                              .parse = ParseLock,
                                              .complete = CompletePackage}));
  return extractors;
}

}  // namespace narrows::ecosystems::nuget
