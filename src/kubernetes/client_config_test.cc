#include "kubernetes/client_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/file.h"
#include "base/strings.h"
#include "kubernetes/kubeconfig.h"

namespace narrows::kubernetes {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ClientConfigTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    const auto path = dir_->path() / name;
    std::filesystem::create_directories(path.parent_path());
    EXPECT_TRUE(WriteFileAtomically(path, text, 0600).has_value());
    return path.string();
  }

  Surroundings Given(std::map<std::string, std::string> variables) {
    Surroundings surroundings;
    surroundings.variable = [variables](const std::string& name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      if (found == variables.end()) return std::nullopt;
      return found->second;
    };
    surroundings.service_account = dir_->path() / "account";
    return surroundings;
  }

  Result<ScopedTempDir> dir_ = ScopedTempDir::Create();
};

constexpr char kTwoClusters[] = R"(
apiVersion: v1
kind: Config
current-context: dev
clusters:
- name: dev
  cluster: {server: "https://dev:6443", certificate-authority: pki/ca.crt, tls-server-name: api}
- name: prod
  cluster: {server: "https://prod:6443/k8s/", insecure-skip-tls-verify: true, proxy-url: "http://p:3128"}
contexts:
- name: dev
  context: {cluster: dev, user: joe, namespace: team}
- name: prod
  context: {cluster: prod, user: robot}
users:
- name: joe
  user: {client-certificate-data: Q0VSVA==, client-key: pki/key}
- name: robot
  user: {token: 12345, as: auditor, as-groups: [a, b]}
)";

TEST_F(ClientConfigTest, ReadsTheCurrentContextWithItsFiles) {
  const std::string file = Write("config", kTwoClusters);
  Write("pki/ca.crt", "CA");
  Write("pki/key", "KEY");
  const auto config = LoadClientConfig({.kubeconfig = file}, Given({}));
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->server, "https://dev:6443");
  EXPECT_EQ(config->tls.ca_pem, "CA");
  EXPECT_EQ(config->tls.server_name, "api");
  EXPECT_EQ(config->tls.client_certificate_pem, "CERT");
  EXPECT_EQ(config->tls.client_key_pem, "KEY");
  EXPECT_EQ(config->user.certificate_file, "") << "the kubeconfig has the certificate itself";
  EXPECT_EQ(config->user.key_file, dir_->path() / "pki/key");
  EXPECT_EQ(config->name_space, "team");
  EXPECT_EQ(config->origin, "context \"dev\" of " + file);
}

TEST_F(ClientConfigTest, TakesTheContextThatIsNamed) {
  const std::string file = Write("config", kTwoClusters);
  const auto config = LoadClientConfig({.kubeconfig = file, .context = "prod"}, Given({}));
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->server, "https://prod:6443/k8s/");
  EXPECT_TRUE(config->tls.insecure_skip_verify);
  EXPECT_EQ(config->proxy, "http://p:3128");
  EXPECT_EQ(config->user.token, "12345");
  EXPECT_EQ(config->impersonation.user, "auditor");
  EXPECT_THAT(config->impersonation.groups, ElementsAre("a", "b"));
  EXPECT_EQ(config->name_space, "default");

  const auto none = LoadClientConfig({.kubeconfig = file, .context = "test"}, Given({}));
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(none.error().message, HasSubstr("which has: dev, prod"));
}

TEST_F(ClientConfigTest, MergesTheFilesOfKubeconfigAsKubectlDoes) {
  const std::string first = Write("a", R"(
contexts: [{name: x, context: {cluster: c, user: u}}]
users: [{name: u, user: {token: first}}])");
  const std::string second = Write("b", R"(
current-context: x
clusters: [{name: c, cluster: {server: "https://second"}}]
users: [{name: u, user: {token: second, as: nobody}}])");
  const auto config = LoadClientConfig(
      {}, Given({{"KUBECONFIG", first + ":/no/such/file::" + second}, {"HOME", "/nowhere"}}));
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->server, "https://second");
  EXPECT_EQ(config->user.token, "first");
  EXPECT_EQ(config->impersonation.user, "") << "entries are taken whole";
}

