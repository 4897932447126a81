#include "registry/credentials.h"

#include <algorithm>
#include <ostream>
#include <utility>

namespace narrows::registry {
namespace {

bool SameLogin(const Credential& a, const Credential& b) {
  return a.username == b.username && a.password == b.password &&
         a.identity_token == b.identity_token && a.registry_token == b.registry_token;
}

class Keyring final : public CredentialSource {
 public:
  explicit Keyring(std::vector<std::shared_ptr<const CredentialSource>> sources)
      : sources_(std::move(sources)) {}

  CredentialCandidates For(const ImageReference& image, const CallContext& context) const override {
    CredentialCandidates all;
    for (const auto& source : sources_) {
      CredentialCandidates some = source->For(image, context);
      for (Credential& credential : some.credentials) {
        if (std::none_of(all.credentials.begin(), all.credentials.end(),
                         [&](const Credential& seen) { return SameLogin(seen, credential); }))
          all.credentials.push_back(std::move(credential));
      }
      for (std::string& problem : some.problems) all.problems.push_back(std::move(problem));
    }
    return all;
  }

 private:
  std::vector<std::shared_ptr<const CredentialSource>> sources_;
};

}  // namespace

std::ostream& operator<<(std::ostream& out, const Secret& secret) {
  return out << (secret.empty() ? "" : "[redacted]");
}

std::ostream& operator<<(std::ostream& out, const Credential& credential) {
  return out << "credential of " << credential.origin;
}

std::unique_ptr<CredentialSource> MakeKeyring(
    std::vector<std::shared_ptr<const CredentialSource>> sources) {
  return std::make_unique<Keyring>(std::move(sources));
}

}  // namespace narrows::registry
