#include "advisories/distribution/http_transfer.h"

namespace narrows::advisories::distribution {
namespace {

constexpr int kMostRedirects = 5;

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

Error ErrorOfStatus(int status) {
  const std::string message = "the server answers " + std::to_string(status);
  if (status == 404 || status == 410) return NotFound(message);
  if (status == 401) return Unauthenticated(message);
  if (status == 403) return PermissionDenied(message);
  if (status == 408 || status == 429 || status >= 500) return Unavailable(message);
  return FailedPrecondition(message);
}

Status Get(http::HttpClient& client, const http::Url& url, const std::vector<http::Header>& headers,
           const CallContext& context, const http::HttpClient::OnResponse& on_response,
           const http::HttpClient::OnData& on_data) {
  http::Url at = url;
  for (int hop = 0; hop <= kMostRedirects; ++hop) {
    std::string location;
    bool redirected = false;
    const Status status = client.Stream(
        {.url = at.ToString(), .headers = headers}, context,
        [&](const http::HttpResponse& head) -> Status {
          redirected = IsRedirect(head.status);
          if (!redirected) return on_response(head);
          location = head.HeaderValue("Location");
          return Ok();
        },
        [&](std::string_view piece) { return redirected ? Ok() : on_data(piece); });
    if (!redirected) return status;
    RETURN_IF_ERROR(status);
    auto next = at.Resolve(location);
    if (!next.has_value())
      return Unavailable("redirect of " + at.WithoutQuery() + " leads nowhere");
    if (at.scheme == "https" && next->scheme != "https")
      return FailedPrecondition(at.WithoutQuery() + " redirects from HTTPS to plain HTTP at " +
                                next->Authority() + ": not followed");
    at = *std::move(next);
  }
  return Unavailable(url.WithoutQuery() + " redirects more than " + std::to_string(kMostRedirects) +
                     " times");
}

}  // namespace narrows::advisories::distribution
