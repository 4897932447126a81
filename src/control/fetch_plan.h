#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "control/image_pipeline.h"
#include "registry/image_reference.h"

namespace narrows::control {

// One name under which the image of a container may be read.
struct FetchAttempt {
  registry::ImageReference reference;
  // Where the name is only a tag: what it must lead to, or the tag has moved since the container
  // was started. Empty where the reference carries a digest.
  std::string expected_config;
};

// Where to read what a container runs, in the order to try: by the digest its status names, in the
// repository the runtime names, then in the one of the pod's spec. A status that knows only the
// configuration's digest leaves the spec's tag. kInvalidArgument names what cannot be read.
Result<std::vector<FetchAttempt>> PlanFetch(const ImageRequest& request);

}  // namespace narrows::control
