#include "control/cluster_credentials.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "base/json.h"
#include "base/strings.h"
#include "kubernetes/resource_types.h"

namespace narrows::control {
namespace {

namespace json = boost::json;

// The names in a ServiceAccount's imagePullSecrets.
Result<std::vector<std::string>> PullSecretsOf(std::string_view service_account_json) {
  ASSIGN_OR_RETURN(const json::value document, ParseJson(service_account_json));
  const json::object* root = document.if_object();
  if (!root) return InvalidArgument("is not a JSON object");
  std::vector<std::string> names;
  if (const json::array* secrets = JsonArray(*root, "imagePullSecrets")) {
    for (const json::value& secret : *secrets) {
      if (const json::object* reference = secret.if_object())
        names.push_back(JsonString(*reference, "name"));
    }
  }
  std::erase(names, "");
  return names;
}

class ClusterCredentials final : public registry::CredentialSource {
 public:
  ClusterCredentials(kubernetes::ApiClient& client, PullAccount account)
      : client_(client), account_(std::move(account)) {}

  registry::CredentialCandidates For(const registry::ImageReference& image,
                                     const CallContext& context) const override {
    std::vector<std::string> problems;
    std::vector<registry::PullSecret> secrets;
    for (const std::string& name : SecretNames(context, problems)) {
      const std::string origin = "secret " + account_.name_space + "/" + name;
      Result<registry::PullSecret> secret = Read(name, origin, context);
      if (secret.has_value()) {
        secrets.push_back(*std::move(secret));
      } else {
        problems.push_back(origin + ": " + secret.error().message);
      }
    }
    registry::CredentialCandidates candidates =
        registry::MakePullSecretSource(std::move(secrets))->For(image, context);
    candidates.problems.insert(candidates.problems.begin(), problems.begin(), problems.end());
    return candidates;
  }

 private:
  std::vector<std::string> SecretNames(const CallContext& context,
                                       std::vector<std::string>& problems) const {
    std::vector<std::string> names = account_.pull_secrets;
    if (account_.service_account.empty()) return names;
    const auto read = [&]() -> Result<std::vector<std::string>> {
      ASSIGN_OR_RETURN(const std::string object,
                       client_.Get({kubernetes::kServiceAccounts, account_.name_space,
                                    account_.service_account, ""},
                                   context));
      return PullSecretsOf(object);
    };
    const Result<std::vector<std::string>> of_account = read();
    if (!of_account.has_value()) {
      problems.push_back("serviceaccount " + account_.name_space + "/" + account_.service_account +
                         ": " + of_account.error().message);
      return names;
    }
    for (const std::string& name : *of_account) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    return names;
  }

  Result<registry::PullSecret> Read(const std::string& name, const std::string& origin,
                                    const CallContext& context) const {
    ASSIGN_OR_RETURN(const std::string secret,
                     client_.Get({kubernetes::kSecrets, account_.name_space, name, ""}, context));
    return ReadPullSecret(secret, origin);
  }

  kubernetes::ApiClient& client_;
  const PullAccount account_;
};

}  // namespace

std::unique_ptr<registry::CredentialSource> MakeClusterCredentials(kubernetes::ApiClient& client,
                                                                   PullAccount account) {
  return std::make_unique<ClusterCredentials>(client, std::move(account));
}

Result<registry::PullSecret> ReadPullSecret(std::string_view secret_json, std::string_view origin) {
  ASSIGN_OR_RETURN(const json::value document, ParseJson(secret_json));
  const json::object* root = document.if_object();
  if (!root) return InvalidArgument("is not a JSON object");
  const std::string type = JsonString(*root, "type");
  const char* key = type == "kubernetes.io/dockercfg" ? ".dockercfg" : ".dockerconfigjson";
  const json::object* data = JsonObject(*root, "data");
  const std::string encoded = data ? JsonString(*data, key) : "";
  const std::optional<std::string> bytes = Base64Decode(encoded);
  if (!bytes || bytes->empty())
    return InvalidArgument("has no base64 value of the key " + std::string(key));
  return registry::ParsePullSecret(type, *bytes, origin);
}

}  // namespace narrows::control
