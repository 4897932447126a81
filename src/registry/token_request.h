#pragma once

#include <chrono>
#include <string>

#include "base/call_context.h"
#include "base/result.h"
#include "http/http_client.h"
#include "http/url.h"
#include "registry/credentials.h"

namespace narrows::registry {

// Internal to the distribution client: a bearer token from the server that a registry names
// (distribution's token authentication specification).
struct TokenRequest {
  http::Url realm;
  std::string service;
  std::string scope;
  Credential credential;  // empty: anonymous
};

struct FetchedToken {
  Secret token;
  std::chrono::seconds lifetime{60};
};

// An identity token is exchanged by POST (OAuth2), a name and password are sent by GET with basic
// authentication. kUnauthenticated when the server refuses, kUnavailable when it is down.
Result<FetchedToken> FetchToken(http::HttpClient& client, const TokenRequest& request,
                                const CallContext& context);

// Tells apart what gives different tokens; contains no secret in the clear.
std::string TokenKey(const TokenRequest& request);

// The value of an Authorization header; empty without a user name.
std::string BasicAuthorization(const Credential& credential);

}  // namespace narrows::registry
