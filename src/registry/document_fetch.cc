#include "registry/document_fetch.h"

#include <optional>
#include <utility>

#include "base/strings.h"
#include "registry/backoff.h"
#include "registry/registry_response.h"

namespace narrows::registry {
namespace {

Result<Document> FetchOnce(RegistrySession& session, const RegistrySession::Request& request,
                           size_t most, const std::string& what, const CallContext& context,
                           std::optional<std::chrono::milliseconds>& retry_after) {
  Document document;
  ASSIGN_OR_RETURN(
      const RegistrySession::Answer answer,
      session.Send(
          request, context,
          [&](const http::HttpResponse& head) {
            document = {.head = head};
            return Ok();
          },
          [&](std::string_view piece) -> Status {
            if (piece.size() > most - document.bytes.size())
              return ResourceExhausted(what + " is larger than " + std::to_string(most) + " bytes");
            document.bytes += piece;
            return Ok();
          }));
  if (answer.response.status == 200) return document;
  retry_after = RetryAfter(answer.response);
  return ErrorFromResponse(answer.response, what, session.endpoint().host);
}

}  // namespace

Result<Document> FetchDocument(RegistrySession& session, const RegistrySession::Request& request,
                               size_t most, const std::string& what, const RegistryLimits& limits,
                               const CallContext& context) {
  Backoff backoff(limits, session.endpoint().is_mirror ? 1 : limits.attempts);
  while (true) {
    std::optional<std::chrono::milliseconds> retry_after;
    Result<Document> document = FetchOnce(session, request, most, what, context, retry_after);
    if (document.has_value()) return document;
    RETURN_IF_ERROR(backoff.Next(document.error(), retry_after, false, context));
  }
}

Status VerifyDigest(const std::string& what, const std::string& promised,
                    const std::string& actual) {
  if (promised.empty() || promised == actual) return Ok();
  return DataLoss(what + " has the digest " + actual + ", not " + Printable(promised, 80) +
                  ": the registry or something on the way has altered it");
}

}  // namespace narrows::registry
