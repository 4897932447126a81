#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/call_context.h"
#include "base/result.h"
#include "inventory/image/layer_analysis.h"
#include "inventory/image/spool.h"
#include "inventory/image/watchlist.h"
#include "model/image.h"
#include "registry/image_source.h"
#include "registry/layer_reader.h"

namespace narrows::inventory::image {

// A layer to be inspected. All of it outlives the call.
struct LayerTask {
  registry::ImageSource& source;
  const model::Layer& layer;
  const Watchlist& watchlist;
  const registry::LayerLimits& limits;
  Spool& spool;
};

struct InspectedLayer {
  LayerAnalysis analysis;           // of what could be read
  std::vector<std::string> faults;  // why that is not all
  // Whether these bytes are known to be the layer's, so that what was found may stand for the layer
  // from now on. False also with faults.
  bool may_be_kept = false;
};

// Streams a layer, verifies its digests, and finds what a watchlist looks for. Thread-safe.
class LayerInspector {
 public:
  virtual ~LayerInspector() = default;

  // kDataLoss when the layer is not what the image promises or cannot be unpacked; the source's
  // errors as they are; kDeadlineExceeded and kCancelled by the context.
  virtual Result<InspectedLayer> Inspect(const LayerTask& task, const CallContext& context) = 0;
};

// In this process: for tests, and files of one's own.
std::unique_ptr<LayerInspector> MakeInProcessInspector();

}  // namespace narrows::inventory::image
