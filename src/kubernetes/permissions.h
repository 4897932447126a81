#pragma once

#include <string>
#include <vector>

#include "base/call_context.h"
#include "base/result.h"
#include "kubernetes/api_client.h"

namespace narrows::kubernetes {

// One right, and what it is needed for.
struct Permission {
  std::string verb;         // "list"
  std::string group;        // "" for the core group
  std::string resource;     // "pods"
  std::string subresource;  // "status", or empty
  std::string name_space;   // empty: in all namespaces
  std::string purpose;      // "to take the inventory"

  // "list deployments.apps in namespace shop"
  std::string ToString() const;
  friend bool operator==(const Permission&, const Permission&) = default;
};

// Those of `wanted` that the client's user does not have, in that order, as the API server itself
// says (SelfSubjectAccessReview, which every authenticated user may create).
Result<std::vector<Permission>> MissingPermissions(ApiClient& client,
                                                   const std::vector<Permission>& wanted,
                                                   const CallContext& context);

}  // namespace narrows::kubernetes
