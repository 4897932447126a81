#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "findings/rights/authorizer.h"

// What a person types, as the authorizer's words.
namespace narrows::findings::rights {

// A request for `resource`: TYPE[.GROUP][/SUBRESOURCE] as kubectl writes it, plural, singular or
// short ("deploy", "pods/exec", "widgets.example.com"), or a path of the API server ("/metrics").
// The groups of Kubernetes' own types are known. kInvalidArgument where a type is not: it needs its
// group.
Result<AccessRequest> ParseAccessRequest(std::string_view verb, std::string_view resource);

// "user:jane", "group:dev", "sa:shop/web", "system:serviceaccount:shop:web"; a word without a
// prefix is a user. kInvalidArgument for an account without namespace and name.
Result<model::RbacSubject> ParseSubject(std::string_view text);

// Whether objects of the type live in namespaces; true where it is not known.
bool IsNamespacedType(const AccessRequest& request);

}  // namespace narrows::findings::rights
