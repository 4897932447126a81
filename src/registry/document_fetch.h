#pragma once

#include <string>

#include "base/call_context.h"
#include "base/result.h"
#include "http/http_client.h"
#include "registry/registry_session.h"

namespace narrows::registry {

// Internal to the distribution client: a small document of a registry, whole.
struct Document {
  std::string bytes;
  http::HttpResponse head;  // of the answer, without its body
};

// Repeats what may pass: at the registry itself as often as `limits` allow, at a mirror never.
// kResourceExhausted above `most` bytes; `what` is asked for, for the errors.
Result<Document> FetchDocument(RegistrySession& session, const RegistrySession::Request& request,
                               size_t most, const std::string& what, const RegistryLimits& limits,
                               const CallContext& context);

// Ok where nothing or the same digest was promised, else kDataLoss.
Status VerifyDigest(const std::string& what, const std::string& promised,
                    const std::string& actual);

}  // namespace narrows::registry
