#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "inventory/image/layer_inspector.h"
#include "inventory/image/watchlist.h"

namespace narrows::inventory::image {

struct SandboxOptions {
  // Memory for all workers together. A layer gets half of it; one for which that is too little is
  // read again alone, with all.
  uint64_t memory_bytes = uint64_t{96} << 20;
  unsigned file_cpu_seconds = 60;    // for parsing one file
  unsigned layer_cpu_seconds = 900;  // for a layer
};

// Inspects each layer in a process of its own that can read and write memory and what it is given,
// and nothing else (sandbox/confinement.h): bytes go in, records come out. Whatever a file does to
// that process costs the file: the layer is read again without it, and the file is named. To be
// made while this process has a single thread, and before it reads secrets: workers are copies of
// what it is now. `extractors` outlive it.
Result<std::unique_ptr<LayerInspector>> MakeSandboxedInspector(Extractors extractors,
                                                               const SandboxOptions& options = {});

}  // namespace narrows::inventory::image
