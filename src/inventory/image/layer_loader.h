#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/call_context.h"
#include "base/result.h"
#include "inventory/image/image_analyser.h"
#include "inventory/image/layer_analysis.h"
#include "inventory/image/spool.h"
#include "inventory/image/watchlist.h"
#include "model/image.h"
#include "registry/image_source.h"

namespace narrows::inventory::image {

// One layer, as far as it could be read.
struct ReadLayerResult {
  LayerAnalysis analysis;
  std::vector<std::string> faults;  // why not all of it
};

// Reads the layers of one image with a few threads, or finds them in the cache, and gives them on
// in their order, one call at a time, from any of the threads. Waits for a slow layer before too
// much has gathered that comes after it.
Status LoadLayers(registry::ImageSource& source, const std::vector<model::Layer>& layers,
                  const Watchlist& watchlist, const AnalyserOptions& options, Spool& spool,
                  const CallContext& context,
                  const std::function<void(size_t number, ReadLayerResult layer)>& on_layer);

}  // namespace narrows::inventory::image
