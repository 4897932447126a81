#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "registry/credentials.h"

namespace narrows::registry {

// Internal to credentials: the documents of the kubelet's credential provider plug-ins
// (kubelet.config.k8s.io CredentialProviderConfig, credentialprovider.kubelet.k8s.io
// CredentialProviderRequest and CredentialProviderResponse; each in v1alpha1, v1beta1 and v1).

// One entry of a configuration's `providers`.
struct CredentialProvider {
  std::string name;         // of the program: no '/', no space
  std::string api_version;  // that it speaks: "credentialprovider.kubelet.k8s.io/v1"
  std::vector<std::string> match_images;
  Duration default_cache_duration{};
  std::vector<std::string> args;
  std::vector<std::string> environment;  // "NAME=value"
  // It can only be asked with a token of the pod's service account (tokenAttributes).
  bool requires_token = false;
};

// YAML or JSON. As strict as the kubelet: kInvalidArgument, naming provider and field, for what is
// missing, malformed or unknown.
Result<std::vector<CredentialProvider>> ParseCredentialProviderConfig(std::string_view text);

// What a plug-in reads from its standard input.
std::string CredentialProviderRequest(const CredentialProvider& provider, const std::string& image);

struct CredentialProviderResponse {
  enum class CacheKey { kImage, kRegistry, kGlobal };

  CacheKey cache_key = CacheKey::kImage;
  std::optional<Duration> cache_duration;  // none: the provider's default
  std::vector<PullSecret::Entry> entries;
};

// What a plug-in wrote; `origin` is given to its credentials. kInvalidArgument repeats nothing of
// it.
Result<CredentialProviderResponse> ParseCredentialProviderResponse(
    std::string_view bytes, const CredentialProvider& provider, std::string_view origin);

}  // namespace narrows::registry
