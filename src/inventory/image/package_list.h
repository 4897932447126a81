#pragma once

#include <string>
#include <vector>

#include "inventory/image/layer_analysis.h"
#include "inventory/image/watchlist.h"
#include "model/image.h"

namespace narrows::inventory::image {

// Of an image: twenty times what a desktop has. Each takes half a kilobyte.
inline constexpr size_t kMostPackages = 100'000;

// Puts the packages of files into an analysis: first Add for each file, then Finish.
class PackageList {
 public:
  explicit PackageList(const Watchlist& watchlist) : watchlist_(watchlist) {}

  // `as` is the well-known path it was found at. Faults of the file make `analysis` incomplete.
  void Add(const AnalysedFile& file, const std::string& as, model::ImageAnalysis& analysis);

  // Completes, sorts and deduplicates the packages.
  void Finish(model::ImageAnalysis& analysis) &&;

 private:
  struct Found {
    model::Package package;
    int extractor;
  };

  const Watchlist& watchlist_;
  std::vector<Found> found_;
};

// Says that something is missing, and why; of many reasons the first fifty.
void MarkIncomplete(model::ImageAnalysis& analysis, std::string why);

}  // namespace narrows::inventory::image
