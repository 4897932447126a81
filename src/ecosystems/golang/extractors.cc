#include "ecosystems/golang/extractors.h"

#include "ecosystems/golang/mod_file.h"
#include "ecosystems/golang/modules.h"
#include "ecosystems/golang/program.h"
#include "ecosystems/language_extractor.h"

namespace narrows::ecosystems::golang {
namespace {

constexpr size_t kMostProgramBytes = size_t{1} << 30;
constexpr size_t kMostModFileBytes = size_t{8} << 20;

bool ClaimsModFile(std::string_view path) {
  return path.ends_with("go.mod") && FileName(path) == "go.mod" && !IsBelow(path, "pkg/mod") &&
         !IsBelow(path, "vendor") && !IsBelow(path, "go/src") && !IsBelow(path, "testdata");
}

}  // namespace

std::vector<std::unique_ptr<PackageExtractor>> MakeGoExtractors() {
  std::vector<std::unique_ptr<PackageExtractor>> extractors;
  extractors.push_back(MakeLanguageExtractor(
      {.name = "go-program",
       .evidence = model::Evidence::kExecutable,
       .most_bytes = kMostProgramBytes,
       .claims = [](std::string_view) { return false; },
       .executables = true,
       .parse = [](std::string_view, std::string_view content) { return ParseProgram(content); },
       .complete = CompleteModule}));
  extractors.push_back(MakeLanguageExtractor(
      {.name = "go-mod",
       .evidence = model::Evidence::kLockFile,
       .most_bytes = kMostModFileBytes,
       .claims = ClaimsModFile,
       .parse = [](std::string_view, std::string_view content) { return ParseModFile(content); },
       .complete = CompleteModule}));
  return extractors;
}

}  // namespace narrows::ecosystems::golang
