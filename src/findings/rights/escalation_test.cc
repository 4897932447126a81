#include "findings/rights/escalation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "findings/rights/capability.h"
#include "findings/rights/rights_findings.h"
#include "findings/rights/rights_world_testing.h"

namespace narrows::findings::rights {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kRbac = "rbac.authorization.k8s.io";

class EscalationTest : public ::testing::Test {
 protected:
  EscalationTest() {
    world.Account("kube-system", "admin");
    world.Account("shop", "web");
    world.Account("shop", "default");
    world.ClusterRole("cluster-admin", {Allow({"*"}, {"*"}, {"*"})});
    world.Bind("", "admins", "cluster-admin", Account("kube-system", "admin"));
  }

  // "a → b → c", or empty.
  std::string Path(const model::RbacSubject& subject) {
    const Authorizer authorizer(world.picture.rbac);
    const auto path = EscalationGraph(world.picture, authorizer).PathToAdmin(subject);
    if (!path) return "";
    std::string text;
    for (const Step& step : *path) {
      text += (text.empty() ? "" : " → ") + std::string(TextOf(step.technique).id);
    }
    return text;
  }
  // What the rules give jane in the whole cluster.
  std::string PathBy(std::vector<model::PolicyRule> rules) {
    World before = world;
    world.ClusterRole("r", std::move(rules));
    world.Bind("", "b", "r", kJane);
    std::string path = Path(kJane);
    world = std::move(before);
    return path;
  }
  std::string PathIn(const std::string& name_space, std::vector<model::PolicyRule> rules) {
    World before = world;
    world.ClusterRole("r", std::move(rules));
    world.Bind(name_space, "b", "r", kJane);
    std::string path = Path(kJane);
    world = std::move(before);
    return path;
  }

