#include "control/stored_images.h"

namespace narrows::control {

decltype(ImageFetcherOptions::remembered) RememberedImages(const storage::Store& store) {
  return [&store](const std::string& digest,
                  const model::Platform& platform) -> std::optional<model::ImageAnalysis> {
    const auto snapshot = store.Read();
    if (!snapshot.has_value()) return std::nullopt;
    const storage::ImageStore& images = (*snapshot)->images();
    // By far the most are named by their own digest.
    if (auto exact = images.Get(digest); exact.has_value() && *exact) {
      if ((*exact)->analysis.complete) return std::move((*exact)->analysis);
      return std::nullopt;
    }
    const auto digests = images.Digests();
    if (!digests.has_value()) return std::nullopt;
    for (const std::string& candidate : *digests) {
      auto image = images.Get(candidate);
      if (!image.has_value() || !*image) continue;
      model::ImageAnalysis& analysis = (*image)->analysis;
      const bool same = analysis.config_digest == digest ||
                        (analysis.index_digest == digest &&
                         analysis.platform.architecture == platform.architecture);
      if (same && analysis.complete) return std::move(analysis);
    }
    return std::nullopt;
  };
}

}  // namespace narrows::control
