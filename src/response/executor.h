#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/call_context.h"
#include "kubernetes/api_client.h"
#include "response/response_action.h"

namespace narrows::response {

struct OperationResult {
  const Operation* operation = nullptr;
  bool carried_out = false;    // false: an earlier one of its group failed, or it did itself
  std::optional<Error> error;  // set on the one that failed
  Written written;             // of what was carried out
};

// Carries the operations out in their order. After a failure the rest of that group is left; other
// groups go on. Where only one pod is not taken as it would be, the group's other pods go on, and
// what is not a pod is left. Where a group was refused (kPermissionDenied, kInvalidArgument) after
// it had only created objects, these are deleted again: nothing is left half done.
std::vector<OperationResult> Execute(kubernetes::ApiClient& client,
                                     std::span<const Operation> operations,
                                     const CallContext& context);

// Makes the change to the pod as it is now; reads again and retries when somebody else changes it
// at the same time. A pod that is gone, or another one of its name, is success. The pod's
// resourceVersion, also where nothing was to be changed; empty where it is gone.
Result<std::string> ChangePod(kubernetes::ApiClient& client, const kubernetes::ObjectName& pod,
                              const std::string& uid, const PodChange& change,
                              const CallContext& context);

}  // namespace narrows::response
