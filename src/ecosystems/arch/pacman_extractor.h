#pragma once

#include <memory>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::arch {

// The local data base of pacman (libalpm's be_local): var/lib/pacman/local/NAME-VERSION/desc, and
// "files" beside it, which says what the package owns. Fields are a line "%NAME%" and the lines
// behind it up to an empty one.
std::unique_ptr<PackageExtractor> MakePacmanExtractor();

}  // namespace narrows::ecosystems::arch
