#include "ecosystems/swift/extractors.h"

#include <string>
#include <utility>

#include "base/json.h"
#include "base/strings.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/purl.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::swift {
namespace {

constexpr size_t kMostBytes = size_t{16} << 20;

bool IsLock(std::string_view path) {
  return path.ends_with("Package.resolved") && FileName(path) == "Package.resolved" &&
         !IsBelow(path, "checkouts");
}

// "https://user@github.com/apple/swift-nio.git", "git@github.com:apple/swift-nio.git" →
// "github.com/apple/swift-nio". Empty for a folder.
std::string Address(std::string_view location) {
  std::string address;
  const size_t scheme = location.find("://");
  if (scheme != std::string_view::npos) {
    if (location.starts_with("file:")) return {};
    address = location.substr(scheme + 3);
  } else if (const size_t colon = location.find(':'); colon != std::string_view::npos) {
    address =
        std::string(location.substr(0, colon)) + "/" + std::string(location.substr(colon + 1));
  } else {
    return {};
  }
  const size_t at = address.substr(0, address.find('/')).rfind('@');
  if (at != std::string::npos) address.erase(0, at + 1);
  while (address.ends_with('/')) address.pop_back();
  if (address.ends_with(".git")) address.resize(address.size() - 4);
  return address;
}

void CompletePackage(model::Package& package) {
  package.ecosystem = "SwiftURL";
  const std::string_view name = package.name;
  const size_t slash = name.rfind('/');
  const bool parted = slash != std::string_view::npos;
  package.purl = FormatPurl({"swift",
                             parted ? name.substr(0, slash) : std::string_view(),
                             parted ? name.substr(slash + 1) : name,
                             package.version,
                             {}});
}

void AddPin(const boost::json::object& pin, PackageExtractor::Extracted& extracted,
            Complaints& complaints) {
  const auto* state = JsonObject(pin, "state");
  const std::string version = state == nullptr ? "" : JsonString(*state, "version");
  const std::string kind = JsonString(pin, "kind");
  if (version.empty() || kind == "localSourceControl" || kind == "fileSystem") return;
  std::string location = JsonString(pin, "location");
  if (location.empty()) location = JsonString(pin, "repositoryURL");
  const std::string name = kind == "registry" ? JsonString(pin, "identity") : Address(location);
  if (name.empty() && !location.empty()) return;  // a folder
  AddLanguagePackage("a pin", name, version, extracted, complaints);
}

}  // namespace

Result<PackageExtractor::Extracted> ParsePackageResolved(std::string_view content) {
  ASSIGN_OR_RETURN_WITHIN(const boost::json::value document, ParseJson(content),
                          "reading a Package.resolved");
  const auto* object = document.if_object();
  const auto* first = object == nullptr ? nullptr : JsonObject(*object, "object");
  if (first != nullptr) object = first;  // version 1
  const auto* pins = object == nullptr ? nullptr : JsonArray(*object, "pins");
  if (pins == nullptr) return DataLoss("not a Package.resolved: it has no pins");
  PackageExtractor::Extracted extracted;
  Complaints complaints;
  for (const boost::json::value& value : *pins) {
    if (const auto* pin = value.if_object()) AddPin(*pin, extracted, complaints);
  }
  extracted.statuses = std::move(complaints).Take();
  return extracted;
}

std::vector<std::unique_ptr<PackageExtractor>> MakeSwiftExtractors() {
  std::vector<std::unique_ptr<PackageExtractor>> extractors;
  extractors.push_back(MakeLanguageExtractor(
      {.name = "swift-lock",
       .evidence = model::Evidence::kLockFile,
       .most_bytes = kMostBytes,
       .claims = IsLock,
       .parse = [](std::string_view,
                   std::string_view content) { return ParsePackageResolved(content); },
       .complete = CompletePackage}));
  return extractors;
}

}  // namespace narrows::ecosystems::swift
