#pragma once

#include <cstddef>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "inventory/image/layer_analysis.h"

namespace narrows::inventory::image {

// The files of an image that lie where no watched place is (LayerAnalysis::loose), put together
// from its layers: what a layer removes or replaces, by a whiteout, an opaque folder, or an entry
// that is no folder at the path or above it, is not seen any more. Paths count as the layers write
// them: one that goes through a link of a lower layer is not followed. Not thread-safe.
class LooseFiles {
 public:
  struct File {
    int layer = 0;
    int file = 0;        // of that layer's analysis
    int introduced = 0;  // the layer since which the file says the same
    const AnalysedFile* content = nullptr;
  };

  // Puts the next layer on top; `layer` is its number. The analysis must outlive this, but for its
  // `hides`.
  void Apply(const LayerAnalysis& analysis, int layer);

  // What `extractor` found in the file that is seen at `path` now; null when there is none.
  const File* Find(std::string_view path, int extractor) const;

  // All that are seen now, in the order of layers.
  const std::vector<File>& files() const { return files_; }

 private:
  using Key = std::pair<std::string_view, int>;  // path and extractor

  static Key KeyOf(const File& file) { return {file.content->as, file.content->extractor}; }
  static bool Hides(const LayerAnalysis& analysis, std::string_view path);

  std::vector<File> files_;
  mutable std::map<Key, size_t> index_;  // made by Find, of all or of none
};

}  // namespace narrows::inventory::image
