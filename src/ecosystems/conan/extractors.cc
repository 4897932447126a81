#include "ecosystems/conan/extractors.h"

#include <string>
#include <utility>

#include "base/json.h"
#include "base/strings.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/purl.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::conan {
namespace {

constexpr size_t kMostBytes = size_t{16} << 20;
constexpr std::string_view kInfo = "conaninfo.txt";

bool IsInfo(std::string_view path) { return path.ends_with(kInfo) && FileName(path) == kInfo; }

bool IsLock(std::string_view path) {
  return path.ends_with("conan.lock") && FileName(path) == "conan.lock";
}

void CompletePackage(model::Package& package) {
  package.ecosystem = "ConanCenter";
  package.purl = FormatPurl({"conan", "", package.name, package.version, {}});
}

// "zlib/1.2.13@user/channel#revision:package%time"
void AddReference(std::string_view reference, PackageExtractor::Extracted& extracted,
                  Complaints& complaints) {
  reference = reference.substr(0, reference.find_first_of("@#%:"));
  const size_t slash = reference.find('/');
  AddLanguagePackage(
      "a reference", reference.substr(0, slash),
      slash == std::string_view::npos ? std::string_view() : reference.substr(slash + 1), extracted,
      complaints);
}

// Of Conan 1. A node with the path of a recipe is the project itself; what only builds the others
// has the context "build".
void AddNodes(const boost::json::object& nodes, PackageExtractor::Extracted& extracted,
              Complaints& complaints) {
  for (const auto& [key, value] : nodes) {
    const auto* node = value.if_object();
    if (node == nullptr || JsonString(*node, "context") == "build") continue;
    const std::string reference = JsonString(*node, "ref");
    if (reference.empty() || JsonString(*node, "path").ends_with("conanfile.py") ||
        JsonString(*node, "path").ends_with("conanfile.txt"))
      continue;
    AddReference(reference, extracted, complaints);
  }
}

}  // namespace

Result<PackageExtractor::Extracted> ParseConanLock(std::string_view content) {
  ASSIGN_OR_RETURN_WITHIN(const boost::json::value document, ParseJson(content),
                          "reading a conan.lock");
  const auto* lock = document.if_object();
  const auto* graph = lock == nullptr ? nullptr : JsonObject(*lock, "graph_lock");
  const auto* nodes = graph == nullptr ? nullptr : JsonObject(*graph, "nodes");
  const auto* requires_list = lock == nullptr ? nullptr : JsonArray(*lock, "requires");
  if (nodes == nullptr && requires_list == nullptr)
    return DataLoss("not a conan.lock: it has no requirements");
  PackageExtractor::Extracted extracted;
  Complaints complaints;
  if (nodes != nullptr) AddNodes(*nodes, extracted, complaints);
  if (requires_list != nullptr) {
    for (const boost::json::value& value : *requires_list) {
      const auto* text = value.if_string();
      if (text != nullptr) AddReference({text->data(), text->size()}, extracted, complaints);
    }
  }
  extracted.statuses = std::move(complaints).Take();
  return extracted;
}

Result<PackageExtractor::Extracted> ParseConanInfo(std::string_view content) {
  PackageExtractor::Extracted extracted;
  Complaints complaints;
  bool inside = false;
  while (const auto line = NextLine(content)) {
    const std::string_view text = Trim(*line);
    if (text.starts_with('[')) {
      inside = text == "[full_requires]";
    } else if (inside && !text.empty()) {
      AddReference(text, extracted, complaints);
    }
  }
  extracted.statuses = std::move(complaints).Take();
  return extracted;
}

std::vector<std::unique_ptr<PackageExtractor>> MakeConanExtractors() {
  std::vector<std::unique_ptr<PackageExtractor>> extractors;
  extractors.push_back(MakeLanguageExtractor(
      {.name = "conan",
       .most_bytes = kMostBytes,
       .claims = IsInfo,
       .parse = [](std::string_view, std::string_view content) { return ParseConanInfo(content); },
       .complete = CompletePackage}));
  extractors.push_back(MakeLanguageExtractor(
      {.name = "conan-lock",
       .evidence = model::Evidence::kLockFile,
       .most_bytes = kMostBytes,
       .claims = IsLock,
       .parse = [](std::string_view, std::string_view content) { return ParseConanLock(content); },
       .complete = CompletePackage}));
  return extractors;
}

}  // namespace narrows::ecosystems::conan
