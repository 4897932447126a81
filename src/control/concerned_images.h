#pragma once

#include <string>
#include <vector>

#include "advisories/database_change.h"
#include "assessment/policy.h"
#include "base/result.h"
#include "findings/rescan.h"
#include "storage/store.h"

namespace narrows::control {

// The packages whose findings may be others after the change, as a store knows them.
std::vector<storage::PackageName> PackagesConcerned(const advisories::DatabaseChange& change);

// True of the packages of PackagesConcerned.
findings::Concerned PackageFilter(const advisories::DatabaseChange& change);

// Digests, sorted, of the stored images that the change may concern: no other's findings differ.
Result<std::vector<std::string>> ImagesConcerned(const storage::Store& store,
                                                 const advisories::DatabaseChange& change);

// The EPSS scores that policies ask about, sorted, none twice.
std::vector<double> EpssThresholds(const std::vector<assessment::Policy>& policies);

}  // namespace narrows::control
