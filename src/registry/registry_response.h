#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/http_client.h"

namespace narrows::registry {

// Internal to the distribution client: what an answer that is no success means, with the registry's
// own code and words (OCI distribution specification, error codes) and the remedy. `what` is the
// image or blob asked for, `host` the registry.
Error ErrorFromResponse(const http::HttpResponse& response, std::string_view what,
                        std::string_view host);

// "MANIFEST_UNKNOWN: manifest unknown", or a token server's words, or the start of a plain text;
// empty when the body says nothing. Printable.
std::string WordsOf(const http::HttpResponse& response);

// What went wrong before `host` could answer, with the remedy for a certificate that is not trusted
// and for plain HTTP where TLS was spoken.
Error WithRemedy(Error error, std::string_view host);

// True for answers that may be another one later: 408, 425, 429 and 5xx but 501.
bool MayPass(int status);

// The Retry-After of an answer in seconds form.
std::optional<std::chrono::milliseconds> RetryAfter(const http::HttpResponse& response);

}  // namespace narrows::registry
