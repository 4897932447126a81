#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/call_context.h"
#include "base/result.h"
#include "registry/image_reference.h"

namespace narrows::registry {

// Text that must not be shown: printing it gives "[redacted]", and only Reveal() gives it.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  const std::string& Reveal() const { return text_; }
  bool empty() const { return text_.empty(); }

  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string text_;
};
std::ostream& operator<<(std::ostream& out, const Secret& secret);

// One way to log in to a registry.
struct Credential {
  std::string username;
  Secret password;
  Secret identity_token;  // an OAuth2 refresh token, exchanged at the token server
  Secret registry_token;  // a bearer token, sent as it is
  std::string origin;     // where it was found, for messages: "secret shop/pull", a file's path

  bool empty() const {
    return username.empty() && password.empty() && identity_token.empty() && registry_token.empty();
  }
  friend bool operator==(const Credential&, const Credential&) = default;
};
std::ostream& operator<<(std::ostream& out, const Credential& credential);

// Which credentials to try for an image, best first, and what could not be asked. A problem is one
// sentence without a secret; it matters only when no credential works.
struct CredentialCandidates {
  std::vector<Credential> credentials;
  std::vector<std::string> problems;
};

// Implementations are thread-safe.
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;
  virtual CredentialCandidates For(const ImageReference& image,
                                   const CallContext& context) const = 0;
};

// A Kubernetes secret of type kubernetes.io/dockerconfigjson or kubernetes.io/dockercfg.
struct PullSecret {
  struct Entry {
    std::string location;  // as written: "quay.io", "https://index.docker.io/v1/", "*.gcr.io/team"
    Credential credential;
  };
  std::vector<Entry> entries;
};

// Reads a pull secret: `type` as the secret's type field has it, `bytes` the decoded value of its
// key
// `.dockerconfigjson` or `.dockercfg`. `origin` names it in messages, e.g. "secret shop/pull".
// kInvalidArgument when it is malformed or of another type; the message repeats nothing of it.
Result<PullSecret> ParsePullSecret(std::string_view type, std::string_view bytes,
                                   std::string_view origin);

// The credentials of pull secrets by the kubelet's rules: a location matches by host (with '*'
// within a part of the name), port and beginning of the path; all that match are tried, the more
// specific first, and of one location in the secrets' order.
std::unique_ptr<CredentialSource> MakePullSecretSource(std::vector<PullSecret> secrets);

struct DockerConfigOptions {
  // In the order they are asked; a file that isn't there is no problem.
  std::vector<std::filesystem::path> files;
  // For one run of a docker-credential-NAME program.
  std::chrono::milliseconds helper_timeout{20'000};
};

// The credentials of the files that docker, podman and skopeo log in to: `auths`, `credHelpers` and
// `credsStore`. Files are read at each call, so that a `docker login` takes effect.
std::unique_ptr<CredentialSource> MakeDockerConfigSource(DockerConfigOptions options);

// The files such programs use, by the environment that `variable` looks up: REGISTRY_AUTH_FILE,
// DOCKER_CONFIG/config.json or ~/.docker/config.json, containers/auth.json below XDG_RUNTIME_DIR
// and below XDG_CONFIG_HOME or ~/.config.
std::vector<std::filesystem::path> DockerConfigFiles(
    const std::function<std::optional<std::string>(const char*)>& variable);

struct CredentialProviderOptions {
  using Time = std::chrono::steady_clock::time_point;

  // A CredentialProviderConfig, or a folder of them, as the kubelet's
  // --image-credential-provider-config names it.
  std::filesystem::path config;
  std::filesystem::path bin_dir;              // where the plug-ins are
  std::chrono::milliseconds timeout{60'000};  // of one run; the kubelet's
  std::function<Time()> now;                  // none: the steady clock
};

// The kubelet's credential provider plug-ins (those of ECR, GCR, ACR and others). All whose
// matchImages fit are asked, and their answers put together; an answer is kept as long, and for as
// much, as it says. A plug-in gets the image on its standard input, our environment with its own
// additions, and no shell; one that fails is a problem of the image, and its standard error is
// repeated nowhere. kInvalidArgument for a configuration that the kubelet would refuse, kNotFound
// and others where a file of it or a plug-in is not to be used.
Result<std::unique_ptr<CredentialSource>> MakeCredentialProviderSource(
    CredentialProviderOptions options);

// Asks several sources in turn. What is the same credential is tried once.
std::unique_ptr<CredentialSource> MakeKeyring(
    std::vector<std::shared_ptr<const CredentialSource>> sources);

}  // namespace narrows::registry
