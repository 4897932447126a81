#include "registry/registry_session.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "registry/redirect_rules.h"
#include "registry/registry_response.h"
#include "registry/token_request.h"

namespace narrows::registry {
namespace {

constexpr size_t kMostErrorBody = 64u << 10;

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool IsRefusal(int status) { return status == 401 || status == 403; }

bool SameOrigin(const http::Url& a, const http::Url& b) {
  return a.scheme == b.scheme && a.host == b.host && a.EffectivePort() == b.EffectivePort();
}

std::vector<AuthChallenge> ChallengesOf(const http::HttpResponse& response) {
  std::vector<AuthChallenge> all;
  for (const http::Header& header : response.headers) {
    if (ToLower(header.name) != "www-authenticate") continue;
    for (AuthChallenge& challenge : ParseAuthChallenges(header.value))
      all.push_back(std::move(challenge));
  }
  return all;
}

const AuthChallenge* Find(const std::vector<AuthChallenge>& challenges, std::string_view scheme) {
  for (const AuthChallenge& challenge : challenges) {
    if (challenge.scheme == scheme) return &challenge;
  }
  return nullptr;
}

}  // namespace

Result<RegistrySession::Answer> RegistrySession::Send(
    const Request& request, const CallContext& context,
    const http::HttpClient::OnResponse& on_response, const http::HttpClient::OnData& on_data) {
  Login login;
  std::vector<AuthChallenge> challenges;
  {
    const std::lock_guard lock(mutex_);
    login = login_;
    challenges = challenges_;
  }
  Refusal refusal;
  for (bool challenged = false;; challenged = true) {
    ASSIGN_OR_RETURN(Answer answer,
                     Follow(request, login.authorization, context, on_response, on_data));
    if (answer.redirected || !IsRefusal(answer.response.status)) {
      const std::lock_guard lock(mutex_);
      login_ = login;
      challenges_ = challenges;
      return answer;
    }
    const bool anonymous = login.authorization.empty();
    if (!login.token_key.empty()) connections_.DropToken(login.token_key);
    refusal.Note(
        ErrorFromResponse(answer.response, endpoint_.image.ToFamiliarString(), endpoint_.host),
        !anonymous && login.candidate < Candidates(context).credentials.size());
    if (answer.response.status == 401) challenges = ChallengesOf(answer.response);
    // The first 401 says how to log in, or that the last login has expired; any other refusal is
    // this candidate's end.
    if (!anonymous && (challenged || answer.response.status == 403)) ++login.candidate;
    ASSIGN_OR_RETURN(const bool another, Advance(login, challenges, context, refusal));
    if (another) continue;
    {
      const std::lock_guard lock(mutex_);
      login_ = Login();
    }
    return Refused(refusal, context);
  }
}

Result<bool> RegistrySession::Advance(Login& login, const std::vector<AuthChallenge>& challenges,
                                      const CallContext& context, Refusal& refusal) {
  const size_t credentials = Candidates(context).credentials.size();
  for (; login.candidate <= credentials; ++login.candidate) {
    if (Status status = Authorize(login, challenges, context); !status.has_value()) {
      if (status.error().code != ErrorCode::kUnauthenticated) return status.error();
      refusal.Note(status.error(), login.candidate < credentials);
      continue;
    }
    if (!login.authorization.empty()) return true;
  }
  return false;
}

void RegistrySession::Refusal::Note(Error said, bool by_credential) {
  if (error && (of_credential || !by_credential)) return;
  error = std::move(said);
  of_credential = by_credential;
}

Error RegistrySession::Refused(const Refusal& refusal, const CallContext& context) {
  const CredentialCandidates& candidates = Candidates(context);
  Error error = *refusal.error;
  std::vector<std::string> tried;
  for (const Credential& credential : candidates.credentials) tried.push_back(credential.origin);
  if (!tried.empty()) error.message += "; tried in vain: " + Join(tried, ", ");
  for (const std::string& problem : candidates.problems) error.message += "; " + problem;
  return error;
}

const CredentialCandidates& RegistrySession::Candidates(const CallContext& context) {
  const std::lock_guard lock(mutex_);
  if (!candidates_) {
    candidates_ = options_.credentials ? options_.credentials->For(endpoint_.image, context)
                                       : CredentialCandidates();
  }
  return *candidates_;
}

Status RegistrySession::Authorize(Login& login, const std::vector<AuthChallenge>& challenges,
                                  const CallContext& context) {
  const auto& credentials = Candidates(context).credentials;
  const Credential credential =
      login.candidate < credentials.size() ? credentials[login.candidate] : Credential();
  login.authorization.clear();
  login.token_key.clear();
  const AuthChallenge* bearer = Find(challenges, "bearer");
  if (bearer && !credential.registry_token.empty()) {
    login.authorization = "Bearer " + credential.registry_token.Reveal();
  } else if (bearer && !bearer->Parameter("realm").empty()) {
    return AuthorizeByToken(login, *bearer, credential, context);
  } else if (Find(challenges, "basic")) {
    login.authorization = BasicAuthorization(credential);
  }
  return Ok();
}

Status RegistrySession::AuthorizeByToken(Login& login, const AuthChallenge& challenge,
                                         const Credential& credential, const CallContext& context) {
  TokenRequest request{.service = challenge.Parameter("service"),
                       // Our own, not the challenge's: a token must not open more than is asked.
                       .scope = "repository:" + endpoint_.image.path() + ":" + endpoint_.actions,
                       .credential = credential};
  ASSIGN_OR_RETURN_WITHIN(request.realm, http::Url::Parse(challenge.Parameter("realm")),
                          "token server named by " + endpoint_.host);
  RETURN_IF_ERROR(CheckDestination(endpoint_.root, endpoint_.root, request.realm,
                                   "the token server named by " + endpoint_.host));
  login.token_key = TokenKey(request);
  auto token = connections_.Token(login.token_key);
  if (!token) {
    const std::string host = request.realm.Authority();
    ASSIGN_OR_RETURN(http::HttpClient* const client, connections_.ClientFor(host, options_));
    auto fetched = FetchToken(*client, request, context);
    if (!fetched.has_value()) return fetched.error().Within(endpoint_.image.ToFamiliarString());
    connections_.KeepToken(login.token_key, fetched->token, fetched->lifetime);
    token = fetched->token;
  }
  login.authorization = "Bearer " + token->Reveal();
  return Ok();
}

Result<RegistrySession::Answer> RegistrySession::Follow(
    const Request& request, const std::string& authorization, const CallContext& context,
    const http::HttpClient::OnResponse& on_response, const http::HttpClient::OnData& on_data) {
  http::Url url = endpoint_.root;
  url.path += "/" + endpoint_.image.path() + "/" + request.path;
  url.query = endpoint_.query;
  if (!request.query.empty()) url.query += (url.query.empty() ? "" : "&") + request.query;
  if (request.url.has_value()) url = *request.url;
  for (int hop = 0; hop <= options_.limits.redirects; ++hop) {
    const bool home = SameOrigin(url, endpoint_.root);
    http::HttpRequest sent{.method = request.method,
                           .url = url.ToString(),
                           .headers = request.headers,
                           .body = request.body};
    if (home && !authorization.empty()) sent.headers.push_back({"Authorization", authorization});
    Answer answer;
    answer.redirected = !home;
    ASSIGN_OR_RETURN(answer.response, Exchange(home ? endpoint_.host : url.Authority(), sent,
                                               context, on_response, on_data));
    if (!IsRedirect(answer.response.status)) return answer;
    auto next = url.Resolve(answer.response.HeaderValue("Location"));
    if (!next.has_value())
      return Error{ErrorCode::kUnavailable, next.error().message}.Within("redirect of " +
                                                                         url.Authority());
    RETURN_IF_ERROR(
        CheckDestination(endpoint_.root, url, *next, "a redirect of " + url.Authority()));
    url = *std::move(next);
  }
  return Unavailable(endpoint_.host + " redirects more than " +
                     std::to_string(options_.limits.redirects) + " times");
}

Result<http::HttpResponse> RegistrySession::Exchange(
    const std::string& host, const http::HttpRequest& request, const CallContext& context,
    const http::HttpClient::OnResponse& on_response, const http::HttpClient::OnData& on_data) {
  ASSIGN_OR_RETURN(http::HttpClient* const client, connections_.ClientFor(host, options_));
  http::HttpResponse response;
  bool success = false;
  bool enough = false;
  const Status status = client->Stream(
      request, context,
      [&](const http::HttpResponse& head) -> Status {
        response = head;
        success = head.status >= 200 && head.status < 300;
        return success ? on_response(head) : Ok();
      },
      [&](std::string_view piece) -> Status {
        if (success) return on_data(piece);
        response.body += piece.substr(0, kMostErrorBody - response.body.size());
        enough = response.body.size() == kMostErrorBody;
        return enough ? Status(Aborted("enough of an error")) : Ok();
      });
  if (!status.has_value() && !enough) return WithRemedy(status.error(), host);
  return response;
}

}  // namespace narrows::registry
