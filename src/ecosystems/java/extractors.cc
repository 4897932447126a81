#include "ecosystems/java/extractors.h"

#include "ecosystems/java/coordinates.h"
#include "ecosystems/java/jar.h"
#include "ecosystems/java/lock_files.h"
#include "ecosystems/java/pom.h"
#include "ecosystems/language_extractor.h"

namespace narrows::ecosystems::java {
namespace {

constexpr size_t kMostJarBytes = size_t{1} << 30;
constexpr size_t kMostLockBytes = size_t{16} << 20;
constexpr std::string_view kGradleLock = "gradle.lockfile";
constexpr std::string_view kSbtLock = "build.sbt.lock";
constexpr std::string_view kPom = "pom.xml";

bool ClaimsLock(std::string_view path) {
  return (path.ends_with(kPom) && FileName(path) == kPom) ||
         (path.ends_with(kGradleLock) && FileName(path) == kGradleLock) ||
         (path.ends_with(kSbtLock) && FileName(path) == kSbtLock);
}

Result<PackageExtractor::Extracted> ParseLock(std::string_view path, std::string_view content) {
  const std::string_view file = FileName(path);
  if (file == kPom) return ParsePom(content);
  return file == kGradleLock ? ParseGradleLock(content) : ParseSbtLock(content);
}

}  // namespace

std::vector<std::unique_ptr<PackageExtractor>> MakeJavaExtractors() {
  std::vector<std::unique_ptr<PackageExtractor>> extractors;
  extractors.push_back(MakeLanguageExtractor(
      {.name = "java",
       .most_bytes = kMostJarBytes,
       .claims = IsArchiveName,
       .parse = [](std::string_view path,
                   std::string_view content) { return ParseJar(path, content); },
       .complete = CompleteArtifact}));
  extractors.push_back(MakeLanguageExtractor({.name = "java-lock",
                                              .evidence = model::Evidence::kLockFile,
                                              .most_bytes = kMostLockBytes,
                                              .claims = ClaimsLock,
                                              .parse = ParseLock,
                                              .complete = CompleteArtifact}));
  return extractors;
}

}  // namespace narrows::ecosystems::java
