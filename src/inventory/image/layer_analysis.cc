#include "inventory/image/layer_analysis.h"

#include <algorithm>

#include "inventory/image/os_release.h"
#include "inventory/image/package_list.h"
#include "inventory/image/spool.h"

namespace narrows::inventory::image {

size_t KeptBytes(const LayerEntry& entry) {
  return sizeof(LayerEntry) + entry.path.size() + entry.target.size();
}

size_t KeptBytes(const AnalysedFile& file) {
  size_t bytes = sizeof(AnalysedFile) + file.as.size() + file.packages.size() + file.owned.size();
  for (const std::string& status : file.statuses) bytes += sizeof(std::string) + status.size();
  return bytes;
}

size_t KeptBytes(const LayerAnalysis& layer) {
  size_t bytes = 0;
  for (const LayerEntry& entry : layer.entries) bytes += KeptBytes(entry);
  for (const AnalysedFile& file : layer.files) bytes += KeptBytes(file);
  return bytes;
}

size_t MostBytesOf(const Watchlist& watchlist, const Watchlist::Target& target) {
  const auto* extractor = watchlist.extractor(target.extractor);
  return extractor == nullptr ? kMostOsReleaseBytes
                              : std::min<size_t>(extractor->MostBytes(), Spool::kMostBytes);
}

AnalysedFile Unreadable(const Watchlist::Target& target, const Error& error) {
  AnalysedFile file{.extractor = target.extractor, .as = target.as, .failed = true};
  file.statuses.push_back("/" + target.as + ": " + error.message);
  return file;
}

AnalysedFile TooLarge(const Watchlist& watchlist, const Watchlist::Target& target) {
  AnalysedFile file{.extractor = target.extractor, .as = target.as, .failed = true};
  file.statuses.push_back("/" + target.as + " is larger than the limit of " +
                          std::to_string(MostBytesOf(watchlist, target)) + " bytes");
  return file;
}

AnalysedFile AnalyseFile(const Watchlist& watchlist, const Watchlist::Target& target,
                         std::string_view content) {
  if (content.size() > MostBytesOf(watchlist, target)) return TooLarge(watchlist, target);
  AnalysedFile file{.extractor = target.extractor, .as = target.as};
  const auto* extractor = watchlist.extractor(target.extractor);
  if (extractor == nullptr) {
    auto distribution = ParseOsRelease(content);
    if (!distribution.has_value()) return Unreadable(target, distribution.error());
    file.distribution = std::make_unique<const model::Distribution>(*std::move(distribution));
    return file;
  }
  auto extracted = extractor->Extract(target.as, content);
  if (!extracted.has_value()) return Unreadable(target, extracted.error());
  if (extracted->packages.size() > kMostPackages) {
    extracted->statuses.push_back(std::to_string(extracted->packages.size() - kMostPackages) +
                                  " packages were left out, for there are more than " +
                                  std::to_string(kMostPackages));
    extracted->packages.resize(kMostPackages);
  }
  if (!extracted->packages.empty()) file.packages = EncodePackages(extracted->packages);
  if (!extracted->owned.empty()) file.owned = EncodeOwned(extracted->owned);
  for (const std::string& status : extracted->statuses)
    file.statuses.push_back("/" + target.as + ": " + status);
  return file;
}

}  // namespace narrows::inventory::image
