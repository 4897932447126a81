#pragma once

#include <memory>

#include "base/call_context.h"
#include "kubernetes/api_client.h"
#include "model/workload.h"
#include "response/quarantine/record.h"
#include "response/response_action.h"

namespace narrows::response::quarantine {

// The action quarantine_vulnerable_workload. `client` must outlive it.
std::unique_ptr<ResponseAction> MakeQuarantineAction(kubernetes::ApiClient& client);

// What releases everything, whatever the policies say: `quarantine release --all`. Pure.
ActionPlan PlanReleaseOfAll(const Situation& situation, TimePoint now);

// Labels a new pod of a quarantined workload without planning; `record` is the workload's from
// ObserveQuarantines.
Status LabelNewPod(kubernetes::ApiClient& client, const model::Pod& pod,
                   const QuarantineRecord& record, const CallContext& context);

}  // namespace narrows::response::quarantine
