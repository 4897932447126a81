#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace narrows::inventory::image {

// What a stored analysis was made of: a layer, and what was looked for by whom (see
// Watchlist::Fingerprint).
struct LayerKey {
  std::string diff_id;
  // Of the stored bytes it was made of. An image may promise a diffID that its bytes do not have;
  // that is seen when they are read, but should they take over the process that reads them, what is
  // stored then must not be taken for another layer.
  std::string digest;
  std::string fingerprint;
};

// Analyses of layers by content. A cache may forget anything at any time; what it gives is what was
// put. Thread-safe.
class LayerCache {
 public:
  virtual ~LayerCache() = default;

  // Nothing when it is not there (or no longer whole).
  virtual std::optional<std::string> Get(const LayerKey& key) = 0;

  // Replaces what was there. An error means that it was not kept, no more.
  virtual Status Put(const LayerKey& key, std::string_view analysis) = 0;
};

// In memory, forgetting what was not used for longest above `most_bytes`.
std::unique_ptr<LayerCache> MakeMemoryLayerCache(uint64_t most_bytes);

// One file a layer in `folder`, which is made when it is needed. Any number of processes may share
// it: files are replaced by rename and carry a checksum; what was not used for longest is removed
// above `most_bytes`.
std::unique_ptr<LayerCache> MakeFileLayerCache(std::filesystem::path folder, uint64_t most_bytes);

}  // namespace narrows::inventory::image
