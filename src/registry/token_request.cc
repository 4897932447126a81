#include "registry/token_request.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "base/json.h"
#include "base/sha256.h"
#include "base/strings.h"
#include "registry/registry_response.h"

namespace narrows::registry {
namespace {

constexpr size_t kMostTokenBytes = 256u << 10;
// The least and the most that an answer's expires_in counts for.
constexpr int64_t kLeastLifetime = 60;
constexpr int64_t kMostLifetime = 3600;

http::HttpRequest ToHttp(const TokenRequest& request) {
  const std::string query =
      "service=" + PercentEncode(request.service) + "&scope=" + PercentEncode(request.scope);
  http::HttpRequest sent;
  sent.most_body = kMostTokenBytes;
  if (!request.credential.identity_token.empty()) {
    sent.method = "POST";
    sent.url = request.realm.ToString();
    sent.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    sent.body = "grant_type=refresh_token&client_id=narrows&" + query +
                "&refresh_token=" + PercentEncode(request.credential.identity_token.Reveal());
    return sent;
  }
  http::Url url = request.realm;
  url.query += (url.query.empty() ? "" : "&") + query;
  sent.url = url.ToString();
  if (std::string basic = BasicAuthorization(request.credential); !basic.empty())
    sent.headers.push_back({"Authorization", std::move(basic)});
  return sent;
}

}  // namespace

Result<FetchedToken> FetchToken(http::HttpClient& client, const TokenRequest& request,
                                const CallContext& context) {
  auto sent = client.Send(ToHttp(request), context);
  if (!sent.has_value()) return WithRemedy(std::move(sent).error(), request.realm.Authority());
  const http::HttpResponse& response = *sent;
  const std::string server = "token server " + request.realm.Authority();
  if (response.status != 200) {
    const std::string words = WordsOf(response);
    const std::string said = server + " answered " + std::to_string(response.status) +
                             (words.empty() ? "" : " (" + words + ")");
    if (MayPass(response.status)) return Unavailable(said);
    return Unauthenticated(said);
  }
  const auto document = ParseJson(response.body, {.bytes = kMostTokenBytes, .depth = 16});
  const auto* root = document.has_value() ? document->if_object() : nullptr;
  if (!root) return Unavailable(server + " gave an answer that is not a JSON object");
  std::string token = JsonString(*root, "token", JsonString(*root, "access_token"));
  if (token.empty()) return Unavailable(server + " gave an answer without a token");
  if (!std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < '\x7f'; }))
    return Unavailable(server + " gave a token that no header can carry");
  const int64_t lifetime = JsonInt(*root, "expires_in").value_or(kLeastLifetime);
  return FetchedToken{Secret(std::move(token)),
                      std::chrono::seconds(std::clamp(lifetime, kLeastLifetime, kMostLifetime))};
}

std::string TokenKey(const TokenRequest& request) {
  std::string all;
  for (const std::string& part :
       {request.realm.ToString(), request.service, request.scope, request.credential.username,
        request.credential.password.Reveal(), request.credential.identity_token.Reveal()})
    all += std::to_string(part.size()) + ":" + part;
  return Sha256Hex(all);
}

std::string BasicAuthorization(const Credential& credential) {
  if (credential.username.empty()) return "";
  return "Basic " + Base64Encode(credential.username + ":" + credential.password.Reveal());
}

}  // namespace narrows::registry
