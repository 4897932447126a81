#include "inventory/image/package_list.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace narrows::inventory::image {
namespace {

constexpr size_t kMostStatuses = 50;

}  // namespace

void MarkIncomplete(model::ImageAnalysis& analysis, std::string why) {
  analysis.complete = false;
  if (analysis.statuses.size() < kMostStatuses) {
    analysis.statuses.push_back(std::move(why));
  } else if (analysis.statuses.size() == kMostStatuses) {
    analysis.statuses.push_back("and more that is not listed");
  }
}

void PackageList::Add(const AnalysedFile& file, const std::string& as,
                      model::ImageAnalysis& analysis) {
  for (const std::string& status : file.statuses) MarkIncomplete(analysis, status);
  if (file.extractor == Watchlist::kOsRelease) {
    if (!file.failed && !analysis.distribution) analysis.distribution = file.distribution;
    return;
  }
  auto packages = DecodePackages(file.packages);
  if (file.failed || !packages.has_value() || !packages->empty())
    analysis.has_package_database = true;
  if (!packages.has_value()) {
    MarkIncomplete(analysis, "/" + as + ": " + packages.error().message);
    return;
  }
  if (packages->size() > kMostPackages - found_.size()) {
    MarkIncomplete(analysis, "/" + as + ": left out, for there are more than " +
                                 std::to_string(kMostPackages) + " packages");
    return;
  }
  for (model::Package& package : *packages) {
    package.path = "/" + as + (package.path.empty() ? "" : "!/" + package.path);
    found_.push_back({std::move(package), file.extractor});
  }
}

void PackageList::Finish(model::ImageAnalysis& analysis) && {
  const model::Distribution distribution = analysis.distribution.value_or(model::Distribution{});
  for (Found& found : found_) {
    watchlist_.extractor(found.extractor)->Complete(found.package, distribution);
    analysis.packages.push_back(std::move(found.package));
  }
  const auto key = [](const model::Package& package) {
    return std::tie(package.ecosystem, package.name, package.architecture, package.version);
  };
  std::stable_sort(analysis.packages.begin(), analysis.packages.end(),
                   [&](const auto& a, const auto& b) { return key(a) < key(b); });
  analysis.packages.erase(
      std::unique(analysis.packages.begin(), analysis.packages.end(),
                  [&](const auto& a, const auto& b) { return key(a) == key(b); }),
      analysis.packages.end());
}

}  // namespace narrows::inventory::image
