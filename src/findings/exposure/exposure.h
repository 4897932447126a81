#pragma once

#include <span>
#include <vector>

#include "model/exposure.h"
#include "model/network_policy.h"
#include "model/workload.h"

namespace narrows::findings::exposure {

// What reaches each workload from outside the cluster, and what NetworkPolicies leave open, as the
// API's objects say it. A Service leads to the running pods that its selector matches, or, without
// one, to those whose address an EndpointSlice of it names. A workload's reach is that of its most
// open pod. Pure; in the order of `workloads`. Policies of namespaces other than the workload's do
// no harm.
std::vector<model::WorkloadExposure> FindExposure(std::span<const model::Workload> workloads,
                                                  const model::ExposureObjects& objects,
                                                  std::span<const model::NetworkPolicy> policies);

}  // namespace narrows::findings::exposure
