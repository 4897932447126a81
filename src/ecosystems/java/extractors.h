#pragma once

#include <memory>
#include <vector>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::java {

// Of archives (jar, war, ear and their kin) with all that lies in them, of pom.xml, and of the lock
// files of Gradle and sbt.
std::vector<std::unique_ptr<PackageExtractor>> MakeJavaExtractors();

}  // namespace narrows::ecosystems::java
