#pragma once

#include <vector>

#include "base/call_context.h"
#include "base/result.h"
#include "kubernetes/api_client.h"
#include "model/network_policy.h"
#include "model/workload.h"
#include "response/response_action.h"

namespace narrows::control {

// What stands in the API server about quarantines: the pods under quarantine, each as a workload of
// its own unless its record says which it belongs to, and the NetworkPolicies of all namespaces,
// whose records also name workloads that have no pod at the moment.
struct QuarantineMarks {
  std::vector<model::Workload> workloads;
  std::vector<model::WorkloadRef> idle_workloads;
  std::vector<model::NetworkPolicy> network_policies;

  // Borrows from this object.
  response::Situation AsSituation() const;
};

// Reads them anew: no cache can be behind.
Result<QuarantineMarks> ReadQuarantineMarks(kubernetes::ApiClient& client,
                                            const CallContext& context);

}  // namespace narrows::control
