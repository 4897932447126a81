#pragma once

#include <memory>
#include <vector>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::pypi {

// Of installed Python distributions, of installed conda packages, and of Python's lock files.
std::vector<std::unique_ptr<PackageExtractor>> MakePypiExtractors();

}  // namespace narrows::ecosystems::pypi
