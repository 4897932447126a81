#pragma once

#include <string_view>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::java {

// gradle.lockfile (Gradle, "Locking dependency versions"): "group:artifact:version=configurations".
// What only configurations for tests have is left out. kDataLoss when no line is one.
Result<PackageExtractor::Extracted> ParseGradleLock(std::string_view content);

// build.sbt.lock of the plug-in sbt-dependency-lock. What only the configuration "test" has is left
// out. kDataLoss when it is none.
Result<PackageExtractor::Extracted> ParseSbtLock(std::string_view content);

}  // namespace narrows::ecosystems::java
