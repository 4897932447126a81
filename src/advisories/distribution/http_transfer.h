#pragma once

#include <string>

#include "base/call_context.h"
#include "base/result.h"
#include "http/http_client.h"
#include "http/url.h"

namespace narrows::advisories::distribution {

// Sends a GET along at most five redirects, never from HTTPS to HTTP. `on_response` sees the last
// answer's head, `on_data` its body. The request's headers go wherever it is redirected to, so they
// must hold no credential.
Status Get(http::HttpClient& client, const http::Url& url, const std::vector<http::Header>& headers,
           const CallContext& context, const http::HttpClient::OnResponse& on_response,
           const http::HttpClient::OnData& on_data);

// What an answer that is no success means, and the remedy.
Error ErrorOfStatus(int status);

}  // namespace narrows::advisories::distribution
