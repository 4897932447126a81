#include "ecosystems/npm/extractors.h"

#include <algorithm>
#include <array>
#include <utility>

#include "ecosystems/language_extractor.h"
#include "ecosystems/npm/descriptor.h"
#include "ecosystems/npm/lock_files.h"
#include "ecosystems/npm/package_json.h"

namespace narrows::ecosystems::npm {
namespace {

constexpr size_t kMostPackageBytes = size_t{4} << 20;
constexpr size_t kMostLockBytes = size_t{16} << 20;

struct LockFormat {
  std::string_view file;
  Result<PackageExtractor::Extracted> (*parse)(std::string_view);
};
constexpr std::array<LockFormat, 5> kLockFormats = {{{"package-lock.json", ParsePackageLock},
                                                     {"npm-shrinkwrap.json", ParsePackageLock},
                                                     {"yarn.lock", ParseYarnLock},
                                                     {"pnpm-lock.yaml", ParsePnpmLock},
                                                     {"bun.lock", ParseBunLock}}};

const LockFormat* LockFormatOf(std::string_view path) {
  const std::string_view file = FileName(path);
  const auto* found = std::find_if(kLockFormats.begin(), kLockFormats.end(),
                                   [&](const LockFormat& format) { return format.file == file; });
  return found == kLockFormats.end() ? nullptr : found;
}

// A package's own lock file says nothing of the project that it is installed in.
bool ClaimsLock(std::string_view path) {
  const char last = path.empty() ? '\0' : path.back();
  return (last == 'n' || last == 'k' || last == 'l') && LockFormatOf(path) != nullptr &&
         !IsBelow(path, "node_modules");
}

}  // namespace

std::vector<std::unique_ptr<PackageExtractor>> MakeNpmExtractors() {
  std::vector<std::unique_ptr<PackageExtractor>> extractors;
  extractors.push_back(MakeLanguageExtractor({.name = "npm",
                                              .most_bytes = kMostPackageBytes,
                                              .claims = IsPackageJson,
                                              .parse = ParsePackageJson,
                                              .complete = CompletePackage}));
  extractors.push_back(MakeLanguageExtractor(
      {.name = "npm-lock",
       .evidence = model::Evidence::kLockFile,
       .most_bytes = kMostLockBytes,
       .claims = ClaimsLock,
       .parse = [](std::string_view path,
                   std::string_view content) -> Result<PackageExtractor::Extracted> {
         const LockFormat* format = LockFormatOf(path);
         if (format == nullptr) return PackageExtractor::Extracted();
         return format->parse(content);
       },
       .complete = CompletePackage}));
  return extractors;
}

}  // namespace narrows::ecosystems::npm
