#include "control/concerned_images.h"

#include <set>
#include <utility>

#include "ecosystems/ecosystem_names.h"
#include "ecosystems/version_orders.h"

namespace narrows::control {

std::vector<storage::PackageName> PackagesConcerned(const advisories::DatabaseChange& change) {
  std::set<storage::PackageName> names;
  for (const advisories::AdvisoryPackage& package : change.packages)
    names.insert({std::string(ecosystems::EcosystemFamily(package.ecosystem)), package.name});
  return {names.begin(), names.end()};
}

findings::Concerned PackageFilter(const advisories::DatabaseChange& change) {
  const std::vector<storage::PackageName> list = PackagesConcerned(change);
  return [names = std::set<storage::PackageName>(list.begin(), list.end())](
             const model::Package& package) {
    return names.contains({package.ecosystem, package.source_name}) ||
           names.contains(
               {package.ecosystem, ecosystems::CanonicalName(package.ecosystem, package.name)});
  };
}

Result<std::vector<std::string>> ImagesConcerned(const storage::Store& store,
                                                 const advisories::DatabaseChange& change) {
  ASSIGN_OR_RETURN(const auto snapshot, store.Read());
  // Where a release comes or goes, its images can be judged, or none of them any more, whatever
  // they hold. That is rare.
  if (!change.ecosystems_added.empty() || !change.ecosystems_removed.empty())
    return snapshot->images().Digests();
  return snapshot->images().Containing(PackagesConcerned(change));
}

std::vector<double> EpssThresholds(const std::vector<assessment::Policy>& policies) {
  std::set<double> thresholds;
  for (const assessment::Policy& policy : policies) {
    for (const assessment::Baseline& baseline : policy.baselines) {
      if (baseline.epss) thresholds.insert(*baseline.epss);
    }
  }
  return {thresholds.begin(), thresholds.end()};
}

}  // namespace narrows::control
