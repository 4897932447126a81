#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ecosystems/owned_files.h"
#include "inventory/image/watchlist.h"
#include "model/package.h"

namespace narrows::inventory::image {

// A file that was read in a layer, by one extractor.
struct AnalysedFile {
  int extractor = Watchlist::kOsRelease;
  std::string as;        // the well-known path it stands for, its own path where there is none
  std::string packages;  // by EncodePackages: much smaller than the values
  std::string owned;     // by EncodeOwned
  std::unique_ptr<const model::Distribution> distribution;  // of os-release
  bool failed = false;                                      // nothing of it could be read
  std::vector<std::string> statuses;                        // what of it could not be read
};

// What a layer does to a watched path.
struct LayerEntry {
  enum class Kind { kDirectory, kFile, kSymlink, kHardLink, kOther, kWhiteout, kOpaque };
  static constexpr int kUnread = -1;

  Kind kind = Kind::kOther;
  std::string path;    // normalised; of a whiteout, what it removes
  std::string target;  // of a symlink as it is, of a hard link normalised
  int file = kUnread;  // which of LayerAnalysis::files has a file's content
};

// All that an image's analysis needs of one layer. Depends on its bytes and the watchlist only.
struct LayerAnalysis {
  // Of an extractor, how many files with faults there are besides those in `files`.
  struct Uncounted {
    int extractor = 0;
    uint32_t files = 0;
  };

  std::vector<LayerEntry> entries;  // in the layer's order
  std::vector<AnalysedFile> files;
  // Those of `files` that lie where no watched place is: what extractors without places found
  // there, and what looks like a package data base that a link may lead to.
  std::vector<int> loose;
  // Files of lower layers that are not seen any more: whose path, or that of a folder they are in,
  // or whose path with a "/" behind it (a folder is there now) has a PathHash that is one of these.
  // Sorted.
  std::vector<uint64_t> hides;
  bool hides_all_known = true;  // false: there are more than are kept
  std::vector<Uncounted> uncounted;
  uint64_t unpacked_bytes = 0;  // of the layer's tar archive
};

// What a layer has at most of what is kept.
inline constexpr size_t kMostKeptBytes = size_t{24} << 20;
inline constexpr size_t kMostHides = size_t{1} << 20;

// How much memory it takes, roughly.
size_t KeptBytes(const AnalysedFile& file);
size_t KeptBytes(const LayerEntry& entry);
size_t KeptBytes(const LayerAnalysis& layer);

std::string EncodePackages(const std::vector<model::Package>& packages);
Result<std::vector<model::Package>> DecodePackages(std::string_view bytes);
std::string EncodeOwned(const std::vector<ecosystems::OwnedFiles>& owned);
Result<std::vector<ecosystems::OwnedFiles>> DecodeOwned(std::string_view bytes);

// For the layer cache. Decode gives kDataLoss for anything that Encode did not make.
std::string EncodeLayer(const LayerAnalysis& layer);
Result<LayerAnalysis> DecodeLayer(std::string_view bytes);

// Reads one file as the watchlist wants it; never fails, but says so in the result.
AnalysedFile AnalyseFile(const Watchlist& watchlist, const Watchlist::Target& target,
                         std::string_view content);

// The same of a file that cannot be read, and of one that is too large.
AnalysedFile Unreadable(const Watchlist::Target& target, const Error& error);
AnalysedFile TooLarge(const Watchlist& watchlist, const Watchlist::Target& target);

// The largest file that is read for `target`.
size_t MostBytesOf(const Watchlist& watchlist, const Watchlist::Target& target);

}  // namespace narrows::inventory::image
