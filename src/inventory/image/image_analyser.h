#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/call_context.h"
#include "base/result.h"
#include "ecosystems/package_extractor.h"
#include "inventory/image/layer_cache.h"
#include "inventory/image/layer_inspector.h"
#include "model/image.h"
#include "registry/image_source.h"
#include "registry/layer_reader.h"

namespace narrows::inventory::image {

struct AnalyserOptions {
  std::vector<const ecosystems::PackageExtractor*> extractors;  // outlive the call
  LayerCache* cache = nullptr;                                  // may be none
  // Reads layers; none: this process does. Outlives the call.
  LayerInspector* inspector = nullptr;
  registry::LayerLimits limits;
  // Unpacked, of all layers together: what lies above is left out.
  uint64_t most_unpacked_bytes = UINT64_MAX;
  size_t threads = 2;  // layers that are read at once
  // Memory for what is kept of all layers of an image; each alone has a limit of its own.
  size_t most_kept_bytes = size_t{40} << 20;

  // Bytes of layers read so far and to be read in all; called from any thread, one call at a time.
  std::function<void(uint64_t done, uint64_t total)> on_progress;
};

// Reads the packages of an image without unpacking it: each layer is streamed once, and not at all
// when the cache knows it; both its digests are verified on the way.
//
// Each package names the layer that brought its present version. A limit, the deadline within a
// layer, or a damaged file leave something out: then the result is not `complete` and says why.
// kDataLoss, and nothing is stored, when a layer is not what the image promises; the source's
// errors as they are; kCancelled when stopped.
Result<model::ImageAnalysis> Analyse(registry::ImageSource& source, const model::Platform& platform,
                                     const AnalyserOptions& options, const CallContext& context);

struct DirectoryOptions {
  std::vector<const ecosystems::PackageExtractor*> extractors;
  std::vector<std::string> skip_dirs;  // below the root, with or without "/" before them
};

// The same of a root file system in a folder. Links are followed within it as if it were the root:
// none leads out of it. kNotFound when there is no such folder, kUnimplemented on a kernel before
// Linux 5.6.
Result<model::ImageAnalysis> AnalyseDirectory(const std::filesystem::path& root,
                                              const DirectoryOptions& options,
                                              const CallContext& context);

}  // namespace narrows::inventory::image
