#pragma once

#include <string>
#include <vector>

#include "base/call_context.h"
#include "base/result.h"
#include "kubernetes/api_client.h"
#include "model/exposure.h"

namespace narrows::inventory::cluster {

// What may lead traffic to pods, listed once. What the user may not read is left out with a
// warning, one sentence each; types of the Gateway API that the cluster lacks without one.
struct ExposureListing {
  model::ExposureObjects objects;
  std::vector<std::string> warnings;
};
Result<ExposureListing> ListExposureObjects(kubernetes::ApiClient& client,
                                            const CallContext& context);

}  // namespace narrows::inventory::cluster
