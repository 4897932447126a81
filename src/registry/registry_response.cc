#include "registry/registry_response.h"

#include <boost/json.hpp>

#include "base/json.h"
#include "base/strings.h"

namespace narrows::registry {
namespace {

constexpr JsonLimits kLimits = {.bytes = 64u << 10, .depth = 16};

std::string WordsOfJson(const boost::json::object& root) {
  if (const auto* errors = JsonArray(root, "errors"); errors && !errors->empty()) {
    if (const auto* first = errors->front().if_object()) {
      const std::string code = JsonString(*first, "code");
      const std::string message = JsonString(*first, "message");
      return code + (code.empty() || message.empty() ? "" : ": ") + message;
    }
  }
  // A token server's (RFC 6749 §5.2), and what Docker Hub's and Quay's say.
  for (const char* key : {"error_description", "details", "message", "error"}) {
    if (std::string words = JsonString(root, key); !words.empty()) return words;
  }
  return "";
}

}  // namespace

std::string WordsOf(const http::HttpResponse& response) {
  const auto document = ParseJson(response.body, kLimits);
  if (const auto* root = document.has_value() ? document->if_object() : nullptr)
    return Printable(WordsOfJson(*root));
  const std::string_view body = Trim(response.body);
  if (body.starts_with('<')) return "";  // a web page
  return Printable(body.substr(0, body.find('\n')), 120);
}

Error ErrorFromResponse(const http::HttpResponse& response, std::string_view what,
                        std::string_view host) {
  const std::string words = WordsOf(response);
  const std::string said = std::string(host) + " answered " + std::to_string(response.status) +
                           (words.empty() ? "" : " (" + words + ")");
  const auto message = [&](std::string_view remedy) {
    return std::string(what) + ": " + said + (remedy.empty() ? "" : "; ") + std::string(remedy);
  };
  switch (response.status) {
    case 401:
      return Unauthenticated(message("check the name, and log in with docker login " +
                                     std::string(host) + " or give the image a pull secret"));
    case 403:
      return PermissionDenied(message("the account that was used must be allowed to pull it"));
    case 404:
    case 410:
      return NotFound(
          message("check the name and the tag; if the image is only on a node or a workstation, "
                  "bring it with docker save and scan the archive"));
    case 412:  // Harbor's deployment security
      return FailedPrecondition(message("a policy of the registry forbids pulling it"));
    case 429:
      return Unavailable(message("its rate limit is reached; log in or try again later"));
    default:
      if (MayPass(response.status)) return Unavailable(message("try again later"));
      if (response.status >= 200 && response.status < 400)
        return Unavailable(message("is it a registry?"));
      return InvalidArgument(message(""));
  }
}

Error WithRemedy(Error error, std::string_view host) {
  if (error.code == ErrorCode::kUnauthenticated)
    error.message +=
        "; name the authority that signed it with --registry-ca " + std::string(host) + "=FILE";
  if (error.message.find("wrong version number") != std::string::npos)
    error.message += "; if it speaks plain HTTP, say so with --plain-http " + std::string(host);
  return error;
}

bool MayPass(int status) {
  return status == 408 || status == 425 || status == 429 || (status >= 500 && status != 501);
}

std::optional<std::chrono::milliseconds> RetryAfter(const http::HttpResponse& response) {
  const auto seconds = ParseInt(Trim(response.HeaderValue("Retry-After")));
  if (!seconds || *seconds < 0 || *seconds > 86400) return std::nullopt;
  return std::chrono::seconds(*seconds);
}

}  // namespace narrows::registry
