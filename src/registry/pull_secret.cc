// Pull secrets and the kubelet's rules for choosing among them (Kubernetes documentation, "Images",
// interpretation of config.json).
#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "base/json.h"
#include "base/strings.h"
#include "registry/credentials.h"
#include "registry/docker_auth.h"

namespace narrows::registry {
namespace {

constexpr std::string_view kJsonType = "kubernetes.io/dockerconfigjson";
constexpr std::string_view kLegacyType = "kubernetes.io/dockercfg";
// A secret has at most 1 MiB.
constexpr JsonLimits kLimits = {.bytes = 1u << 20, .depth = 16};

// Whether `c` is in the class that starts behind '[' at `pattern[at]`; moves `at` behind ']'.
// A class without an end matches nothing.
bool InClass(std::string_view pattern, size_t& at, char c) {
  const bool negated = at < pattern.size() && pattern[at] == '^';
  if (negated) ++at;
  bool found = false;
  for (bool first = true; at < pattern.size(); first = false) {
    if (pattern[at] == ']' && !first) {
      ++at;
      return found != negated;
    }
    const char low = pattern[at++];
    char high = low;
    if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
      high = pattern[at + 1];
      at += 2;
    }
    found = found || (low <= c && c <= high);
  }
  return false;
}

// '*', '?' and '[a-c]' as in a shell. Time is at most the product of the lengths, whatever the
// pattern: anyone who may create a secret writes it.
bool GlobMatches(std::string_view pattern, std::string_view text) {
  size_t p = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;
  size_t resume = 0;
  while (t < text.size()) {
    size_t next = p + 1;
    bool matched = false;
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
      continue;
    }
    if (p < pattern.size()) {
      matched = pattern[p] == '?' || pattern[p] == text[t];
      if (pattern[p] == '[') matched = InClass(pattern, next, text[t]);
    }
    if (matched) {
      p = next;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

struct Place {
  std::string_view host;
  std::string_view port;
  std::string_view path;
};

Place SplitPlace(std::string_view text) {
  Place place;
  const size_t slash = text.find('/');
  place.host = text.substr(0, slash);
  if (slash != std::string_view::npos) place.path = text.substr(slash);
  const size_t colon = place.host.rfind(':');
  if (colon != std::string_view::npos && place.host.find(']', colon) == std::string_view::npos) {
    place.port = place.host.substr(colon + 1);
    place.host = place.host.substr(0, colon);
  }
  return place;
}

bool Matches(std::string_view location, std::string_view repository) {
  const Place pattern = SplitPlace(location);
  const Place target = SplitPlace(repository);
  if (pattern.port != target.port || !target.path.starts_with(pattern.path)) return false;
  const std::string pattern_host = ToLower(pattern.host);
  const std::string target_host = ToLower(target.host);
  const auto pattern_parts = Split(pattern_host, '.');
  const auto target_parts = Split(target_host, '.');
  if (pattern_parts.size() != target_parts.size()) return false;
  for (size_t i = 0; i < pattern_parts.size(); ++i) {
    if (!GlobMatches(pattern_parts[i], target_parts[i])) return false;
  }
  return true;
}

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
      if (Matches(entry.location, repository)) candidates.credentials.push_back(entry.credential);
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
