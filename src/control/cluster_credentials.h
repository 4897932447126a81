#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "kubernetes/api_client.h"
#include "registry/credentials.h"

namespace narrows::control {

// The credentials that a pod of a namespace pulls images with: those of the secrets it names, then
// those its service account names now (the API server copies them into the pod when it is created,
// so they differ only where they were changed since). Read when a registry asks for a login, with
// nothing but GET, and kept nowhere.
struct PullAccount {
  std::string name_space;
  std::string service_account;
  std::vector<std::string> pull_secrets;
};
// `client` must outlive it.
std::unique_ptr<registry::CredentialSource> MakeClusterCredentials(kubernetes::ApiClient& client,
                                                                   PullAccount account);

// A Secret object of the API, as a pull secret. `origin` as in registry::ParsePullSecret.
Result<registry::PullSecret> ReadPullSecret(std::string_view secret_json, std::string_view origin);

}  // namespace narrows::control
