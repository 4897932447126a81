#pragma once

#include <memory>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::debian {

// dpkg's data base: var/lib/dpkg/status, and the files of var/lib/dpkg/status.d that images without
// dpkg have (one control paragraph each, without a state). Format: dpkg(1), deb-control(5); what
// counts as installed: see dpkg(1), "Package states".
std::unique_ptr<PackageExtractor> MakeDpkgExtractor();

}  // namespace narrows::ecosystems::debian
