#include "findings/rights/authorizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace narrows::findings::rights {
namespace {

using model::PolicyRule;
using ::testing::ElementsAre;
using Kind = model::RbacSubject::Kind;

struct RuleCase {
  const char* what;
  PolicyRule rule;
  AccessRequest request;
  bool allowed;
};

PolicyRule Rule(std::vector<std::string> verbs, std::vector<std::string> groups,
                std::vector<std::string> resources, std::vector<std::string> names = {}) {
  return {std::move(verbs), std::move(groups), std::move(resources), std::move(names), {}};
}
PolicyRule Path(std::vector<std::string> verbs, std::vector<std::string> urls) {
  return {std::move(verbs), {}, {}, {}, std::move(urls)};
}
AccessRequest Ask(std::string verb, std::string group, std::string resource, std::string sub = "",
                  std::string name = "") {
  return {std::move(verb),
          std::move(group),
          std::move(resource),
          std::move(sub),
          "",
          std::move(name),
          ""};
}
AccessRequest AskPath(std::string verb, std::string path) {
  return {std::move(verb), "", "", "", "", "", std::move(path)};
}

class RuleTest : public ::testing::TestWithParam<RuleCase> {};

// The cases of the API's documentation ("Using RBAC Authorization"), and its edges.
TEST_P(RuleTest, IsComparedAsTheAuthorizerDoes) {
  EXPECT_EQ(RuleAllows(GetParam().rule, GetParam().request), GetParam().allowed) << GetParam().what;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, RuleTest,
    ::testing::Values(
        RuleCase{"exact", Rule({"get"}, {""}, {"pods"}), Ask("get", "", "pods"), true},
        RuleCase{"another verb", Rule({"get"}, {""}, {"pods"}), Ask("list", "", "pods"), false},
        RuleCase{"another group", Rule({"get"}, {""}, {"pods"}), Ask("get", "apps", "pods"), false},
        RuleCase{"the core group is not every group", Rule({"*"}, {""}, {"*"}),
                 Ask("get", "apps", "deployments"), false},
        RuleCase{"a resource is not its subresource", Rule({"get"}, {""}, {"pods"}),
                 Ask("get", "", "pods", "log"), false},
        RuleCase{"a subresource is not its resource", Rule({"get"}, {""}, {"pods/log"}),
                 Ask("get", "", "pods"), false},
        RuleCase{"the subresource", Rule({"get"}, {""}, {"pods/log"}),
                 Ask("get", "", "pods", "log"), true},
        RuleCase{"* is subresources too", Rule({"create"}, {""}, {"*"}),
                 Ask("create", "", "pods", "exec"), true},
        RuleCase{"*/scale", Rule({"update"}, {"*"}, {"*/scale"}),
                 Ask("update", "apps", "deployments", "scale"), true},
        RuleCase{"*/scale is no resource", Rule({"update"}, {"*"}, {"*/scale"}),
                 Ask("update", "apps", "deployments"), false},
        RuleCase{"pods/* is nothing", Rule({"get"}, {""}, {"pods/*"}),
                 Ask("get", "", "pods", "log"), false},
        RuleCase{"the name", Rule({"get"}, {""}, {"secrets"}, {"tls"}),
                 Ask("get", "", "secrets", "", "tls"), true},
        RuleCase{"another name", Rule({"get"}, {""}, {"secrets"}, {"tls"}),
                 Ask("get", "", "secrets", "", "tls2"), false},
        RuleCase{"a list names nothing", Rule({"list"}, {""}, {"secrets"}, {"tls"}),
                 Ask("list", "", "secrets"), false},
        RuleCase{"a list by field selector names it", Rule({"list"}, {""}, {"secrets"}, {"tls"}),
                 Ask("list", "", "secrets", "", "tls"), true},
        RuleCase{"create names nothing", Rule({"create"}, {""}, {"secrets"}, {"tls"}),
                 Ask("create", "", "secrets"), false},
        RuleCase{"* is no name", Rule({"get"}, {""}, {"secrets"}, {"*"}),
                 Ask("get", "", "secrets", "", "tls"), false},
        RuleCase{"an empty name is that of a list", Rule({"list"}, {""}, {"secrets"}, {""}),
                 Ask("list", "", "secrets"), true},
        RuleCase{"* asked for needs *", Rule({"get"}, {""}, {"pods"}), Ask("*", "", "pods"), false},
        RuleCase{"a path", Path({"get"}, {"/healthz"}), AskPath("get", "/healthz"), true},
        RuleCase{"a path below", Path({"get"}, {"/healthz"}), AskPath("get", "/healthz/etcd"),
                 false},
        RuleCase{"trailing *", Path({"get"}, {"/healthz/*"}), AskPath("get", "/healthz/etcd"),
                 true},
        RuleCase{"trailing * keeps its slash", Path({"get"}, {"/healthz/*"}),
                 AskPath("get", "/healthz"), false},
        RuleCase{"several trailing *", Path({"get"}, {"/a**"}), AskPath("get", "/abc"), true},
        RuleCase{"* within is a letter", Path({"get"}, {"/a/*/b"}), AskPath("get", "/a/x/b"),
                 false},
        RuleCase{"every path", Path({"*"}, {"*"}), AskPath("post", "/x"), true},
        RuleCase{"a resource rule allows no path", Rule({"*"}, {"*"}, {"*"}),
                 AskPath("get", "/healthz"), false},
        RuleCase{"a path rule allows no resource", Path({"*"}, {"*"}), Ask("get", "", "pods"),
                 false},
        RuleCase{"a rule of nothing", {}, Ask("get", "", "pods"), false}));

model::RoleBinding Bind(std::string name_space, std::string name, std::string kind,
                        std::string role, std::vector<model::RbacSubject> subjects) {
  model::RoleBinding binding;
  binding.name_space = std::move(name_space);
  binding.name = std::move(name);
  binding.role_kind = std::move(kind);
  binding.role_name = std::move(role);
  binding.subjects = std::move(subjects);
  return binding;
}

const model::RbacSubject kJane{Kind::kUser, "", "jane"};
const model::RbacSubject kWeb{Kind::kServiceAccount, "shop", "web"};
const model::RbacSubject kDev{Kind::kGroup, "", "dev"};

class AuthorizerTest : public ::testing::Test {
 protected:
  void Role(std::string name_space, std::string name, PolicyRule rule) {
    model::Role role;
    role.name_space = std::move(name_space);
    role.name = std::move(name);
    role.rules = {std::move(rule)};
    objects.roles.push_back(std::move(role));
  }
  bool May(const model::RbacSubject& subject, const std::string& name_space) {
    AccessRequest request = Ask("get", "", "pods");
    request.name_space = name_space;
    return Authorizer(objects).Authorize(IdentityOf(subject), request).has_value();
  }
  std::vector<std::string> Who(const std::string& name_space) {
    AccessRequest request = Ask("get", "", "pods");
    request.name_space = name_space;
    std::vector<std::string> names;
    for (const Holder& holder : Authorizer(objects).WhoCan(request)) {
      names.push_back(holder.subject.ToString());
    }
    return names;
  }

