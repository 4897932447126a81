#pragma once

#include <string_view>

#include "base/clock.h"
#include "response/quarantine/record.h"
#include "response/response_action.h"

namespace narrows::response::quarantine {

// From what is and what the policies want, what is to be done: pure. Each step can be derived again
// from the cluster, so that the operations may be broken off anywhere: a NetworkPolicy comes before
// the labels it selects by, labels go before the NetworkPolicy, releases by hand are remembered
// before they are acted on, and an isolation that has expired ends with the first plan made from a
// status that remembers the expiry.
ActionPlan PlanQuarantine(const Situation& situation, TimePoint now);

// Nothing in the cluster is claimed by the policy any more, and no NetworkPolicy of its allow-list
// is left: its finalizer may go.
bool HoldsNothing(const Situation& situation, std::string_view policy);

}  // namespace narrows::response::quarantine
