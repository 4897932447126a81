#pragma once

#include <string_view>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::golang {

// The modules a Go program is built of, its main module where that has a version, and the standard
// library as "stdlib". Nothing for other programs. A status for what hides them: a program packed
// by UPX (of any language), or one of Go without build information.
Result<PackageExtractor::Extracted> ParseProgram(std::string_view content);

}  // namespace narrows::ecosystems::golang
