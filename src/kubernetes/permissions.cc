#include "kubernetes/permissions.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/json.h"
#include "kubernetes/resource_types.h"

namespace narrows::kubernetes {
namespace {

namespace json = boost::json;

std::string Review(const Permission& permission) {
  json::object attributes{
      {"verb", permission.verb}, {"group", permission.group}, {"resource", permission.resource}};
  if (!permission.subresource.empty()) attributes["subresource"] = permission.subresource;
  if (!permission.name_space.empty()) attributes["namespace"] = permission.name_space;
  return json::serialize(
      json::object{{"apiVersion", kSelfSubjectAccessReviews.ApiVersion()},
                   {"kind", kSelfSubjectAccessReviews.kind},
                   {"spec", json::object{{"resourceAttributes", std::move(attributes)}}}});
}

}  // namespace

std::string Permission::ToString() const {
  std::string text = verb + ' ' + resource;
  if (!group.empty()) text += '.' + group;
  if (!subresource.empty()) text += '/' + subresource;
  if (!name_space.empty()) text += " in namespace " + name_space;
  return text;
}

Result<std::vector<Permission>> MissingPermissions(ApiClient& client,
                                                   const std::vector<Permission>& wanted,
                                                   const CallContext& context) {
  std::vector<Permission> missing;
  for (const Permission& permission : wanted) {
    ASSIGN_OR_RETURN_WITHIN(
        const std::string answer,
        client.Create(kSelfSubjectAccessReviews, "", Review(permission), context),
        "asking whether we may " + permission.ToString());
    ASSIGN_OR_RETURN_WITHIN(const json::value document, ParseJson(answer), "access review");
    const auto* object = document.if_object();
    const auto* status = object != nullptr ? JsonObject(*object, "status") : nullptr;
    if (status == nullptr || !JsonBool(*status, "allowed").value_or(false)) {
      missing.push_back(permission);
    }
  }
  return missing;
}

}  // namespace narrows::kubernetes
