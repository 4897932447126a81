#pragma once

#include <string_view>
#include <vector>

#include "kubernetes/permissions.h"
#include "response/response_action.h"

namespace narrows::control {

// All that `narrows serve` needs, with the reason of each. `own_namespace` is where its Lease is.
std::vector<kubernetes::Permission> RequiredPermissions(const response::ResponseAction& action,
                                                        std::string_view own_namespace);

}  // namespace narrows::control
