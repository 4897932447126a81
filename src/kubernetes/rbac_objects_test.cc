#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kubernetes/objects.h"

namespace narrows::kubernetes {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = model::RbacSubject::Kind;

TEST(RbacObjects, ARoleIsReadWithItsRules) {
  ObjectReader reader;
  const auto role = reader.ReadRole(
      R"({"metadata":{"name":"admin","labels":{"kubernetes.io/bootstrapping":"rbac-defaults"}},
          "aggregationRule":{"clusterRoleSelectors":[]},
          "rules":[{"verbs":["get","list"],"apiGroups":[""],"resources":["pods","pods/log"],
                    "resourceNames":["a"]},{"verbs":["get"],"nonResourceURLs":["/healthz/*"]}]})");
  ASSERT_TRUE(role.has_value()) << role.error().message;
  EXPECT_EQ(role->ToString(), "ClusterRole admin");
  EXPECT_TRUE(role->built_in);
  EXPECT_TRUE(role->aggregated);
  ASSERT_EQ(role->rules.size(), 2u);
  EXPECT_THAT(role->rules[0].api_groups, ElementsAre(""));
  EXPECT_THAT(role->rules[0].resources, ElementsAre("pods", "pods/log"));
  EXPECT_THAT(role->rules[0].resource_names, ElementsAre("a"));
  EXPECT_THAT(role->rules[1].non_resource_urls, ElementsAre("/healthz/*"));
}

TEST(RbacObjects, AnAccountWithoutNamespaceIsInTheBindings) {
  ObjectReader reader;
  const std::string subjects =
      R"("roleRef":{"kind":"ClusterRole","name":"view"},"subjects":[
         {"kind":"ServiceAccount","name":"web"},{"kind":"Robot","name":"r"},
         {"kind":"Group","name":"g"},{"kind":"User","name":"u"}]})";
  const auto in_namespace =
      reader.ReadRoleBinding(R"({"metadata":{"name":"b","namespace":"shop"},)" + subjects);
  ASSERT_TRUE(in_namespace.has_value()) << in_namespace.error().message;
  EXPECT_EQ(in_namespace->role_kind, "ClusterRole");
  EXPECT_THAT(in_namespace->subjects,
              ElementsAre(model::RbacSubject{Kind::kServiceAccount, "shop", "web"},
                          model::RbacSubject{Kind::kGroup, "", "g"},
                          model::RbacSubject{Kind::kUser, "", "u"}));
  const auto everywhere = reader.ReadRoleBinding(R"({"metadata":{"name":"b"},)" + subjects);
  ASSERT_TRUE(everywhere.has_value());
  EXPECT_EQ(everywhere->subjects.size(), 2u);
}

TEST(RbacObjects, WhatIsOfAnotherTypeIsAbsent) {
  ObjectReader reader;
  const auto role = reader.ReadRole(
      R"({"metadata":{"name":"r"},"rules":[7,{"verbs":"get","resources":[1,"pods",null]}]})");
  ASSERT_TRUE(role.has_value());
  ASSERT_EQ(role->rules.size(), 2u);
  EXPECT_THAT(role->rules[1].verbs, IsEmpty());
  EXPECT_THAT(role->rules[1].resources, ElementsAre("pods"));
  EXPECT_THAT(reader.ReadRole(R"({"metadata":{"name":"r"},"rules":null})")->rules, IsEmpty());
  EXPECT_FALSE(reader.ReadRole(R"({"rules":[]})").has_value());
  EXPECT_FALSE(reader.ReadRoleBinding(R"({"metadata":{"name":"r"})").has_value());
}

TEST(RbacObjects, AnAccountMountsItsTokenUnlessItSaysNo) {
  ObjectReader reader;
  EXPECT_TRUE(reader.ReadServiceAccount(R"({"metadata":{"name":"a","namespace":"n"}})")->automount);
  const auto account = reader.ReadServiceAccount(
      R"({"metadata":{"name":"a","namespace":"n"},"automountServiceAccountToken":false,
          "secrets":[{"name":"a-token-x"}]})");
  ASSERT_TRUE(account.has_value());
  EXPECT_FALSE(account->automount);
  EXPECT_THAT(account->secrets, ElementsAre("a-token-x"));
}

}  // namespace
}  // namespace narrows::kubernetes
