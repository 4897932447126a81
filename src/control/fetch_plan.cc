#include "control/fetch_plan.h"

#include <utility>

namespace narrows::control {

Result<std::vector<FetchAttempt>> PlanFetch(const ImageRequest& request) {
  ASSIGN_OR_RETURN_WITHIN(const registry::RunningImage running,
                          registry::ParseImageId(request.image_id), "the container's imageID");
  std::vector<FetchAttempt> attempts;
  if (!running.is_configuration && !running.repository.empty()) {
    const std::string name = running.repository + "@" + running.digest;
    ASSIGN_OR_RETURN_WITHIN(registry::ImageReference named, registry::ImageReference::Parse(name),
                            "the container's imageID");
    attempts.push_back({std::move(named), ""});
  }

  // A pod may name its image by the bare id; then the status is all there is.
  if (!attempts.empty() && registry::CheckDigest(request.image).has_value()) return attempts;
  Result<registry::ImageReference> of_spec = registry::ImageReference::Parse(request.image);
  if (!of_spec.has_value()) {
    if (!attempts.empty()) return attempts;
    return of_spec.error().Within("the container's image");
  }
  if (running.is_configuration) {
    attempts.push_back({*of_spec, running.digest});
  } else if (attempts.empty() || attempts.front().reference.Repository() != of_spec->Repository()) {
    // Without the spec's tag, which says nothing about what runs.
    const std::string name = of_spec->Repository() + "@" + running.digest;
    ASSIGN_OR_RETURN(registry::ImageReference named, registry::ImageReference::Parse(name));
    attempts.push_back({std::move(named), ""});
  }
  return attempts;
}

}  // namespace narrows::control
