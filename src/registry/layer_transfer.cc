#include "registry/layer_transfer.h"

#include <algorithm>

#include "base/strings.h"
#include "registry/backoff.h"
#include "registry/registry_response.h"

namespace narrows::registry {
namespace {

// The first byte of "bytes 100-199/200" (RFC 9110 §14.4).
std::optional<int64_t> FirstOfRange(std::string_view content_range) {
  if (!content_range.starts_with("bytes ")) return std::nullopt;
  content_range.remove_prefix(6);
  return ParseInt(Trim(content_range.substr(0, content_range.find('-'))));
}

}  // namespace

Status LayerTransfer::From(RegistrySession& session, int attempts, const CallContext& context) {
  Backoff backoff(limits_, attempts);
  while (true) {
    const int64_t before = reached_;
    std::optional<std::chrono::milliseconds> retry_after;
    Status status = Once(session, context, retry_after);
    if (status.has_value() || ended_by_reader_) return status;
    RETURN_IF_ERROR(backoff.Next(status.error(), retry_after, reached_ > before, context));
  }
}

Status LayerTransfer::Once(RegistrySession& session, const CallContext& context,
                           std::optional<std::chrono::milliseconds>& retry_after) {
  RegistrySession::Request request{.path = "blobs/" + layer_.digest};
  if (reached_ > 0) request.headers.push_back({"Range", "bytes=" + std::to_string(reached_) + "-"});
  ASSIGN_OR_RETURN(
      const RegistrySession::Answer answer,
      session.Send(
          request, context, [&](const http::HttpResponse& head) { return CheckHead(head); },
          [&](std::string_view piece) { return Deliver(piece); }));
  const int status = answer.response.status;
  if (status != 200 && status != 206) {
    if (status == 404)
      return NotFound("layer " + layer_.digest + ": " + session.endpoint().host +
                      " has the image but not this part of it; push it again");
    retry_after = RetryAfter(answer.response);
    Error error =
        ErrorFromResponse(answer.response, "layer " + layer_.digest, session.endpoint().host);
    // A storage host's refusal means that the address it was sent to has expired.
    if (answer.redirected && error.code == ErrorCode::kPermissionDenied)
      error.code = ErrorCode::kUnavailable;
    return error;
  }
  if (reached_ < layer_.size)
    return Unavailable("layer " + layer_.digest + " ends after " + std::to_string(reached_) +
                       " of " + std::to_string(layer_.size) + " bytes");
  return Ok();
}

Status LayerTransfer::CheckHead(const http::HttpResponse& head) {
  skip_ = 0;
  if (head.status == 200) {
    skip_ = reached_;
    const auto length = ParseInt(head.HeaderValue("Content-Length"));
    if (length && *length != layer_.size)
      return DataLoss("layer " + layer_.digest + " is served with " + std::to_string(*length) +
                      " bytes but its manifest says " + std::to_string(layer_.size));
    return Ok();
  }
  if (head.status != 206 || reached_ == 0) return Ok();
  if (FirstOfRange(head.HeaderValue("Content-Range")) != reached_)
    return DataLoss("layer " + layer_.digest + ": the registry answers another range than asked");
  return Ok();
}

Status LayerTransfer::Deliver(std::string_view piece) {
  const auto skipped = std::min<int64_t>(skip_, static_cast<int64_t>(piece.size()));
  skip_ -= skipped;
  piece.remove_prefix(static_cast<size_t>(skipped));
  if (static_cast<int64_t>(piece.size()) > layer_.size - reached_)
    return DataLoss("layer " + layer_.digest + " is longer than the " +
                    std::to_string(layer_.size) + " bytes its manifest says");
  if (piece.empty()) return Ok();
  if (Status status = on_data_(piece); !status.has_value()) {
    ended_by_reader_ = true;
    return status;
  }
  reached_ += static_cast<int64_t>(piece.size());
  return Ok();
}

}  // namespace narrows::registry
