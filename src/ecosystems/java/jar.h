#pragma once

#include <cstddef>
#include <string_view>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::java {

// Whether the name is that of an archive of Java's: jar, war, ear and their kin.
bool IsArchiveName(std::string_view path);

struct JarLimits {
  int depth = 6;                            // archives within archives
  size_t archives = 100'000;                // in all
  size_t entries = 4'000'000;               // in all
  size_t unpacked_bytes = size_t{2} << 30;  // in all
  size_t held_bytes = size_t{64} << 20;     // unpacked archives at a time
};

// The artifacts of an archive and of those within it, which are read in memory: each pom.properties
// that Maven left, shaded ones included, else what file name and manifest say. `path` of a package
// is that of the archive within the outermost, empty for itself ("BOOT-INF/lib/a.jar",
// "a.war!/WEB-INF/lib/b.jar"). Nothing for a file that is no zip archive; kDataLoss for a damaged
// one; what limits or damage leave out is named in the statuses.
Result<PackageExtractor::Extracted> ParseJar(std::string_view path, std::string_view content,
                                             const JarLimits& limits = {});

}  // namespace narrows::ecosystems::java
