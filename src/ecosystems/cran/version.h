#pragma once

#include <memory>

#include "ecosystems/version_order.h"

namespace narrows::ecosystems::cran {

// The versions of R packages ("Writing R Extensions", the DESCRIPTION file): two or more numbers
// between dots and hyphens, compared one by one; the longer is the later.
std::unique_ptr<const VersionOrder> MakeCranVersionOrder();
std::unique_ptr<const VersionOrder> MakeBioconductorVersionOrder();  // the same

}  // namespace narrows::ecosystems::cran
