#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "inventory/image/layer_analysis.h"
#include "inventory/image/watchlist.h"
#include "model/image.h"

namespace narrows::inventory::image {

// Of an image: ten times what a desktop has. Each takes up to a kilobyte.
inline constexpr size_t kMostPackages = 50'000;

// Puts the packages of files into an analysis, and what is missing: first what there is, in any
// order, then Finish.
class PackageList {
 public:
  // Both must outlive it.
  PackageList(const Watchlist& watchlist, model::ImageAnalysis& analysis)
      : watchlist_(watchlist), analysis_(analysis) {}

  // `as` is the path it was found at; `layer` the one that brought it, where that is known of the
  // file as a whole.
  void Add(const AnalysedFile& file, const std::string& as, const std::string& layer = "");

  // Something is missing, and why. Of each kind (an extractor's, others) a hundred are told.
  void AddFault(std::string why) { AddFault("", std::move(why)); }

  // So many more files of an extractor have faults.
  void CountFaults(int extractor, size_t files);

  // Completes the packages, names the owners of those whose file an operating system's package
  // owns, sorts and deduplicates them.
  void Finish() &&;

 private:
  struct Origin {
    int extractor;
    uint64_t path_hash;  // of the file, as OwnedFiles has it
  };
  struct Faults {
    size_t listed = 0;
    size_t more = 0;
  };

  void AddFault(std::string_view kind, std::string why);
  std::string_view KindOf(int extractor) const;
  bool IsOfOperatingSystem(int extractor) const;
  void AddOwned(const AnalysedFile& file);
  void FindOwners();
  void DropOwned();
  void Deduplicate();

  const Watchlist& watchlist_;
  model::ImageAnalysis& analysis_;
  std::vector<Origin> origins_;                        // of the analysis' packages, in their order
  std::map<std::string, Faults, std::less<>> faults_;  // by kind
  std::vector<std::string> owners_;
  std::vector<std::pair<uint64_t, uint32_t>> owned_;  // path → which of owners_
  bool owned_too_many_ = false;
};

}  // namespace narrows::inventory::image
