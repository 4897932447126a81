#pragma once

// What the commands that talk to a cluster are built from.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "advisories/database.h"
#include "base/clock.h"
#include "base/result.h"
#include "commands.h"
#include "control/image_fetcher.h"
#include "ecosystems/version_orders.h"
#include "findings/scanner.h"
#include "image_reading.h"
#include "inventory/image/layer_cache.h"
#include "kubernetes/api_client.h"
#include "registry/distribution_client.h"

namespace narrows::app {

// The API server that kubectl would talk to. `clock` outlives the client.
Result<std::unique_ptr<kubernetes::ApiClient>> MakeClusterClient(const ClusterFlags& flags,
                                                                 const Clock& clock);

// What analyses and scans images; lives as long as anything that it made.
class ImageParts {
 public:
  // Analysed layers are kept in `cache_folder`. `reading` outlives it.
  ImageParts(const ImageReading& reading, const std::filesystem::path& cache_folder);

  // Of an image no more than `max_bytes` are unpacked; 0: any.
  control::ImageFetcherOptions FetcherOptions(registry::RegistryOptions registries,
                                              uint64_t max_bytes) const;
  std::unique_ptr<findings::Scanner> MakeScanner(
      std::shared_ptr<const advisories::AdvisoryDatabase> database) const;

 private:
  const ImageReading& reading_;
  std::unique_ptr<inventory::image::LayerCache> cache_;
  ecosystems::VersionOrders orders_;
};

// Where Narrows runs: NARROWS_NAMESPACE, else the service account's, else narrows-system.
std::string OwnNamespace(const std::string& flag);

// Calls `run` with a context that ends at SIGTERM, SIGINT or after `timeout`, and gives back what
// it gives back. To be called before any thread is started: the signals are blocked in all of them.
int RunUntilSignal(std::chrono::milliseconds timeout,
                   const std::function<int(const CallContext&)>& run);

}  // namespace narrows::app
