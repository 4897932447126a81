#pragma once

#include <string_view>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::golang {

// The modules that a go.mod file requires, directly or not, after its replacements
// (https://go.dev/ref/mod#go-mod-file). From Go 1.17 on it lists all that a build of the main
// module can need; an older one lists the direct ones only. kDataLoss when it is no go.mod file.
Result<PackageExtractor::Extracted> ParseModFile(std::string_view content);

}  // namespace narrows::ecosystems::golang