TEST_F(ClientConfigTest, FallsBackToHomeThenToTheServiceAccount) {
  Write("home/.kube/config", R"(
current-context: x
clusters: [{name: c, cluster: {server: "https://home"}}]
contexts: [{name: x, context: {cluster: c, user: ""}}])");
  Write("account/token", "t");
  Write("account/ca.crt", "CA");
  Write("account/namespace", "narrows-system\n");
  std::map<std::string, std::string> variables = {{"HOME", (dir_->path() / "home").string()},
                                                  {"KUBERNETES_SERVICE_HOST", "fd00::1"},
                                                  {"KUBERNETES_SERVICE_PORT", "443"}};
  auto config = LoadClientConfig({}, Given(variables));
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->server, "https://home");

  variables["HOME"] = "/nowhere";
  config = LoadClientConfig({}, Given(variables));
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->server, "https://[fd00::1]:443");
  EXPECT_EQ(config->tls.ca_pem, "CA");
  EXPECT_EQ(config->user.token_file, dir_->path() / "account/token");
  EXPECT_EQ(config->name_space, "narrows-system");
  EXPECT_EQ(config->proxy, "none");

  config = LoadClientConfig({}, Given({{"HOME", "/nowhere"}}));
  ASSERT_FALSE(config.has_value());
  EXPECT_EQ(config.error().code, ErrorCode::kFailedPrecondition);
  config = LoadClientConfig({.kubeconfig = "/no/such/file"}, Given(variables));
  ASSERT_FALSE(config.has_value());
  EXPECT_EQ(config.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(config.error().message, HasSubstr("/no/such/file"));
}

TEST_F(ClientConfigTest, ReadsAnExecPlugin) {
  const std::string file = Write("config", R"(
current-context: x
clusters: [{name: c, cluster: {server: "https://c"}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
users:
- name: u
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: ./bin/login
      args: [--cluster, c]
      env: [{name: A, value: b}]
      interactiveMode: IfAvailable
      provideClusterInfo: true
      installHint: get it
)");
  const auto config = LoadClientConfig({.kubeconfig = file}, Given({}));
  ASSERT_TRUE(config.has_value()) << config.error().message;
  ASSERT_TRUE(config->user.exec.has_value());
  EXPECT_EQ(config->user.exec->command, (dir_->path() / "bin/login").string());
  EXPECT_THAT(config->user.exec->arguments, ElementsAre("--cluster", "c"));
  EXPECT_THAT(config->user.exec->environment, ElementsAre("A=b"));
  EXPECT_TRUE(config->user.exec->provide_cluster_info);
}

struct BadKubeconfig {
  const char* text;
  const char* says;
};
class BadKubeconfigTest : public ::testing::TestWithParam<BadKubeconfig> {};

TEST_P(BadKubeconfigTest, NamesTheFieldAndNoSecret) {
  auto parsed = ParseKubeconfig(GetParam().text, "/dir");
  Error error;
  if (parsed.has_value()) {
    const auto config = ResolveContext(*parsed, "", "FILE");
    ASSERT_FALSE(config.has_value());
    error = config.error();
  } else {
    error = parsed.error();
  }
  EXPECT_THAT(error.message, HasSubstr(GetParam().says));
  EXPECT_THAT(error.message, Not(HasSubstr("hunter2")));
}

#define CONTEXT "current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n"
#define CLUSTER CONTEXT "clusters: [{name: c, cluster: {server: 'https://c'}}]\n"
INSTANTIATE_TEST_SUITE_P(
    All, BadKubeconfigTest,
    ::testing::Values(
        BadKubeconfig{"[]", "must be a map"}, BadKubeconfig{"kind: Pod", "its kind is \"Pod\""},
        BadKubeconfig{"", "no current-context"},
        BadKubeconfig{"clusters: {a: b}", "clusters must be a list"},
        BadKubeconfig{"users: [{name: a, user: {token: [hunter2]}}]",
                      "users[0].user.token must be a string"},
        BadKubeconfig{"users: [{name: a, user: {client-key-data: 'hunter2!'}}]",
                      "users[0].user.client-key-data is not base64"},
        BadKubeconfig{"users: [{name: a}, {name: a}]", "two entries named \"a\""},
        BadKubeconfig{CONTEXT, "names the cluster \"c\", which does not exist"},
        BadKubeconfig{CLUSTER, "names the user \"u\", which does not exist"},
        BadKubeconfig{CLUSTER "users: [{name: u, user: {auth-provider: {name: oidc}}}]",
                      "auth-provider \"oidc\" is not supported"},
        BadKubeconfig{CLUSTER "users: [{name: u, user: {exec: {apiVersion: v0, command: c}}}]",
                      "apiVersion \"v0\" is not supported"},
        BadKubeconfig{CLUSTER "users: [{name: u, user: {client-key: /no/such}}]",
                      "reading the client key: cannot open /no/such"},
        BadKubeconfig{CONTEXT "clusters: [{name: c, cluster: {server: 'https://u:hunter2@c'}}]\n",
                      "server of cluster \"c\""},
        BadKubeconfig{CONTEXT "clusters: [{name: c, cluster: {server: 'https://c', "
                              "insecure-skip-tls-verify: true, certificate-authority-data: QQ==}}]",
                      "remove one of them"}));

}  // namespace
}  // namespace narrows::kubernetes
