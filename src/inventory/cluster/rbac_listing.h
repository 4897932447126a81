#pragma once

#include <string>
#include <vector>

#include "base/call_context.h"
#include "base/result.h"
#include "kubernetes/api_client.h"
#include "model/rbac.h"

namespace narrows::inventory::cluster {

// Roles, ClusterRoles and their bindings, listed once, by name. kPermissionDenied names the list
// that the user may not read: an answer without it would be wrong.
Result<model::RbacObjects> ListRbacObjects(kubernetes::ApiClient& client,
                                           const CallContext& context);

// In the order of the API server: by namespace and name.
Result<std::vector<model::ServiceAccount>> ListServiceAccounts(kubernetes::ApiClient& client,
                                                               const CallContext& context);

}  // namespace narrows::inventory::cluster
