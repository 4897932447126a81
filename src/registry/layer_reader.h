#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/call_context.h"
#include "base/result.h"
#include "model/image.h"
#include "registry/image_source.h"
#include "registry/tar_reader.h"

namespace narrows::registry {

struct LayerLimits {
  uint64_t unpacked_bytes = uint64_t{64} << 30;
  TarLimits tar;
};

// Whether the digests are computed here, or somebody else has done so.
enum class Verify { kNo, kYes };

struct LayerReading {
  uint64_t stored_bytes = 0;
  uint64_t unpacked_bytes = 0;
  uint64_t entries = 0;
  // Why the visitor did not see all: a limit, or a damaged tar stream in bytes that are those the
  // image promises (the digests were verified all the same, but for the diffID of what could not be
  // unpacked to its end, and for both where unpacked_bytes was the limit).
  std::optional<Error> fault;
};

// Streams one layer: its stored bytes are unpacked by their magic bytes, both digests are verified,
// and the visitor sees the files. Two threads share the work when there is some: the visitor is
// called from one other than the caller's, one call at a time, and never after the return.
// kDataLoss, naming layer and digests, when one does not match or the stream cannot be unpacked;
// the source's errors as they are.
Result<LayerReading> ReadLayer(ImageSource& source, const model::Layer& layer, TarVisitor& visitor,
                               const LayerLimits& limits, const CallContext& context,
                               Verify verify = Verify::kYes);

// kDataLoss, naming layer and both digests, unless `actual` is what the image promises. `what` is
// "digest" or "diffID".
Status CompareDigest(const model::Layer& layer, std::string_view what, const std::string& promised,
                     const std::string& actual);

}  // namespace narrows::registry
