#include "findings/rights/rights_findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "findings/rights/rights_world_testing.h"

namespace narrows::findings::rights {
namespace {

using model::Severity;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class RightsFindingsTest : public ::testing::Test {
 protected:
  std::vector<RightsFinding> Find(bool pods_known = true) {
    const Authorizer authorizer(world.picture.rbac);
    return FindRights(world.picture, authorizer, EscalationGraph(world.picture, authorizer),
                      pods_known);
  }
  // "check subject"
  std::vector<std::string> Checks(bool pods_known = true) {
    std::vector<std::string> checks;
    for (const RightsFinding& finding : Find(pods_known)) {
      EXPECT_FALSE(finding.title.empty());
      EXPECT_FALSE(finding.remedy.empty());
      EXPECT_THAT(finding.mitre, Not(IsEmpty()));
      checks.push_back(finding.check.substr(5) + " " + finding.subject);
    }
    return checks;
  }

  World world;
};

TEST_F(RightsFindingsTest, WhatKubernetesSetsUpIsNoFinding) {
  world.ClusterRole("cluster-admin", {Allow({"*"}, {"*"}, {"*"})});
  world.picture.rbac.roles.back().built_in = true;
  world.Bind("", "cluster-admin", "cluster-admin", {Kind::kGroup, "", "system:masters"}).built_in =
      true;
  world.Bind("", "kcm", "cluster-admin", {Kind::kUser, "", "system:kube-controller-manager"})
      .built_in = true;
  world.ClusterRole("discovery", {{{"get"}, {}, {}, {}, {"/api", "/api/*"}}});
  world.Bind("", "discovery", "discovery", {Kind::kGroup, "", "system:authenticated"});
  EXPECT_THAT(Checks(), IsEmpty());
  // The label alone does not hide a subject of somebody else.
  world.Bind("", "mine", "cluster-admin", kJane).built_in = true;
  EXPECT_THAT(Checks(), ElementsAre("path-to-admin User jane"));
}

TEST_F(RightsFindingsTest, AWorkloadThatMayDoEverythingIsCritical) {
  world.Account("shop", "web");
  world.Pod("shop", "web-0", "web", "n");
  world.ClusterRole("cluster-admin", {Allow({"*"}, {"*"}, {"*"})});
  world.picture.rbac.roles.back().built_in = true;
  world.Bind("", "b", "cluster-admin", Account("shop", "web"));
  const auto findings = Find();
  ASSERT_THAT(findings, Not(IsEmpty()));
  EXPECT_EQ(findings[0].check, "RBAC-path-to-admin");
  EXPECT_EQ(findings[0].severity, Severity::kCritical);
  EXPECT_THAT(findings[0].workloads, ElementsAre("shop/Deployment/web"));
  EXPECT_THAT(findings[0].evidence,
              ElementsAre(AllOf(HasSubstr("ClusterRoleBinding b"), HasSubstr("cluster-admin"))));
}

TEST_F(RightsFindingsTest, EverybodysRightsAreNamed) {
  world.ClusterRole("reader", {Allow({"get"}, {""}, {"pods"})});
  world.Bind("", "b", "reader", {Kind::kGroup, "", "system:unauthenticated"});
  world.Bind("shop", "c", "reader", {Kind::kUser, "", "system:anonymous"});
  world.Bind("", "d", "reader", {Kind::kGroup, "", "system:authenticated"});
  EXPECT_THAT(Checks(), ElementsAre("anonymous Group system:unauthenticated",
                                    "anonymous User system:anonymous",
                                    "everybody-known Group system:authenticated"));
}

TEST_F(RightsFindingsTest, WhatIsNamedAndNotThere) {
  world.Account("shop", "web");
  world.ClusterRole("reader", {Allow({"get"}, {""}, {"pods"})});
  world.Bind("shop", "b", "gone", kJane);
  world.Bind("shop", "c", "reader", Account("shop", "gone"));
  EXPECT_THAT(Checks(), ElementsAre("missing-account ServiceAccount shop/gone",
                                    "missing-role RoleBinding shop/b"));
}

TEST_F(RightsFindingsTest, AccountsWithoutPodsAndTheDefaultOne) {
  world.Account("shop", "web");
  world.Account("shop", "default");
  world.ClusterRole("reader", {Allow({"get"}, {""}, {"pods"})});
  world.Bind("shop", "b", "reader", Account("shop", "web"));
  world.Bind("shop", "c", "reader", Account("shop", "default"));
  EXPECT_THAT(Checks(), ElementsAre("default-account ServiceAccount shop/default",
                                    "unused-account ServiceAccount shop/web"));
  EXPECT_THAT(Checks(false), ElementsAre("default-account ServiceAccount shop/default"));
  world.Pod("shop", "web-0", "web", "n");
  EXPECT_THAT(Checks(), ElementsAre("default-account ServiceAccount shop/default"));
}

TEST_F(RightsFindingsTest, WildcardsAndDangerousRights) {
  world.ClusterRole("ops", {Allow({"*"}, {"apps"}, {"deployments"})});
  world.ClusterRole("nobody", {Allow({"get"}, {"*"}, {"*"})});
  world.ClusterRole("secrets", {Allow({"list"}, {""}, {"secrets"})});
  world.Bind("shop", "b", "ops", kJane);
  world.Bind("", "c", "secrets", kJane);
  const auto checks = Checks();
  EXPECT_THAT(checks, Contains("wildcard ClusterRole ops"));
  EXPECT_THAT(checks, Contains("wildcard ClusterRole nobody"));
  EXPECT_THAT(checks, Contains("run-pods User jane"));
  EXPECT_THAT(checks, Contains("read-all-secrets User jane"));
}

TEST_F(RightsFindingsTest, OneFindingASubjectAndTechnique) {
  world.ClusterRole("exec", {Allow({"create"}, {""}, {"pods/exec"})});
  for (int i = 0; i < 30; ++i) {
    world.Bind("ns-" + std::to_string(i), "b", "exec", kJane);
  }
  const auto findings = Find();
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].severity, Severity::kLow);
  EXPECT_EQ(findings[0].evidence.size(), 21u);
  EXPECT_EQ(findings[0].evidence.back(), "and 10 more");
}

}  // namespace
}  // namespace narrows::findings::rights
