#pragma once

#include <memory>

#include "kubernetes/api_client.h"
#include "response/response_action.h"

namespace narrows::response::quarantine {

// The action quarantine_vulnerable_workload. `client` must outlive it.
std::unique_ptr<ResponseAction> MakeQuarantineAction(kubernetes::ApiClient& client);

// What releases everything, whatever the policies say: `quarantine release --all`. Pure.
ActionPlan PlanReleaseOfAll(const Situation& situation, TimePoint now);

}  // namespace narrows::response::quarantine
