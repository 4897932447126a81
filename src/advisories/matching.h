#pragma once

#include <string_view>

#include "advisories/database.h"
#include "ecosystems/version_order.h"

namespace narrows::advisories {

struct Match {
  bool affected = false;
  std::string_view fixed;  // the version that ends it; empty while there is none
};

// Whether a statement says that the version is affected, by the OSV schema's section "Evaluation":
// it is in `versions`, or in one of the ranges with all of the range's limits above it. Where it is
// affected in several ranges, `fixed` is the highest of their ends, and empty if one has no end.
Match Evaluate(const PackageStatement& statement, std::string_view version,
               const ecosystems::VersionOrder& order);

}  // namespace narrows::advisories
