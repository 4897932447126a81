#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "control/image_pipeline.h"
#include "inventory/image/image_analyser.h"
#include "kubernetes/api_client.h"
#include "model/image.h"
#include "registry/distribution_client.h"

namespace narrows::control {

struct ImageFetcherOptions {
  // Hosts, proxy, connections. Its credentials are asked after those of the pod.
  registry::RegistryOptions registries;
  inventory::image::AnalyserOptions analyser;
  // What a store remembers of an image: asked when no registry gives it. `digest` may be that of
  // an index, a manifest or a configuration. May be null.
  std::function<std::optional<model::ImageAnalysis>(const std::string& digest,
                                                    const model::Platform& platform)>
      remembered;
};

// What an ImagePipeline reads images with: names and order as PlanFetch has them, credentials as
// MakeClusterCredentials. `client` must outlive the function. Errors say for each name why it could
// not be read.
ImagePipeline::Analyse MakeImageFetcher(kubernetes::ApiClient& client, ImageFetcherOptions options);

}  // namespace narrows::control
