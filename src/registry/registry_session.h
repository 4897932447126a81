#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/call_context.h"
#include "base/result.h"
#include "http/http_client.h"
#include "http/url.h"
#include "registry/auth_challenge.h"
#include "registry/distribution_client.h"
#include "registry/registry_connections.h"

namespace narrows::registry {

// Where one image is served: the registry itself or a mirror.
struct Endpoint {
  http::Url root;        // of the API: "https://registry-1.docker.io/v2"
  std::string host;      // as in RegistryOptions::hosts, and in messages
  ImageReference image;  // as named there: for credentials and scope
  std::string query;     // of every request; a mirror is told which registry it stands for
  bool is_mirror = false;
  std::string actions = "pull";  // that a token is asked for
};

// Internal to the distribution client: authenticated requests for one image at one endpoint.
// Thread-safe. The options and connections must outlive it.
class RegistrySession {
 public:
  struct Request {
    std::string method = "GET";
    std::string path;   // below the repository: "manifests/latest"
    std::string query;  // encoded
    std::vector<http::Header> headers;
    std::string body;
    // Instead of `path`: where an answer said to go on. Credentials go with it only to the
    // endpoint's own origin.
    std::optional<http::Url> url;
  };
  struct Answer {
    http::HttpResponse response;  // the body only of what is no success, at most 64 KiB
    bool redirected = false;      // the last word was another host's
  };

  RegistrySession(Endpoint endpoint, const RegistryOptions& options,
                  RegistryConnections& connections)
      : endpoint_(std::move(endpoint)), options_(options), connections_(connections) {}

  // Sends the request, following redirects and trying the credentials in turn while the registry
  // refuses. A 2xx answer goes to `on_response` and `on_data`. kUnauthenticated or
  // kPermissionDenied when no credential is accepted, naming those that were tried.
  Result<Answer> Send(const Request& request, const CallContext& context,
                      const http::HttpClient::OnResponse& on_response,
                      const http::HttpClient::OnData& on_data);

  const Endpoint& endpoint() const { return endpoint_; }

 private:
  // How a request identifies itself.
  struct Login {
    size_t candidate = 0;       // into credentials; one past the last is anonymous
    std::string authorization;  // header value, may be empty
    std::string token_key;      // of the cached token it carries
  };

  // The refusal to report: the first of a credential, else the first.
  struct Refusal {
    std::optional<Error> error;
    bool of_credential = false;
    void Note(Error said, bool by_credential);
  };

  Result<Answer> Follow(const Request& request, const std::string& authorization,
                        const CallContext& context, const http::HttpClient::OnResponse& on_response,
                        const http::HttpClient::OnData& on_data);
  Result<http::HttpResponse> Exchange(const std::string& host, const http::HttpRequest& request,
                                      const CallContext& context,
                                      const http::HttpClient::OnResponse& on_response,
                                      const http::HttpClient::OnData& on_data);
  // The credentials, asked for once.
  const CredentialCandidates& Candidates(const CallContext& context);
  // Fills in `login.authorization` as the challenges demand; leaves it empty where the candidate
  // has nothing to offer.
  Status Authorize(Login& login, const std::vector<AuthChallenge>& challenges,
                   const CallContext& context);
  Status AuthorizeByToken(Login& login, const AuthChallenge& challenge,
                          const Credential& credential, const CallContext& context);
  // The next login that has something to offer, from `login.candidate` on; false when there is
  // none.
  Result<bool> Advance(Login& login, const std::vector<AuthChallenge>& challenges,
                       const CallContext& context, Refusal& refusal);
  Error Refused(const Refusal& refusal, const CallContext& context);

  const Endpoint endpoint_;
  const RegistryOptions& options_;
  RegistryConnections& connections_;

  std::mutex mutex_;
  std::optional<CredentialCandidates> candidates_;
  Login login_;  // that worked last
  std::vector<AuthChallenge> challenges_;
};

}  // namespace narrows::registry
