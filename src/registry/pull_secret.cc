// Pull secrets and the kubelet's rules for choosing among them (Kubernetes documentation, "Images",
// interpretation of config.json).
#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "base/json.h"
#include "base/strings.h"
#include "registry/credentials.h"
#include "registry/docker_auth.h"
#include "registry/image_pattern.h"

namespace narrows::registry {
namespace {

constexpr std::string_view kJsonType = "kubernetes.io/dockerconfigjson";
constexpr std::string_view kLegacyType = "kubernetes.io/dockercfg";
// A secret has at most 1 MiB.
constexpr JsonLimits kLimits = {.bytes = 1u << 20, .depth = 16};

class PullSecretSource final : public CredentialSource {
 public:
  explicit PullSecretSource(std::vector<PullSecret> secrets) {
    for (PullSecret& secret : secrets) {
      for (PullSecret::Entry& entry : secret.entries) {
        entry.location = std::string(LocationKey(entry.location));
        entries_.push_back(std::move(entry));
      }
    }
    // The kubelet's order: "quay.io/coreos" before "quay.io", and '*' behind letters.
    std::stable_sort(entries_.begin(), entries_.end(),
                     [](const auto& a, const auto& b) { return a.location > b.location; });
  }

  CredentialCandidates For(const ImageReference& image,
                           const CallContext& /*context*/) const override {
    CredentialCandidates candidates;
    const std::string repository = image.Repository();
    for (const PullSecret::Entry& entry : entries_) {
      if (MatchesImagePattern(entry.location, repository))
        candidates.credentials.push_back(entry.credential);
    }
    if (!candidates.credentials.empty() || image.domain() != "docker.io") return candidates;
    for (const PullSecret::Entry& entry : entries_) {
      if (entry.location == "index.docker.io") candidates.credentials.push_back(entry.credential);
    }
    return candidates;
  }

 private:
  std::vector<PullSecret::Entry> entries_;
};

}  // namespace

Result<PullSecret> ParsePullSecret(std::string_view type, std::string_view bytes,
                                   std::string_view origin) {
  if (type != kJsonType && type != kLegacyType)
    return InvalidArgument(std::string(origin) + " has the type \"" + Printable(type, 80) +
                           "\"; a pull secret has " + std::string(kJsonType));
  ASSIGN_OR_RETURN_WITHIN(const boost::json::value document, ParseJson(bytes, kLimits), origin);
  const auto* root = document.if_object();
  const auto* auths = root && type == kJsonType ? JsonObject(*root, "auths") : root;
  if (!auths)
    return InvalidArgument(std::string(origin) +
                           (root ? " has no \"auths\"" : " is not a JSON object"));
  PullSecret secret;
  size_t number = 0;
  for (const auto& [location, value] : *auths) {
    ++number;
    ASSIGN_OR_RETURN_WITHIN(std::optional<Credential> credential, ReadAuthEntry(value, origin),
                            std::string(origin) + ", entry " + std::to_string(number));
    if (credential) secret.entries.push_back({std::string(location), *std::move(credential)});
  }
  return secret;
}

std::unique_ptr<CredentialSource> MakePullSecretSource(std::vector<PullSecret> secrets) {
  return std::make_unique<PullSecretSource>(std::move(secrets));
}

}  // namespace narrows::registry
