#include "ecosystems/cargo/extractors.h"

#include "ecosystems/language_extractor.h"
#include "ecosystems/purl.h"

namespace narrows::ecosystems::cargo {
namespace {

constexpr size_t kMostProgramBytes = size_t{1} << 30;
constexpr size_t kMostLockBytes = size_t{16} << 20;

void CompleteCrate(model::Package& package) {
  package.ecosystem = "crates.io";
  package.purl = FormatPurl({"cargo", "", package.name, package.version, {}});
}

// Cargo's own sources of crates have lock files of their own.
bool ClaimsLock(std::string_view path) {
  return path.ends_with("Cargo.lock") && FileName(path) == "Cargo.lock" &&
         !IsBelow(path, "registry/src") && !IsBelow(path, "vendor");
}

}  // namespace

std::vector<std::unique_ptr<PackageExtractor>> MakeCargoExtractors() {
  std::vector<std::unique_ptr<PackageExtractor>> extractors;
  extractors.push_back(MakeLanguageExtractor(
      {.name = "cargo-program",
       .evidence = model::Evidence::kExecutable,
       .most_bytes = kMostProgramBytes,
       .claims = [](std::string_view) { return false; },
       .executables = true,
       .parse = [](std::string_view, std::string_view content) { return ParseProgram(content); },
       .complete = CompleteCrate}));
  extractors.push_back(MakeLanguageExtractor(
      {.name = "cargo-lock",
       .evidence = model::Evidence::kLockFile,
       .most_bytes = kMostLockBytes,
       .claims = ClaimsLock,
       .parse = [](std::string_view, std::string_view content) { return ParseCargoLock(content); },
       .complete = CompleteCrate}));
  return extractors;
}

}  // namespace narrows::ecosystems::cargo
