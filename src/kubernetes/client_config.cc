#include "kubernetes/client_config.h"

#include <cstdlib>

#include "base/file.h"
#include "base/strings.h"
#include "kubernetes/kubeconfig.h"

namespace narrows::kubernetes {
namespace {

using std::filesystem::path;

constexpr size_t kMostBytes = 4u << 20;

Result<Kubeconfig> ReadKubeconfig(const path& file) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(file, kMostBytes));
  std::error_code ignored;
  const path folder = std::filesystem::absolute(file, ignored).parent_path();
  auto config = ParseKubeconfig(text, folder);
  if (!config.has_value()) return config.error().Within(file.string());
  return config;
}

// Absent files are skipped; nothing when all are.
Result<std::optional<ClientConfig>> FromFiles(const std::vector<path>& files,
                                              const std::string& context) {
  std::optional<Kubeconfig> merged;
  std::vector<std::string> names;
  for (const path& file : files) {
    auto config = ReadKubeconfig(file);
    if (!config.has_value() && config.error().code == ErrorCode::kNotFound) continue;
    if (!config.has_value()) return std::move(config).error();
    names.push_back(file.string());
    if (merged) {
      merged->Merge(*std::move(config));
    } else {
      merged = *std::move(config);
    }
  }
  if (!merged) return std::optional<ClientConfig>();
  ASSIGN_OR_RETURN(ClientConfig resolved, ResolveContext(*merged, context, Join(names, ", ")));
  return std::optional(std::move(resolved));
}

Result<std::optional<ClientConfig>> InCluster(const Surroundings& surroundings) {
  const auto host = surroundings.variable("KUBERNETES_SERVICE_HOST");
  const auto port = surroundings.variable("KUBERNETES_SERVICE_PORT");
  if (!host || host->empty() || !port || port->empty()) return std::optional<ClientConfig>();
  ClientConfig config;
  config.origin = "the pod's service account";
  config.server =
      "https://" + (host->find(':') == std::string::npos ? *host : '[' + *host + ']') + ':' + *port;
  // The cluster's own address is never behind a proxy.
  config.proxy = "none";
  config.user.token_file = surroundings.service_account / "token";
  ASSIGN_OR_RETURN_WITHIN(config.tls.ca_pem,
                          ReadFile(surroundings.service_account / "ca.crt", kMostBytes),
                          "reading the service account's certificate authority");
  // Only a Role's default namespace depends on it.
  if (auto name = ReadFile(surroundings.service_account / "namespace", 256); name.has_value()) {
    config.name_space = Trim(*name);
  }
  return std::optional(std::move(config));
}

}  // namespace

Surroundings Surroundings::OfProcess() {
  Surroundings surroundings;
  surroundings.variable = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
  return surroundings;
}

Result<ClientConfig> LoadClientConfig(const ClientConfigOptions& options,
                                      const Surroundings& surroundings) {
  if (!options.kubeconfig.empty()) {
    ASSIGN_OR_RETURN_WITHIN(const Kubeconfig config, ReadKubeconfig(options.kubeconfig),
                            "--kubeconfig");
    return ResolveContext(config, options.context, options.kubeconfig);
  }
  std::vector<path> files;
  const std::string variable = surroundings.variable("KUBECONFIG").value_or("");
  for (const std::string_view file : Split(variable, ':')) {
    if (!file.empty()) files.emplace_back(file);
  }
  if (files.empty()) {
    const std::string home = surroundings.variable("HOME").value_or("");
    if (!home.empty()) files.push_back(path(home) / ".kube" / "config");
  }
  ASSIGN_OR_RETURN(auto from_files, FromFiles(files, options.context));
  if (from_files) return *std::move(from_files);
  if (options.context.empty()) {
    ASSIGN_OR_RETURN(auto in_cluster, InCluster(surroundings));
    if (in_cluster) return *std::move(in_cluster);
  }
  return FailedPrecondition(
      "no cluster is configured: no kubeconfig was found (--kubeconfig, KUBECONFIG, "
      "~/.kube/config), and this is not a pod with a service account");
}

}  // namespace narrows::kubernetes
