#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::conan {

// Of conan.lock, and of the conaninfo.txt of packages that were built.
std::vector<std::unique_ptr<PackageExtractor>> MakeConanExtractors();

// The references "name/version[@user/channel][#revision]" of a conan.lock of Conan 1 ("graph_lock")
// and 2 ("requires"); what is for the build only ("build_requires") and Python code of recipes are
// left out. kDataLoss when it is none.
Result<PackageExtractor::Extracted> ParseConanLock(std::string_view content);

// What a package was built with, by the "[full_requires]" of its conaninfo.txt, which Conan 1
// writes. Nothing when there is no such section.
Result<PackageExtractor::Extracted> ParseConanInfo(std::string_view content);

}  // namespace narrows::ecosystems::conan