  model::RbacObjects objects;
};

TEST_F(AuthorizerTest, ARoleBindingGivesAClusterRoleInItsNamespaceOnly) {
  Role("", "reader", Rule({"get"}, {""}, {"pods"}));
  objects.bindings = {Bind("shop", "b", "ClusterRole", "reader", {kJane})};
  EXPECT_TRUE(May(kJane, "shop"));
  EXPECT_FALSE(May(kJane, "bank"));
  EXPECT_FALSE(May(kJane, ""));
  EXPECT_THAT(Who("shop"), ElementsAre("Group system:masters", "User jane"));
  EXPECT_THAT(Who("bank"), ElementsAre("Group system:masters"));
}

TEST_F(AuthorizerTest, AClusterRoleBindingNeverGivesARole) {
  Role("shop", "reader", Rule({"get"}, {""}, {"pods"}));
  objects.bindings = {Bind("", "b", "Role", "reader", {kJane})};
  EXPECT_FALSE(May(kJane, "shop"));
  objects.bindings = {Bind("shop", "b", "Role", "reader", {kJane})};
  EXPECT_TRUE(May(kJane, "shop"));
}

TEST_F(AuthorizerTest, ServiceAccountsAreInTheirGroupsAndAreUsers) {
  Role("", "reader", Rule({"get"}, {""}, {"pods"}));
  for (const char* group :
       {"system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"}) {
    objects.bindings = {Bind("", "b", "ClusterRole", "reader", {{Kind::kGroup, "", group}})};
    EXPECT_TRUE(May(kWeb, "")) << group;
    EXPECT_EQ(May(kJane, ""), std::string(group) == "system:authenticated");
  }
  objects.bindings = {Bind("", "b", "ClusterRole", "reader",
                           {{Kind::kUser, "", "system:serviceaccount:shop:web"}})};
  EXPECT_TRUE(May(kWeb, ""));
  EXPECT_FALSE(May({Kind::kServiceAccount, "shop", "web2"}, ""));
}

TEST_F(AuthorizerTest, AnonymousIsNotAuthenticated) {
  Role("", "reader", Rule({"get"}, {""}, {"pods"}));
  objects.bindings = {
      Bind("", "b", "ClusterRole", "reader", {{Kind::kGroup, "", "system:authenticated"}})};
  EXPECT_FALSE(May({Kind::kUser, "", "system:anonymous"}, ""));
  EXPECT_TRUE(May(kDev, ""));
}

TEST_F(AuthorizerTest, MastersAreNotAsked) {
  EXPECT_TRUE(May({Kind::kGroup, "", "system:masters"}, "shop"));
  EXPECT_FALSE(May(kDev, "shop"));
}

TEST_F(AuthorizerTest, ABindingToNothingGivesNothing) {
  objects.bindings = {Bind("", "b", "ClusterRole", "gone", {kJane}),
                      Bind("shop", "c", "Elsewhere", "gone", {kJane})};
  EXPECT_FALSE(May(kJane, "shop"));
  EXPECT_EQ(Authorizer(objects).RoleOf(objects.bindings[0]), nullptr);
}

TEST(SubjectOfUser, KnowsServiceAccounts) {
  EXPECT_EQ(SubjectOfUser("system:serviceaccount:shop:web"), kWeb);
  for (const char* user : {"jane", "system:serviceaccount:", "system:serviceaccount:shop",
                           "system:serviceaccount::web", "system:serviceaccount:shop:"}) {
    EXPECT_EQ(SubjectOfUser(user), (model::RbacSubject{Kind::kUser, "", user}));
  }
}

}  // namespace
}  // namespace narrows::findings::rights
