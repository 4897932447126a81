#pragma once

#include <memory>
#include <string_view>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::runtimes {

// Runtimes and servers that were put into an image without a package manager, by the table
// data/runtimes.tsv: of programs and libraries with certain names the read-only data are searched
// for the version, and a few texts. Packages are listed as "generic", but judged by the advisories
// that the table names.
std::unique_ptr<PackageExtractor> MakeRuntimeExtractor();

// The part of a version that the advisories of an upstream's releases go by: three numbers of
// "15.1" and "3.1.2p20", which is the release 3.1.2 with a patch level; others as they are.
std::string JudgedVersion(std::string_view version);

}  // namespace narrows::ecosystems::runtimes
