#pragma once

#include <memory>
#include <vector>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::golang {

// Of programs by their build information, and of go.mod files; not of those in a module cache, in
// Go's own sources or in a vendor folder, which tell of what could be built and not of what was.
std::vector<std::unique_ptr<PackageExtractor>> MakeGoExtractors();

}  // namespace narrows::ecosystems::golang
