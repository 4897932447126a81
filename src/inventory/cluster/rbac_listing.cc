#include "inventory/cluster/rbac_listing.h"

#include "kubernetes/listing.h"
#include "kubernetes/objects.h"
#include "kubernetes/resource_types.h"

namespace narrows::inventory::cluster {

using kubernetes::ListAll;
using kubernetes::ObjectReader;

Result<model::RbacObjects> ListRbacObjects(kubernetes::ApiClient& client,
                                           const CallContext& context) {
  model::RbacObjects objects;
  for (const auto* type : {&kubernetes::kClusterRoles, &kubernetes::kRoles}) {
    RETURN_IF_ERROR(ListAll(client, *type, context, &ObjectReader::ReadRole, &objects.roles));
  }
  for (const auto* type : {&kubernetes::kClusterRoleBindings, &kubernetes::kRoleBindings}) {
    RETURN_IF_ERROR(
        ListAll(client, *type, context, &ObjectReader::ReadRoleBinding, &objects.bindings));
  }
  return objects;
}

Result<std::vector<model::ServiceAccount>> ListServiceAccounts(kubernetes::ApiClient& client,
                                                               const CallContext& context) {
  std::vector<model::ServiceAccount> accounts;
  RETURN_IF_ERROR(ListAll(client, kubernetes::kServiceAccounts, context,
                          &ObjectReader::ReadServiceAccount, &accounts));
  return accounts;
}

}  // namespace narrows::inventory::cluster
