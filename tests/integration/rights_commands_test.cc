// `narrows rbac` and `narrows exposure` on a real API server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "base/subprocess.h"
#include "kubernetes/resource_types.h"
#include "lab_fixture.h"

namespace narrows::lab {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class RightsCommands : public LabTest {
 protected:
  CommandResult Run(std::vector<std::string> arguments) {
    std::vector<std::string> argv = {NARROWS_BINARY};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    argv.push_back("--kubeconfig=" + kubeconfig_);
    const auto result = RunCommand({.argv = std::move(argv)}, Soon());
    EXPECT_TRUE(result.has_value()) << result.error().message;
    return result.has_value() ? *result : CommandResult();
  }
  std::string Output(std::vector<std::string> arguments) {
    const CommandResult result = Run(std::move(arguments));
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    return result.output;
  }

  void SetUp() override {
    LabTest::SetUp();
    if (IsSkipped()) return;
    kubeconfig_ = lab().kubeconfig();
    const auto applied = lab().Kubectl({"apply", "-n", name_space(), "-f", "-"}, R"(
apiVersion: v1
kind: ServiceAccount
metadata: {name: robot}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: minter}
rules:
- {apiGroups: [""], resources: [serviceaccounts/token], verbs: [create], resourceNames: [boss]}
- {apiGroups: [""], resources: [pods], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: robots}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: minter}
subjects: [{kind: ServiceAccount, name: robot, namespace: )" + name_space() + R"(}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: boss}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: boss-)" + name_space() + R"(}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: boss, namespace: )" + name_space() + R"(}]
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  serviceAccountName: robot
  containers: [{name: c, image: i, ports: [{containerPort: 8080, name: http}]}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: http}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front}
spec:
  rules:
  - host: shop.example.com
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
)");
    ASSERT_TRUE(applied.has_value()) << applied.error().message;
  }

  std::string kubeconfig_;
};

TEST_F(RightsCommands, WhoCanNamesTheBinding) {
  const std::string who = Output({"rbac", "who-can", "get", "pods", "-n", name_space()});
  EXPECT_THAT(who, HasSubstr("ServiceAccount " + name_space() + "/robot"));
  EXPECT_THAT(who, HasSubstr("RoleBinding " + name_space() + "/robots"));
  EXPECT_THAT(who, HasSubstr("Group system:masters"));
  EXPECT_THAT(Output({"rbac", "who-can", "get", "pods", "-n", "default"}), Not(HasSubstr("robot")));
  EXPECT_THAT(Output({"rbac", "who-can", "get", "pods", "-A"}), HasSubstr("/robot"));
  EXPECT_THAT(Output({"rbac", "who-can", "get", "/healthz"}),
              HasSubstr("Group system:unauthenticated"));
  const std::string token = Output({"rbac", "who-can", "create", "sa", "boss", "--subresource",
                                    "token", "-n", name_space(), "-o", "json"});
  EXPECT_THAT(token, HasSubstr("create serviceaccounts/token boss"));
  EXPECT_THAT(token, HasSubstr("/robot"));
  const CommandResult unknown = Run({"rbac", "who-can", "get", "widgets"});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.errors, HasSubstr("widgets.example.com"));
}

TEST_F(RightsCommands, PathsStartFromAccountsAndWorkloads) {
  for (const std::string& subject : {"sa:" + name_space() + "/robot", name_space() + "/Pod/web"}) {
    EXPECT_THAT(Output({"rbac", "paths", subject}),
                AllOf(HasSubstr("asks for a token of the service account"),
                      HasSubstr("ServiceAccount " + name_space() + "/boss may do everything")));
  }
  const auto document = boost::json::parse(
      Output({"rbac", "paths", "sa:" + name_space() + "/robot", "--output", "json"}));
  EXPECT_EQ(document.at("pathToClusterAdmin").as_array().size(), 2u);
  EXPECT_THAT(Output({"rbac", "paths", "user:nobody"}), HasSubstr("has no way"));
  EXPECT_EQ(Run({"rbac", "paths", name_space() + "/Deployment/web"}).exit_code, 1);
}

TEST_F(RightsCommands, FindingsNameTheWorkloadAndDecideTheExitCode) {
  const std::string findings = Output({"rbac", "findings", "-o", "json"});
  EXPECT_THAT(findings, HasSubstr("ServiceAccount " + name_space() + "/robot can get every right"));
  EXPECT_THAT(findings, HasSubstr(name_space() + "/Pod/web"));
  EXPECT_THAT(findings, Not(HasSubstr("\"system:")));
  EXPECT_EQ(Run({"rbac", "findings", "--fail-on", "critical"}).exit_code, 2);
  EXPECT_EQ(Run({"rbac", "findings", "--fail-on", "awful"}).exit_code, 1);
}

TEST_F(RightsCommands, ARefusedListIsNamed) {
  // Whom nothing is bound to but what everybody has.
  const auto config = lab().Kubectl({"config", "view", "--raw", "--flatten", "--minify"});
  ASSERT_TRUE(config.has_value());
  const auto token = lab().Kubectl({"create", "token", "robot", "-n", name_space()});
  ASSERT_TRUE(token.has_value()) << token.error().message;
  const std::string file = (lab().dir() / "robot.kubeconfig").string();
  std::string text = *config;
  const size_t users = text.find("\nusers:");
  ASSERT_NE(users, std::string::npos);
  const auto name =
      lab().Kubectl({"config", "view", "--minify", "-o", "jsonpath={.contexts[0].context.user}"});
  text = text.substr(0, users) + "\nusers:\n- name: " + *name +
         "\n  user: {token: " + std::string(token->substr(0, token->find('\n'))) + "}\n";
  ASSERT_TRUE(WriteFileAtomically(file, text).has_value());
  kubeconfig_ = file;
  const CommandResult refused = Run({"rbac", "who-can", "get", "pods"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("listing clusterroles"));
  EXPECT_THAT(refused.errors, HasSubstr("forbidden"));
}

TEST_F(RightsCommands, ExposureFollowsServicesAndPolicies) {
  const std::string workload = name_space() + "/Pod/web";
  EXPECT_THAT(Output({"exposure", workload}),
              AllOf(HasSubstr("From outside: open"), HasSubstr("NodePort"), HasSubstr("TCP 8080"),
                    HasSubstr("Ingress " + name_space() + "/front")));
  ASSERT_TRUE(lab()
                  .Kubectl({"apply", "-n", name_space(), "-f", "-"}, R"(
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny}
spec: {podSelector: {}, policyTypes: [Ingress]}
)")
                  .has_value());
  EXPECT_THAT(Output({"exposure", workload}),
              AllOf(HasSubstr("From outside: closed"), HasSubstr("NetworkPolicy deny"),
                    HasSubstr("To every address outside: open")));
  EXPECT_THAT(Output({"exposure", "-n", name_space(), "-o", "json"}), HasSubstr(workload));
  EXPECT_EQ(Run({"exposure", name_space() + "/Pod/gone"}).exit_code, 1);
}

}  // namespace
}  // namespace narrows::lab

int main(int argc, char** argv) {
  ::testing::InitGoogleMock(&argc, argv);
  narrows::lab::UseLab(narrows::lab::Lab::Extent::kControlPlane);
  return RUN_ALL_TESTS();
}
