#include "ecosystems/bitnami/extractors.h"

#include <string>
#include <utility>

#include "base/json.h"
#include "base/strings.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/purl.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::bitnami {
namespace {

constexpr size_t kMostBytes = size_t{16} << 20;
constexpr std::string_view kFolder = "opt/bitnami/";
constexpr std::string_view kComponents = ".bitnami_components.json";
constexpr std::string_view kPurl = "pkg:bitnami/";

bool IsComponentFile(std::string_view path) {
  const bool spdx = path.ends_with(".spdx");
  if (!spdx && !path.ends_with(kComponents)) return false;
  if (!path.starts_with(kFolder)) return false;
  return spdx ? FileName(path).starts_with(".spdx-")
              : path.size() == kFolder.size() + kComponents.size();
}

Result<PackageExtractor::Extracted> ParseFile(std::string_view path, std::string_view content) {
  return path.ends_with(".spdx") ? ParseComponentSpdx(content) : ParseComponents(content);
}

void CompleteComponent(model::Package& package) {
  package.ecosystem = "Bitnami";
  package.purl =
      FormatPurl({"bitnami", "", package.name, package.version, {{"arch", package.architecture}}});
}

void AddComponent(std::string_view name, std::string_view version, std::string_view architecture,
                  PackageExtractor::Extracted& extracted, Complaints& complaints) {
  const size_t before = extracted.packages.size();
  AddLanguagePackage("a component", name, version, extracted, complaints);
  if (extracted.packages.size() > before && IsToken(architecture))
    extracted.packages.back().architecture = architecture;
}

// "pkg:bitnami/redis@7.2.4-0?arch=amd64&distro=debian-12"
void AddPurl(std::string_view purl, PackageExtractor::Extracted& extracted,
             Complaints& complaints) {
  purl.remove_prefix(kPurl.size());
  const size_t question = purl.find('?');
  const std::string_view what = purl.substr(0, question);
  std::string_view architecture;
  if (question != std::string_view::npos) {
    for (const std::string_view qualifier : Split(purl.substr(question + 1), '&'))
      if (qualifier.starts_with("arch=")) architecture = qualifier.substr(5);
  }
  const size_t at = what.rfind('@');
  AddComponent(what.substr(0, at),
               at == std::string_view::npos ? std::string_view() : what.substr(at + 1),
               architecture, extracted, complaints);
}

}  // namespace

Result<PackageExtractor::Extracted> ParseComponents(std::string_view content) {
  ASSIGN_OR_RETURN_WITHIN(const boost::json::value document, ParseJson(content),
                          "reading Bitnami's list of components");
  const auto* components = document.if_object();
  if (components == nullptr) return DataLoss("not Bitnami's list of components");
  PackageExtractor::Extracted extracted;
  Complaints complaints;
  for (const auto& [key, value] : *components) {
    if (const auto* component = value.if_object())
      AddComponent({key.data(), key.size()}, JsonString(*component, "version"),
                   JsonString(*component, "arch"), extracted, complaints);
  }
  extracted.statuses = std::move(complaints).Take();
  return extracted;
}

Result<PackageExtractor::Extracted> ParseComponentSpdx(std::string_view content) {
  ASSIGN_OR_RETURN_WITHIN(const boost::json::value document, ParseJson(content),
                          "reading a component's SPDX document");
  const auto* object = document.if_object();
  const auto* packages = object == nullptr ? nullptr : JsonArray(*object, "packages");
  if (packages == nullptr) return DataLoss("not an SPDX document: it lists no packages");
  PackageExtractor::Extracted extracted;
  Complaints complaints;
  for (const boost::json::value& value : *packages) {
    const auto* package = value.if_object();
    const auto* references = package == nullptr ? nullptr : JsonArray(*package, "externalRefs");
    if (references == nullptr) continue;
    for (const boost::json::value& item : *references) {
      const auto* reference = item.if_object();
      if (reference == nullptr) continue;
      const std::string purl = JsonString(*reference, "referenceLocator");
      if (purl.starts_with(kPurl)) AddPurl(purl, extracted, complaints);
    }
  }
  extracted.statuses = std::move(complaints).Take();
  return extracted;
}

std::vector<std::unique_ptr<PackageExtractor>> MakeBitnamiExtractors() {
  std::vector<std::unique_ptr<PackageExtractor>> extractors;
  extractors.push_back(MakeLanguageExtractor({.name = "bitnami",
                                              .most_bytes = kMostBytes,
                                              .claims = IsComponentFile,
                                              .parse = ParseFile,
                                              .complete = CompleteComponent}));
  return extractors;
}

}  // namespace narrows::ecosystems::bitnami
