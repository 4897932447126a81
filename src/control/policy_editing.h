#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/call_context.h"
#include "base/result.h"
#include "kubernetes/api_client.h"

namespace narrows::control {

// Makes a JSON patch of the policy as it is now; empty: nothing is to be done.
using PolicyEdit = std::function<Result<std::string>(std::string_view policy_json)>;

// Reads the policy and patches it, anew when somebody else changed it meanwhile.
Status EditPolicy(kubernetes::ApiClient& client, const std::string& policy, const PolicyEdit& edit,
                  const CallContext& context);

// Puts our finalizer on, or takes it off.
Status SetFinalizer(kubernetes::ApiClient& client, const std::string& policy, bool present,
                    const CallContext& context);

}  // namespace narrows::control
