#include "inventory/image/package_list.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace narrows::inventory::image {
namespace {

constexpr size_t kMostFaultsOfAKind = 100;
constexpr size_t kMostOwnedPaths = 1'000'000;

}  // namespace

std::string_view PackageList::KindOf(int extractor) const {
  return extractor == Watchlist::kOsRelease ? "" : watchlist_.extractor(extractor)->Name();
}

bool PackageList::IsOfOperatingSystem(int extractor) const {
  return watchlist_.extractor(extractor)->IsOfOperatingSystem();
}

void PackageList::AddFault(std::string_view kind, std::string why) {
  analysis_.complete = false;
  auto it = faults_.find(kind);
  if (it == faults_.end()) it = faults_.emplace(kind, Faults{}).first;
  if (it->second.listed == kMostFaultsOfAKind) {
    ++it->second.more;
    return;
  }
  // Two extractors may say the same of a file.
  if (!analysis_.statuses.empty() && analysis_.statuses.back() == why) return;
  ++it->second.listed;
  analysis_.statuses.push_back(std::move(why));
}

void PackageList::CountFaults(int extractor, size_t files) {
  analysis_.complete = false;
  faults_[std::string(KindOf(extractor))].more += files;
}

void PackageList::Add(const AnalysedFile& file, const std::string& as, const std::string& layer) {
  for (const std::string& status : file.statuses) AddFault(KindOf(file.extractor), status);
  if (file.extractor == Watchlist::kOsRelease) {
    if (file.distribution && !analysis_.distribution) analysis_.distribution = *file.distribution;
    return;
  }
  if (!file.owned.empty()) AddOwned(file);
  auto packages = DecodePackages(file.packages);
  if (IsOfOperatingSystem(file.extractor) &&
      (file.failed || !packages.has_value() || !packages->empty()))
    analysis_.has_package_database = true;
  if (!packages.has_value()) {
    AddFault("/" + as + ": " + packages.error().message);
    return;
  }
  if (const size_t room = kMostPackages - origins_.size(); packages->size() > room) {
    AddFault(KindOf(file.extractor), "/" + as + ": " + std::to_string(packages->size() - room) +
                                         " packages were left out, for there are more than " +
                                         std::to_string(kMostPackages));
    packages->resize(room);
  }
  const uint64_t path_hash = ecosystems::OwnedPathHash(as);
  for (model::Package& package : *packages) {
    package.path = "/" + as + (package.path.empty() ? "" : "!/" + package.path);
    package.layer = layer;
    analysis_.packages.push_back(std::move(package));
    origins_.push_back({file.extractor, path_hash});
  }
}

void PackageList::AddOwned(const AnalysedFile& file) {
  const auto owned = DecodeOwned(file.owned);
  if (!owned.has_value()) {
    AddFault("/" + file.as + ": " + owned.error().message);
    return;
  }
  for (const ecosystems::OwnedFiles& files : *owned) {
    if (files.paths.size() > kMostOwnedPaths - owned_.size()) {
      if (!std::exchange(owned_too_many_, true))
        AddFault("which package owns a file is not known of all: there are too many");
      return;
    }
    const auto owner = static_cast<uint32_t>(owners_.size());
    owners_.push_back(files.package);
    for (const uint64_t path : files.paths) owned_.emplace_back(path, owner);
  }
}

// A list that is left over from a package that is gone owns nothing.
void PackageList::FindOwners() {
  if (owned_.empty()) return;
  std::set<std::string_view> installed;
  for (size_t i = 0; i < origins_.size(); ++i)
    if (IsOfOperatingSystem(origins_[i].extractor)) installed.insert(analysis_.packages[i].name);
  if (installed.size() == origins_.size()) return;
  std::sort(owned_.begin(), owned_.end());
  for (size_t i = 0; i < origins_.size(); ++i) {
    const auto [extractor, path_hash] = origins_[i];
    if (IsOfOperatingSystem(extractor)) continue;
    auto it = std::lower_bound(owned_.begin(), owned_.end(), std::pair(path_hash, 0u));
    for (; it != owned_.end() && it->first == path_hash; ++it) {
      if (installed.find(owners_[it->second]) == installed.end()) continue;
      analysis_.packages[i].owner = owners_[it->second];
      break;
    }
  }
}

void PackageList::DropOwned() {
  size_t kept = 0;
  for (size_t i = 0; i < origins_.size(); ++i) {
    if (!analysis_.packages[i].owner.empty() &&
        watchlist_.extractor(origins_[i].extractor)->IsForUnownedFiles())
      continue;
    if (kept != i) analysis_.packages[kept] = std::move(analysis_.packages[i]);
    origins_[kept++] = origins_[i];
  }
  analysis_.packages.resize(kept);
  origins_.resize(kept);
}

void PackageList::Finish() && {
  FindOwners();
  DropOwned();
  const model::Distribution distribution = analysis_.distribution.value_or(model::Distribution{});
  for (size_t i = 0; i < origins_.size(); ++i)
    watchlist_.extractor(origins_[i].extractor)->Complete(analysis_.packages[i], distribution);
  Deduplicate();
  for (const auto& [kind, faults] : faults_) {
    if (faults.more == 0) continue;
    analysis_.statuses.push_back("and " + std::to_string(faults.more) + " more" +
                                 (kind.empty() ? "" : " of " + kind) + " that are not listed");
  }
}

// Of the same package at several places that one stays that is to be judged, and has the strongest
// evidence.
void PackageList::Deduplicate() {
  const auto key = [](const model::Package& package) {
    return std::tie(package.ecosystem, package.name, package.architecture, package.version);
  };
  const auto rank = [](const model::Package& package) {
    return std::tuple(!package.owner.empty(), package.evidence);
  };
  std::vector<model::Package>& packages = analysis_.packages;
  std::stable_sort(packages.begin(), packages.end(), [&](const auto& a, const auto& b) {
    if (key(a) != key(b)) return key(a) < key(b);
    if (rank(a) != rank(b)) return rank(a) < rank(b);
    return a.path < b.path;
  });
  packages.erase(std::unique(packages.begin(), packages.end(),
                             [&](const auto& a, const auto& b) { return key(a) == key(b); }),
                 packages.end());
}

}  // namespace narrows::inventory::image
