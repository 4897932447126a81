#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.h"
#include "http/http_client.h"
#include "registry/credentials.h"
#include "registry/distribution_client.h"

namespace narrows::registry {

class RegistryConnections {
 public:
  // The client for `host` (with port), made by its options on first use; all hosts without options
  // share one, for a registry's redirects name any number of them. It lives as long as this object.
  Result<http::HttpClient*> ClientFor(const std::string& host, const RegistryOptions& options);

  // `key` must tell credentials apart (TokenKey does).
  std::optional<Secret> Token(const std::string& key);
  void KeepToken(const std::string& key, Secret token, std::chrono::seconds lifetime);
  void DropToken(const std::string& key);

 private:
  struct CachedToken {
    Secret token;
    std::chrono::steady_clock::time_point expiry;
  };

  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<http::HttpClient>> clients_;
  std::map<std::string, CachedToken> tokens_;
};

}  // namespace narrows::registry
