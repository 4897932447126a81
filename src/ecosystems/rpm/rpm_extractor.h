#pragma once

#include <memory>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::rpm {

// rpm's data base in each of its three formats (header_database.h) and places, and the list that
// images of Azure Linux and Mariner without rpm have instead: var/lib/rpmmanifest/
// container-manifest-2, a line of fields a package. (container-manifest-1 beside it has the same
// packages with less of each.)
std::unique_ptr<PackageExtractor> MakeRpmExtractor();

}  // namespace narrows::ecosystems::rpm
