#include "registry/registry_connections.h"

#include <utility>

namespace narrows::registry {
namespace {

constexpr size_t kMostTokens = 10'000;
// A token is renewed so long before it expires.
constexpr std::chrono::seconds kTokenMargin{15};

}  // namespace

Result<http::HttpClient*> RegistryConnections::ClientFor(const std::string& host,
                                                         const RegistryOptions& options) {
  const auto found = options.hosts.find(host);
  const bool configured = found != options.hosts.end();
  const std::lock_guard lock(mutex_);
  auto& client = clients_[configured ? host : ""];
  if (!client) {
    http::HttpClientOptions made = options.http;
    made.tls = configured ? found->second.tls : http::TlsOptions();
    ASSIGN_OR_RETURN_WITHIN(client, http::MakeHttpClient(std::move(made)), host);
  }
  return client.get();
}

std::optional<Secret> RegistryConnections::Token(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(key);
  if (found == tokens_.end()) return std::nullopt;
  if (found->second.expiry > std::chrono::steady_clock::now()) return found->second.token;
  tokens_.erase(found);
  return std::nullopt;
}

void RegistryConnections::KeepToken(const std::string& key, Secret token,
                                    std::chrono::seconds lifetime) {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (tokens_.size() >= kMostTokens)
    std::erase_if(tokens_, [&](const auto& entry) { return entry.second.expiry <= now; });
  if (tokens_.size() >= kMostTokens) tokens_.clear();
  tokens_[key] = {std::move(token), now + lifetime - kTokenMargin};
}

void RegistryConnections::DropToken(const std::string& key) {
  const std::lock_guard lock(mutex_);
  tokens_.erase(key);
}

std::shared_ptr<RegistryConnections> MakeRegistryConnections() {
  return std::make_shared<RegistryConnections>();
}

}  // namespace narrows::registry
