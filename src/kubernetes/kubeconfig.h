#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kubernetes/client_config.h"

namespace narrows::kubernetes {

// One or several kubeconfig files (clientcmd/v1 Config), not yet resolved to a context. Paths are
// absolute; what they name has not been read.
struct Kubeconfig {
  struct Cluster {
    std::string server;
    std::string tls_server_name;
    bool insecure_skip_tls_verify = false;
    std::filesystem::path ca_file;
    std::string ca_pem;
    std::string proxy_url;
  };
  struct User {
    UserCredentials credentials;
    Impersonation impersonation;
    std::filesystem::path certificate_file;
    std::filesystem::path key_file;
    std::string certificate_pem;
    std::string key_pem;
    std::string unsupported;  // why it cannot be used, empty when it can
  };
  struct Context {
    std::string cluster;
    std::string user;
    std::string name_space;
  };

  std::map<std::string, Cluster> clusters;
  std::map<std::string, User> users;
  std::map<std::string, Context> contexts;
  std::string current_context;

  // Adds what `later` has and this has not; whole entries, as kubectl does.
  void Merge(Kubeconfig later);
};

// YAML or JSON; relative paths are taken from `folder`. kInvalidArgument names the field,
// kResourceExhausted above the limits of ParseYaml.
Result<Kubeconfig> ParseKubeconfig(std::string_view text, const std::filesystem::path& folder);

// The named context (current when empty) with its files read. `origin` names the files.
Result<ClientConfig> ResolveContext(const Kubeconfig& kubeconfig, const std::string& context,
                                    const std::string& origin);

}  // namespace narrows::kubernetes
