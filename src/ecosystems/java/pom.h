#pragma once

#include <string_view>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::java {

// The direct dependencies of a pom.xml (Maven, "POM Reference") whose versions it states itself, by
// its properties and its dependencyManagement; those of scope test, system or import are left out.
// What a parent or an imported POM states is not fetched: a dependency whose version stands there
// is left out. kDataLoss when it is no POM.
Result<PackageExtractor::Extracted> ParsePom(std::string_view content);

}  // namespace narrows::ecosystems::java
