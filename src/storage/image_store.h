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

// What was read of images, by digest. Layers, packages and distributions are kept once, however
// many images share them.
class ImageStore {
 public:
  virtual ~ImageStore() = default;

  // Nothing when the digest is not known.
  virtual Result<std::optional<StoredImage>> Get(std::string_view digest) const = 0;

  // All known digests, sorted.
  virtual Result<std::vector<std::string>> Digests() const = 0;

  // Digests, sorted, of the images that hold a package built from `source_name`: the way back from
  // a new advisory to what it concerns. `ecosystem` is OSV's name without a release.
  virtual Result<std::vector<std::string>> Containing(std::string_view ecosystem,
                                                      std::string_view source_name) const = 0;

  // Adds the image or replaces what was known of this digest (its findings stay).
  // kInvalidArgument when the digest is empty.
  virtual Status Put(const model::ImageAnalysis& analysis) = 0;

  // These still run: retention counts from now. Unknown digests are passed over.
  virtual Status MarkSeen(const std::vector<std::string>& digests) = 0;
};

}  // namespace narrows::storage
