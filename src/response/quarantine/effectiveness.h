#pragma once

#include <string>
#include <string_view>

#include "base/joined_spans.h"
#include "model/action.h"
#include "model/network_policy.h"
#include "model/workload.h"

namespace narrows::response::quarantine {

// Whether a pod with these labels (those of the quarantine included) is isolated by our deny-all
// policy, which counts as being there. By the API's semantics (networking.k8s.io/v1): policies that
// select the pod add up, and every rule of one of them allows something, in the directions its
// policyTypes name. Our own allow-lists are meant and defeat nothing. Whether the cluster's network
// enforces policies at all cannot be seen in the API.
model::Effectiveness EvaluateIsolation(const model::Labels& labels, bool host_network,
                                       std::string_view name_space,
                                       const JoinedSpans<model::NetworkPolicy>& policies);

// Of several pods: effective when each one is.
model::Effectiveness Combine(const model::Effectiveness& a, const model::Effectiveness& b);

// A NetworkPolicy that Narrows made for an allow-list.
bool IsOurAllowPolicy(const model::NetworkPolicy& policy);
// The deny-all policy of its namespace, ours or the ancestor's.
bool IsDenyAllPolicy(const model::NetworkPolicy& policy);
// Made by us, so that we may remove it.
bool IsManaged(const model::NetworkPolicy& policy);

}  // namespace narrows::response::quarantine
