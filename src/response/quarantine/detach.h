#pragma once

#include <string>

#include "base/joined_spans.h"
#include "model/network_policy.h"
#include "model/workload.h"

namespace narrows::response::quarantine {

// Why the pod is never detached ("pods of a StatefulSet are never detached"): its controller would
// wait for it, or run a second one where there may be one only. Empty where it may be.
std::string DetachObstacle(const model::Pod& pod);

// The labels to take off so that no Service and no NetworkPolicy but ours selects the pod any more,
// as far as that can be done by taking labels off, and so that its controller lets go of it (a
// controller drops what no longer matches its selector, and starts a replacement). Where the
// controller's selector can't be told from the labels, all labels of other domains than ours.
model::Labels LabelsToTakeOff(const model::Pod& pod, const JoinedSpans<model::Service>& services,
                              const JoinedSpans<model::NetworkPolicy>& policies);

}  // namespace narrows::response::quarantine