  World world;
};

TEST_F(EscalationTest, WhoMayDoEverythingTakesNoStep) {
  EXPECT_EQ(Path(Account("kube-system", "admin")), "cluster-admin");
  EXPECT_EQ(Path({Kind::kGroup, "", "system:masters"}), "cluster-admin");
  EXPECT_EQ(Path(kJane), "");
}

TEST_F(EscalationTest, RightsOverAccountsLeadToTheirRights) {
  const std::string then = " → cluster-admin";
  EXPECT_EQ(PathIn("kube-system", {Allow({"create"}, {""}, {"pods"})}), "run-pods" + then);
  EXPECT_EQ(PathIn("shop", {Allow({"create"}, {""}, {"pods"})}), "");
  EXPECT_EQ(PathIn("kube-system", {Allow({"patch"}, {"apps"}, {"deployments"})}),
            "run-pods" + then);
  EXPECT_EQ(PathBy({Allow({"create"}, {"batch"}, {"cronjobs"})}), "run-pods" + then);
  EXPECT_EQ(PathBy({Allow({"create"}, {""}, {"serviceaccounts/token"})}), "mint-tokens" + then);
  EXPECT_EQ(PathBy({Allow({"create"}, {""}, {"serviceaccounts/token"}, {"admin"})}),
            "mint-tokens" + then);
  EXPECT_EQ(PathBy({Allow({"create"}, {""}, {"serviceaccounts/token"}, {"web"})}), "");
  EXPECT_EQ(PathBy({Allow({"impersonate"}, {""}, {"serviceaccounts"})}),
            "impersonate-account" + then);
  EXPECT_EQ(PathIn("kube-system", {Allow({"impersonate"}, {""}, {"serviceaccounts"})}),
            "impersonate-account" + then);
  EXPECT_EQ(PathBy({Allow({"create", "get"}, {""}, {"secrets"})}), "make-token-secrets" + then);
}

TEST_F(EscalationTest, AReadSecretIsATokenOnlyWhereThereIsOne) {
  EXPECT_EQ(PathBy({Allow({"get"}, {""}, {"secrets"})}), "");
  world.picture.accounts[0].secrets = {"admin-token"};
  EXPECT_EQ(PathBy({Allow({"list"}, {""}, {"secrets"})}), "read-token-secrets → cluster-admin");
  EXPECT_EQ(PathBy({Allow({"get"}, {""}, {"secrets"}, {"admin-token"})}),
            "read-token-secrets → cluster-admin");
  EXPECT_EQ(PathBy({Allow({"get"}, {""}, {"secrets"}, {"other"})}), "");
  EXPECT_EQ(PathIn("shop", {Allow({"get"}, {""}, {"secrets"})}), "");
}

TEST_F(EscalationTest, PodsAreEnteredWhereThereAreSome) {
  const auto exec = Allow({"create"}, {""}, {"pods/exec"});
  EXPECT_EQ(PathBy({exec}), "");
  world.Pod("kube-system", "a-0", "admin", "node-1");
  EXPECT_EQ(PathBy({exec}), "enter-pods → cluster-admin");
  for (const auto& rule :
       {Allow({"get"}, {""}, {"pods/attach"}), Allow({"patch"}, {""}, {"pods/ephemeralcontainers"}),
        Allow({"update"}, {""}, {"pods"}), Allow({"create"}, {""}, {"pods/exec"}, {"a-0"}),
        Allow({"create"}, {"*"}, {"*/exec"})}) {
    EXPECT_EQ(PathIn("kube-system", {rule}), "enter-pods → cluster-admin");
  }
  EXPECT_EQ(PathIn("kube-system", {Allow({"create"}, {""}, {"pods/exec"}, {"b-0"})}), "");
  EXPECT_EQ(PathIn("shop", {exec}), "");
  EXPECT_EQ(PathBy({Allow({"get"}, {""}, {"nodes/proxy"})}), "nodes-proxy → cluster-admin");
  EXPECT_EQ(PathBy({Allow({"get"}, {""}, {"nodes/proxy"}, {"node-1"})}),
            "nodes-proxy → cluster-admin");
  EXPECT_EQ(PathBy({Allow({"get"}, {""}, {"nodes/proxy"}, {"node-2"})}), "");
}

TEST_F(EscalationTest, ATypeWithoutNamespacesIsNotGivenInOne) {
  world.Pod("kube-system", "a-0", "admin", "node-1");
  EXPECT_EQ(PathIn("kube-system", {Allow({"get"}, {""}, {"nodes/proxy"})}), "");
  EXPECT_EQ(PathIn("kube-system", {Allow({"impersonate"}, {""}, {"users", "groups"})}), "");
}

TEST_F(EscalationTest, BindAndEscalateNeedTheWriteToo) {
  const auto bind = Allow({"bind"}, {kRbac}, {"clusterroles"});
  EXPECT_EQ(PathBy({bind}), "");
  EXPECT_EQ(PathBy({Allow({"create"}, {kRbac}, {"clusterrolebindings"})}), "");
  for (const char* write : {"create", "update", "patch"}) {
    EXPECT_EQ(PathBy({bind, Allow({write}, {kRbac}, {"clusterrolebindings"})}), "bind-role");
  }
  EXPECT_EQ(PathBy({Allow({"bind"}, {kRbac}, {"clusterroles"}, {"cluster-admin"}),
                    Allow({"create"}, {kRbac}, {"clusterrolebindings"})}),
            "bind-role");
  EXPECT_EQ(PathBy({Allow({"bind"}, {kRbac}, {"clusterroles"}, {"view"}),
                    Allow({"create"}, {kRbac}, {"clusterrolebindings"})}),
            "");
  EXPECT_EQ(PathIn("kube-system", {bind, Allow({"create"}, {kRbac}, {"rolebindings"})}),
            "bind-role → cluster-admin");
  EXPECT_EQ(PathBy({Allow({"escalate"}, {kRbac}, {"clusterroles"})}), "");
  EXPECT_EQ(PathBy({Allow({"escalate", "patch"}, {kRbac}, {"clusterroles"})}), "escalate-role");
  EXPECT_EQ(PathBy({Allow({"escalate", "patch"}, {kRbac}, {"clusterroles"}, {"r"})}),
            "escalate-role");
  EXPECT_EQ(PathBy({Allow({"escalate", "patch"}, {kRbac}, {"clusterroles"}, {"other"})}), "");
}

TEST_F(EscalationTest, AGroupIsImpersonatedTogetherWithAUser) {
  const auto groups = Allow({"impersonate"}, {""}, {"groups"});
  EXPECT_EQ(PathBy({groups}), "");
  EXPECT_EQ(PathBy({groups, Allow({"impersonate"}, {""}, {"users"})}),
            "impersonate-group → cluster-admin");
  EXPECT_EQ(PathBy({Allow({"impersonate"}, {""}, {"groups"}, {"dev"}),
                    Allow({"impersonate"}, {""}, {"users"}, {"nobody"})}),
            "");
  world.Bind("", "root", "cluster-admin", {Kind::kUser, "", "root"});
  EXPECT_EQ(PathBy({Allow({"impersonate"}, {""}, {"users"})}), "impersonate-user → cluster-admin");
  EXPECT_EQ(PathBy({Allow({"impersonate"}, {""}, {"users"}, {"root"})}),
            "impersonate-user → cluster-admin");
}

TEST_F(EscalationTest, CertificatesNeedAllThreeRights) {
  const auto create = Allow({"create"}, {"certificates.k8s.io"}, {"certificatesigningrequests"});
  const auto approve =
      Allow({"update"}, {"certificates.k8s.io"}, {"certificatesigningrequests/approval"});
  const auto signer = [](const char* name) {
    return Allow({"approve"}, {"certificates.k8s.io"}, {"signers"}, {name});
  };
  EXPECT_EQ(PathBy({create, approve}), "");
  EXPECT_EQ(PathBy({create, approve, signer("kubernetes.io/kube-apiserver-client")}),
            "sign-certificates → cluster-admin");
  EXPECT_EQ(PathBy({create, approve, signer("kubernetes.io/*")}),
            "sign-certificates → cluster-admin");
  EXPECT_EQ(PathBy({create, approve, signer("kubernetes.io/kubelet-serving")}), "");
}

TEST_F(EscalationTest, APrivilegedPodReachesTheNodeUnlessTheLevelForbidsIt) {
  world.picture.control_plane_nodes = {"cp"};
  const auto create = Allow({"create"}, {""}, {"pods"});
  EXPECT_EQ(PathIn("shop", {create}), "");
  EXPECT_EQ(PathIn("shop", {create, Allow({"patch"}, {""}, {"namespaces"}, {"shop"})}),
            "run-privileged-pods → control-plane-node");
  world.picture.lenient_namespaces = {"shop"};
  EXPECT_EQ(PathIn("shop", {create}), "run-privileged-pods → control-plane-node");
  world.picture.control_plane_nodes.clear();
  EXPECT_EQ(PathIn("shop", {create}), "");
  world.Pod("kube-system", "a-0", "admin", "node-1");
  EXPECT_EQ(PathIn("shop", {create}), "run-privileged-pods → node-tokens → cluster-admin");
}

TEST_F(EscalationTest, WebhooksAndVolumes) {
  EXPECT_EQ(PathBy({Allow({"patch"}, {"admissionregistration.k8s.io"},
                          {"mutatingwebhookconfigurations"})}),
            "mutate-requests");
  world.picture.control_plane_nodes = {"cp"};
  EXPECT_EQ(PathBy({Allow({"create"}, {""}, {"persistentvolumes", "persistentvolumeclaims"}),
                    Allow({"create"}, {"apps"}, {"deployments"})}),
            "run-pods → cluster-admin");
  world = World();
  world.picture.control_plane_nodes = {"cp"};
  EXPECT_EQ(PathBy({Allow({"create"}, {""}, {"persistentvolumes", "persistentvolumeclaims"}),
                    Allow({"create"}, {"apps"}, {"deployments"})}),
            "mount-host → control-plane-node");
}

TEST_F(EscalationTest, GroupsRightsAreTheirMembers) {
  world.ClusterRole("r", {Allow({"create"}, {""}, {"serviceaccounts/token"})});
  world.Bind("", "b", "r", {Kind::kGroup, "", "system:serviceaccounts:shop"});
  EXPECT_EQ(Path(Account("shop", "web")), "mint-tokens → cluster-admin");
  EXPECT_EQ(Path(Account("bank", "web")), "");
  world.Bind("", "c", "r", {Kind::kGroup, "", "system:authenticated"});
  EXPECT_EQ(Path({Kind::kUser, "", "nobody-knows"}), "mint-tokens → cluster-admin");
  EXPECT_EQ(Path({Kind::kUser, "", "system:anonymous"}), "");
}

TEST_F(EscalationTest, EachStepNamesWhatGivesIt) {
  world.ClusterRole("ops", {Allow({"create"}, {""}, {"pods"})});
  world.Bind("kube-system", "deployers", "ops", kJane);
  const Authorizer authorizer(world.picture.rbac);
  const auto path = EscalationGraph(world.picture, authorizer).PathToAdmin(kJane);
  ASSERT_TRUE(path.has_value());
  ASSERT_EQ(path->size(), 2u);
  EXPECT_EQ(Explain(path->at(0)),
            "User jane runs a pod as the service account → ServiceAccount kube-system/admin "
            "(RoleBinding kube-system/deployers gives ClusterRole ops: create pods in namespace "
            "kube-system)");
  EXPECT_EQ(path->at(1).from, "ServiceAccount kube-system/admin");
}

// Whatever the rules: a step's requests are allowed, as the authorizer itself says.
TEST(EscalationProperty, EveryStepIsAllowedByTheAuthorizer) {
  size_t seen = 0;
  for (unsigned seed = 0; seed < 600; ++seed) {
    const World world = World::Generate(seed);
    const Authorizer authorizer(world.picture.rbac);
    const EscalationGraph graph(world.picture, authorizer);
    for (const model::RbacSubject& subject : graph.subjects()) {
      if (subject.name == kMasters) continue;
      for (const Step& step : graph.StepsFrom(subject)) {
        ++seen;
        ASSERT_THAT(step.needs, ::testing::Not(IsEmpty())) << Explain(step) << " seed " << seed;
        for (const Need& need : step.needs) {
          ASSERT_TRUE(authorizer.Authorize(IdentityOf(subject), need.request)) << Explain(step);
        }
      }
      const auto path = graph.PathToAdmin(subject);
      if (!path) continue;
      ASSERT_FALSE(path->empty());
      for (size_t i = 1; i < path->size(); ++i) {
        EXPECT_EQ(path->at(i - 1).to, path->at(i).from) << "seed " << seed;
      }
      EXPECT_EQ(path->back().to, "cluster-admin");
    }
  }
  EXPECT_GT(seen, 1000u);
}

TEST(CapabilitiesTest, NamesRestrictWhatCarriesAName) {
  model::Role role;
  role.rules = {Allow({"*"}, {"*"}, {"*"}, {"x"})};
  const Capabilities held = CapabilitiesOf(role);
  EXPECT_TRUE(held.all.empty());
  EXPECT_TRUE(held.HasOn(Capability::kExec, "x"));
  EXPECT_FALSE(held.HasOn(Capability::kCreatePods, "x"));
  EXPECT_THAT(held.NamesOf(Capability::kMintTokens), ElementsAre("x"));
}

}  // namespace
}  // namespace narrows::findings::rights
