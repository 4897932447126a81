#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/image.h"

namespace narrows::storage {

struct StoredImage {
  model::ImageAnalysis analysis;
  TimePoint analysed_at;  // when this analysis was put
  TimePoint last_seen;    // when it last ran, as far as MarkSeen was told
};

// A package as advisories name it.
struct PackageName {
  std::string ecosystem;  // OSV's name without a release
  std::string name;       // ecosystems::CanonicalName
  friend auto operator<=>(const PackageName&, const PackageName&) = default;
};

// What was read of images, by digest. A package is kept once, and so is what a layer brought,
// however many images share it.
class ImageStore {
 public:
  virtual ~ImageStore() = default;

  // Nothing when the digest is not known.
  virtual Result<std::optional<StoredImage>> Get(std::string_view digest) const = 0;

  // All known digests, sorted.
  virtual Result<std::vector<std::string>> Digests() const = 0;

  // Digests, sorted, of the images that hold any of the packages, under its own name or that of
  // its source: the way back from changed advisories to what they concern. Costs time by what is
  // found, not by how many images there are.
  virtual Result<std::vector<std::string>> Containing(
      const std::vector<PackageName>& packages) const = 0;

  // Adds the image or replaces what was known of this digest (its findings stay).
  // kInvalidArgument when the digest is empty.
  virtual Status Put(const model::ImageAnalysis& analysis) = 0;

  // These still run: retention counts from now. Unknown digests are passed over.
  virtual Status MarkSeen(const std::vector<std::string>& digests) = 0;
};

}  // namespace narrows::storage
