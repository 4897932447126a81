#include "ecosystems/pypi/extractors.h"

#include "ecosystems/language_extractor.h"
#include "ecosystems/pypi/lock_files.h"
#include "ecosystems/pypi/metadata.h"

namespace narrows::ecosystems::pypi {
namespace {

constexpr size_t kMostMetadataBytes = size_t{4} << 20;
constexpr size_t kMostRecordBytes = size_t{64} << 20;  // of which nothing is read
constexpr size_t kMostLockBytes = size_t{16} << 20;

using Parser = Result<PackageExtractor::Extracted> (*)(std::string_view);

Parser LockParserOf(std::string_view path) {
  const std::string_view file = FileName(path);
  if (file.ends_with(".txt") && file.find("requirements") != std::string_view::npos)
    return ParseRequirements;
  if (file == "Pipfile.lock") return ParsePipfileLock;
  if (file == "poetry.lock" || file == "uv.lock" || file == "pdm.lock" || file == "pylock.toml" ||
      (file.starts_with("pylock.") && file.ends_with(".toml")))
    return ParseTomlLock;
  return nullptr;
}

// One that was installed with a package says nothing of the project.
bool ClaimsLock(std::string_view path) {
  const char last = path.empty() ? '\0' : path.back();
  return (last == 't' || last == 'k' || last == 'l') && LockParserOf(path) != nullptr &&
         !IsBelow(path, "site-packages") && !IsBelow(path, "dist-packages") &&
         !IsBelow(path, "node_modules");
}

Result<PackageExtractor::Extracted> ParseLock(std::string_view path, std::string_view content) {
  const Parser parser = LockParserOf(path);
  if (parser == nullptr) return PackageExtractor::Extracted();
  return parser(content);
}

}  // namespace

std::vector<std::unique_ptr<PackageExtractor>> MakePypiExtractors() {
  std::vector<std::unique_ptr<PackageExtractor>> extractors;
  extractors.push_back(MakeLanguageExtractor(
      {.name = "pypi",
       .most_bytes = kMostMetadataBytes,
       .claims = IsMetadata,
       .parse = [](std::string_view, std::string_view content) { return ParseMetadata(content); },
       .complete = CompleteDistribution}));
  extractors.push_back(MakeLanguageExtractor(
      {.name = "conda",
       .most_bytes = kMostRecordBytes,
       .claims = IsCondaRecord,
       .parse = [](std::string_view path, std::string_view) { return ParseCondaRecord(path); },
       .complete = CompleteCondaPackage}));
  extractors.push_back(MakeLanguageExtractor({.name = "pypi-lock",
                                              .evidence = model::Evidence::kLockFile,
                                              .most_bytes = kMostLockBytes,
                                              .claims = ClaimsLock,
                                              .parse = ParseLock,
                                              .complete = CompleteDistribution}));
  return extractors;
}

}  // namespace narrows::ecosystems::pypi
