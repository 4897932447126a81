#include "control/metrics_access.h"

#include <boost/json.hpp>
#include <utility>

#include "base/json.h"

namespace narrows::control {
namespace {

namespace json = boost::json;

const kubernetes::ResourceType kTokenReviews{"authentication.k8s.io", "v1", "tokenreviews",
                                             "TokenReview", false};
const kubernetes::ResourceType kSubjectAccessReviews{
    "authorization.k8s.io", "v1", "subjectaccessreviews", "SubjectAccessReview", false};

// Creates a review and gives back its status.
Result<json::object> Review(kubernetes::ApiClient& client, const kubernetes::ResourceType& type,
                            json::object spec, const CallContext& context) {
  const json::object review = {
      {"apiVersion", type.ApiVersion()}, {"kind", type.kind}, {"spec", std::move(spec)}};
  ASSIGN_OR_RETURN(const std::string answer,
                   client.Create(type, "", json::serialize(review), context));
  ASSIGN_OR_RETURN(const json::value document, ParseJson(answer));
  const json::object* root = document.if_object();
  const json::object* status = root ? JsonObject(*root, "status") : nullptr;
  return status ? *status : json::object();
}

}  // namespace

Status AuthorizeMetrics(kubernetes::ApiClient& client, std::string_view token,
                        const CallContext& context) {
  if (token.empty()) return Unauthenticated("no bearer token");
  ASSIGN_OR_RETURN(const json::object authenticated,
                   Review(client, kTokenReviews, {{"token", token}}, context));
  const json::object* user = JsonObject(authenticated, "user");
  if (!JsonBool(authenticated, "authenticated").value_or(false) || !user)
    return Unauthenticated("the token is not valid");
  json::object spec = {{"user", JsonString(*user, "username")},
                       {"uid", JsonString(*user, "uid")},
                       {"nonResourceAttributes", {{"path", "/metrics"}, {"verb", "get"}}}};
  if (const json::array* groups = JsonArray(*user, "groups")) spec["groups"] = *groups;
  if (const json::object* extra = JsonObject(*user, "extra")) spec["extra"] = *extra;
  ASSIGN_OR_RETURN(const json::object access,
                   Review(client, kSubjectAccessReviews, std::move(spec), context));
  if (!JsonBool(access, "allowed").value_or(false))
    return PermissionDenied("the user may not get /metrics");
  return Ok();
}

}  // namespace narrows::control
