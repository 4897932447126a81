#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/http_client.h"

namespace narrows::kubernetes {

// A program that hands out credentials (client.authentication.k8s.io/v1 and v1beta1).
struct ExecPlugin {
  std::string api_version;
  std::string command;  // an absolute path, or a name to be looked up in PATH
  std::vector<std::string> arguments;
  std::vector<std::string> environment;  // "NAME=value"
  std::string install_hint;
  bool provide_cluster_info = false;
};

// At most one of token, token_file, username and exec is used, in this order of preference:
// token_file, token, username, exec (as client-go).
struct UserCredentials {
  std::string token;
  std::filesystem::path token_file;  // read anew as it changes
  std::string username;
  std::string password;
  std::optional<ExecPlugin> exec;
  // Of the client certificate and its key where the kubeconfig names files, read anew as they
  // change; either may be empty.
  std::filesystem::path certificate_file;
  std::filesystem::path key_file;
};

// Whose rights are used instead of the credentials' own.
struct Impersonation {
  std::string user;
  std::string uid;
  std::vector<std::string> groups;
};

// How to reach one API server, complete: the files of the token and the client certificate are kept
// in mind too, since these rotate.
struct ClientConfig {
  std::string server;    // "https://10.0.0.1:6443", possibly with a path
  http::TlsOptions tls;  // authorities, client certificate, name to verify
  std::string proxy;     // empty: the environment's
  UserCredentials user;
  Impersonation impersonation;
  std::string name_space = "default";
  std::string origin;  // for messages: "context \"prod\" of ~/.kube/config"
};

struct ClientConfigOptions {
  std::string kubeconfig;  // --kubeconfig; must exist when given
  std::string context;     // --context; the files' current-context when empty
};

// What the process is given by its surroundings.
struct Surroundings {
  std::function<std::optional<std::string>(const std::string& name)> variable;
  std::filesystem::path service_account = "/var/run/secrets/kubernetes.io/serviceaccount";

  static Surroundings OfProcess();
};

// As kubectl chooses: --kubeconfig; else the files of KUBECONFIG, separated by ':', merged (the
// first that names a cluster, user, context or the current context wins; absent files are skipped);
// else ~/.kube/config; else the pod's service account. kFailedPrecondition when there is none of
// them, kNotFound for a file or context that was named and is not there, kInvalidArgument names the
// file and field; never a secret.
Result<ClientConfig> LoadClientConfig(const ClientConfigOptions& options,
                                      const Surroundings& surroundings);

}  // namespace narrows::kubernetes
