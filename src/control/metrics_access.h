#pragma once

#include <string_view>

#include "base/call_context.h"
#include "base/result.h"
#include "kubernetes/api_client.h"

namespace narrows::control {

// Whether the holder of a bearer token may GET the path /metrics, as the API server says
// (TokenReview, then SubjectAccessReview of the non-resource path). kUnauthenticated without a
// valid token, kPermissionDenied without the right.
Status AuthorizeMetrics(kubernetes::ApiClient& client, std::string_view token,
                        const CallContext& context);

}  // namespace narrows::control
