#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "ecosystems/package_extractor.h"
#include "inventory/image/layer_inspector.h"

namespace narrows::app {

// What images are read with: every extractor, in a sandbox.
struct ImageReading {
  // To be called first of all: while there is a single thread, and before anything secret or
  // foreign is read.
  static Result<ImageReading> Start();

  std::vector<const ecosystems::PackageExtractor*> Extractors() const;

  std::vector<std::unique_ptr<const ecosystems::PackageExtractor>> extractors;
  std::unique_ptr<inventory::image::LayerInspector> inspector;
};

}  // namespace narrows::app
