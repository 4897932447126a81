#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "inventory/image/layer_analysis.h"
#include "inventory/image/loose_files.h"
#include "inventory/image/watchlist.h"

namespace narrows::inventory::image {

// The watched part of an image's file system, put together from its layers as a container runtime
// does (OCI image specification, "Image Layer Filesystem Changeset"): whiteouts and opaque folders
// take away what lower layers brought; an entry replaces what was at its path; a path that goes
// through a link of a lower layer is followed, unless the layer has an entry for the folder itself.
// Such links are followed on the way to well-known places; an entry that reaches one under a name
// of another folder, which no tool that makes layers writes, is not seen.
class ImageTree {
 public:
  // Both must outlive the tree. `loose` is where links out of what is watched may lead to: it is to
  // have a layer before the tree has it.
  ImageTree(const Watchlist& watchlist, const LooseFiles& loose);
  ~ImageTree();

  // Puts the next layer on top; `layer` is its number.
  void Apply(const LayerAnalysis& analysis, int layer);

  struct VisibleFile {
    int layer = 0;
    int file = 0;    // of that layer's analysis
    std::string as;  // the well-known path it is found at
  };
  struct View {
    std::vector<VisibleFile> files;        // none twice, in the order of the well-known places
    std::vector<Watchlist::Place> wanted;  // what links lead to but the watchlist does not have
  };

  // What is at the well-known places now.
  View Look() const;

  // True when the links of the layers make so much work that some paths were not followed: what the
  // tree shows is then not all.
  bool exhausted() const;

 private:
  struct Node;
  struct Found;

  Found Walk(std::string_view path, bool follow_last, bool create) const;
  void Remove(const LayerEntry& entry);
  void Place(const LayerEntry& entry, int layer);
  void PlaceHardLink(const LayerEntry& entry, const Found& found);
  using Seen = std::set<std::pair<int, int>>;  // layer and file
  void LookAt(const Found& found, const Watchlist::Place& place, View& view, Seen& seen) const;

  const Watchlist& watchlist_;
  const LooseFiles& loose_;
  const std::unique_ptr<Node> root_;
  mutable uint64_t further_steps_ = 0;  // of paths longer than any should be
};

}  // namespace narrows::inventory::image
