#include "ecosystems/cran/extractors.h"

#include <string>
#include <utility>

#include "base/json.h"
#include "base/strings.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/purl.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::cran {
namespace {

constexpr size_t kMostDescriptionBytes = size_t{1} << 20;
constexpr size_t kMostLockBytes = size_t{16} << 20;
constexpr std::string_view kDescription = "DESCRIPTION";
constexpr std::string_view kBioconductor = "Bioconductor";

bool IsDescription(std::string_view path) {
  return path.ends_with(kDescription) && FileName(path) == kDescription;
}

bool IsLock(std::string_view path) {
  return path.ends_with("renv.lock") && FileName(path) == "renv.lock";
}

// Who offers a package is kept as its vendor.
void CompletePackage(model::Package& package) {
  const bool bioconductor = package.vendor == kBioconductor;
  package.ecosystem = bioconductor ? kBioconductor : "CRAN";
  package.purl =
      FormatPurl({bioconductor ? "bioconductor" : "cran", "", package.name, package.version, {}});
}

void SetBioconductor(PackageExtractor::Extracted& extracted, size_t before) {
  if (extracted.packages.size() > before) extracted.packages.back().vendor = kBioconductor;
}

}  // namespace

Result<PackageExtractor::Extracted> ParseDescription(std::string_view content) {
  std::string_view name, version, built, repository;
  while (const auto line = NextLine(content)) {
    if (line->empty() || line->front() == ' ' || line->front() == '\t') continue;
    const size_t colon = line->find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view field = line->substr(0, colon);
    const std::string_view value = Trim(line->substr(colon + 1));
    if (field == "Package") name = value;
    if (field == "Version") version = value;
    if (field == "Built") built = value;
    if (field == "git_url" && value.find("bioconductor.org/") != std::string_view::npos)
      repository = value;
  }
  PackageExtractor::Extracted extracted;
  if (name.empty() || version.empty() || !built.starts_with("R ")) return extracted;
  if (!IsToken(name) || !IsToken(version))
    return DataLoss("a package of R without a usable name or version: '" + Printable(name, 80) +
                    "' '" + Printable(version, 80) + "'");
  extracted.packages.push_back(LanguagePackage(std::string(name), std::string(version)));
  if (!repository.empty()) SetBioconductor(extracted, 0);
  return extracted;
}

Result<PackageExtractor::Extracted> ParseRenvLock(std::string_view content) {
  ASSIGN_OR_RETURN_WITHIN(const boost::json::value document, ParseJson(content),
                          "reading an renv.lock");
  const auto* lock = document.if_object();
  const auto* packages = lock == nullptr ? nullptr : JsonObject(*lock, "Packages");
  if (packages == nullptr) return DataLoss("not an renv.lock: it lists no packages");
  PackageExtractor::Extracted extracted;
  Complaints complaints;
  for (const auto& [key, value] : *packages) {
    const auto* package = value.if_object();
    if (package == nullptr) continue;
    const std::string source = JsonString(*package, "Source");
    if (source == "Local") continue;
    const size_t before = extracted.packages.size();
    AddLanguagePackage("a package", JsonString(*package, "Package", {key.data(), key.size()}),
                       JsonString(*package, "Version"), extracted, complaints);
    if (source == kBioconductor) SetBioconductor(extracted, before);
  }
  extracted.statuses = std::move(complaints).Take();
  return extracted;
}

std::vector<std::unique_ptr<PackageExtractor>> MakeCranExtractors() {
  std::vector<std::unique_ptr<PackageExtractor>> extractors;
  extractors.push_back(MakeLanguageExtractor(
      {.name = "cran",
       .most_bytes = kMostDescriptionBytes,
       .claims = IsDescription,
       .parse = [](std::string_view,
                   std::string_view content) { return ParseDescription(content); },
       .complete = CompletePackage}));
  extractors.push_back(MakeLanguageExtractor(
      {.name = "cran-lock",
       .evidence = model::Evidence::kLockFile,
       .most_bytes = kMostLockBytes,
       .claims = IsLock,
       .parse = [](std::string_view, std::string_view content) { return ParseRenvLock(content); },
       .complete = CompletePackage}));
  return extractors;
}

}  // namespace narrows::ecosystems::cran
