#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "inventory/image/watchlist.h"
#include "model/package.h"
#include "registry/tar_reader.h"

namespace narrows::inventory::image {

// A file that was read in a layer.
struct AnalysedFile {
  int extractor = Watchlist::kOsRelease;
  std::string as;                     // the well-known path it stands for
  std::string packages;               // by EncodePackages: much smaller than the values
  model::Distribution distribution;   // of os-release
  bool failed = false;                // nothing of it could be read
  std::vector<std::string> statuses;  // what of it could not be read
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
  std::vector<LayerEntry> entries;  // in the layer's order
  std::vector<AnalysedFile> files;
};

// How much memory it takes, roughly.
size_t KeptBytes(const LayerAnalysis& layer);

std::string EncodePackages(const std::vector<model::Package>& packages);
Result<std::vector<model::Package>> DecodePackages(std::string_view bytes);

// For the layer cache. Decode gives kDataLoss for anything that Encode did not make.
std::string EncodeLayer(const LayerAnalysis& layer);
Result<LayerAnalysis> DecodeLayer(std::string_view bytes);

// Reads one file as the watchlist wants it; never fails, but says so in the result.
AnalysedFile AnalyseFile(const Watchlist& watchlist, const Watchlist::Target& target,
                         std::string_view content);

// The largest file that is read for `target`.
size_t MostBytesOf(const Watchlist& watchlist, const Watchlist::Target& target);

// Makes a LayerAnalysis of a layer's tar stream. Keeps the content of one file at a time;
// kResourceExhausted when a layer has unreasonably much of what is watched.
class LayerAnalyser final : public registry::TarVisitor {
 public:
  explicit LayerAnalyser(const Watchlist& watchlist) : watchlist_(watchlist) {}

  Result<bool> OnEntry(const registry::TarEntry& entry) override;
  Status OnContent(std::string_view piece) override;
  Status OnEnd() override;

  LayerAnalysis Take() { return std::move(layer_); }

 private:
  Status Record(LayerEntry entry);
  Status Count(const AnalysedFile& file);
  Status OnWhiteout(std::string_view folder, std::string_view name);

  const Watchlist& watchlist_;
  LayerAnalysis layer_;
  size_t kept_bytes_ = 0;
  std::string path_;
  std::string content_;
  Watchlist::Target target_;
};

}  // namespace narrows::inventory::image
