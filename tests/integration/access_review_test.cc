// The RBAC authorizer of findings/rights beside the API server's own: generated roles and bindings,
// generated questions, each asked as a SubjectAccessReview too. A seeded twentieth, or all 10,000
// with NARROWS_ORACLES=whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstdlib>
#include <random>

#include "findings/rights/authorizer.h"
#include "inventory/cluster/rbac_listing.h"
#include "kubernetes/resource_types.h"
#include "lab_fixture.h"

namespace narrows::lab {
namespace {

namespace json = boost::json;
using findings::rights::AccessRequest;
using findings::rights::Authorizer;
using findings::rights::Identity;
using findings::rights::IdentityOf;
using Kind = model::RbacSubject::Kind;
using Words = std::vector<std::string>;

constexpr size_t kQuestions = 10'000;
constexpr unsigned kSeed = 20'240'611;

const Words kVerbs = {"get", "list", "watch", "create", "update", "patch", "delete", "bind", "*"};
const Words kGroups = {"", "apps", "batch", "example.com", "*"};
const Words kResources = {
    "pods",    "pods/exec",     "pods/log", "secrets", "deployments", "deployments/scale",
    "widgets", "widgets/scale", "*/scale",  "*/exec",  "pods/*",      "*"};
const Words kNames = {"a", "b", "c", "*", ""};
const Words kUrls = {"/x", "/x/*", "/x/y", "/x/y*", "/z/**", "/a/*/b", "*"};
const Words kPaths = {"/x", "/x/", "/x/y", "/x/yz", "/x/q/r", "/z", "/z/q", "/a/*/b", "/a/c/b"};
const Words kSpaces = {"rights-0", "rights-1", "rights-2"};

class AccessReview : public LabTest {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (IsSkipped()) return;
    for (const std::string& space : kSpaces) {
      MustCreate(kubernetes::kNamespaces, R"({"metadata":{"name":")" + space + R"("}})");
    }
  }

  size_t Below(size_t limit) {
    return std::uniform_int_distribution<size_t>(0, limit - 1)(random_);
  }
  bool Sometimes(size_t one_in) { return Below(one_in) == 0; }
  template <typename T>
  const T& Any(const std::vector<T>& of) {
    return of[Below(of.size())];
  }
  json::array Some(const Words& of, size_t most) {
    json::array some;
    for (size_t i = Below(most) + 1; i > 0; --i) some.push_back(json::value(Any(of)));
    return some;
  }

  json::object AnyRule(bool cluster_role) {
    if (cluster_role && Sometimes(4)) {
      return {{"verbs", Some({"get", "post", "*"}, 2)}, {"nonResourceURLs", Some(kUrls, 2)}};
    }
    json::object rule{{"verbs", Some(kVerbs, 3)},
                      {"apiGroups", Some(kGroups, 2)},
                      {"resources", Some(kResources, 3)}};
    if (Sometimes(3)) rule["resourceNames"] = Some(kNames, 2);
    return rule;
  }

  model::RbacSubject AnySubject() {
    const std::string number = std::to_string(Below(4));
    switch (Below(6)) {
      case 0:
        return {Kind::kUser, "", "user-" + number};
      case 1:
        return {Kind::kUser, "", "system:serviceaccount:" + Any(kSpaces) + ":robot-" + number};
      case 2:
        return {Kind::kGroup, "", "group-" + number};
      case 3:
        return {Kind::kGroup, "",
                Any(Words{"system:serviceaccounts:" + Any(kSpaces), "system:unauthenticated"})};
      default:
        return {Kind::kServiceAccount, Any(kSpaces), "robot-" + number};
    }
  }

  void MakeRole(const std::string& space, const std::string& name, json::array rules) {
    MustCreate(
        space.empty() ? kubernetes::kClusterRoles : kubernetes::kRoles,
        json::serialize(json::object{{"metadata", {{"name", name}}}, {"rules", std::move(rules)}}),
        space);
  }
  void MakeBinding(const std::string& space, const std::string& name, const std::string& kind,
                   const std::string& role, const model::RbacSubject& subject) {
    json::object who{{"name", subject.name}};
    who["kind"] = subject.kind == Kind::kUser    ? "User"
                  : subject.kind == Kind::kGroup ? "Group"
                                                 : "ServiceAccount";
    if (subject.kind == Kind::kServiceAccount) {
      who["namespace"] = subject.name_space;
    } else {
      who["apiGroup"] = "rbac.authorization.k8s.io";
    }
    MustCreate(space.empty() ? kubernetes::kClusterRoleBindings : kubernetes::kRoleBindings,
               json::serialize(json::object{
                   {"metadata", {{"name", name}}},
                   {"roleRef",
                    {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", kind}, {"name", role}}},
                   {"subjects", json::array{std::move(who)}}}),
               space);
  }

  void MakeCluster() {
    for (int i = 0; i < 40; ++i) {
      const std::string space = i < 20 ? "" : Any(kSpaces);
      json::array rules;
      for (size_t count = Below(3) + 1; count > 0; --count) rules.push_back(AnyRule(space.empty()));
      MakeRole(space, "role-" + std::to_string(i), std::move(rules));
    }
    for (int i = 0; i < 70; ++i) {
      const std::string space = i < 15 ? "" : Any(kSpaces);
      const bool cluster_role = space.empty() || Sometimes(2);
      // Some name a role that is in another namespace, or not there.
      const std::string role = "role-" + std::to_string(cluster_role ? Below(22) : 20 + Below(22));
      MakeBinding(space, "binding-" + std::to_string(i), cluster_role ? "ClusterRole" : "Role",
                  role, AnySubject());
    }
  }

  // The authorizer follows what is written by watches, one for each of four kinds.
  void WaitUntilSeen() {
    const json::array rules{json::object{{"verbs", json::array{"get"}},
                                         {"apiGroups", json::array{"last"}},
                                         {"resources", json::array{"last"}}}};
    MakeRole("", "last", rules);
    MakeRole(kSpaces[0], "last", rules);
    const model::RbacSubject everywhere{Kind::kUser, "", "last-everywhere"};
    const model::RbacSubject here{Kind::kUser, "", "last-here"};
    MakeBinding("", "last", "ClusterRole", "last", everywhere);
    MakeBinding(kSpaces[0], "last", "Role", "last", here);
    const AccessRequest request{"get", "last", "last", "", kSpaces[0], "", ""};
    ASSERT_TRUE(Eventually([&] {
      return Review(IdentityOf(everywhere), request) && Review(IdentityOf(here), request);
    }));
  }

  bool Review(const Identity& identity, const AccessRequest& request) {
    json::object spec{{"user", identity.user}};
    spec["groups"] = json::array(identity.groups.begin(), identity.groups.end());
    if (request.path.empty()) {
      spec["resourceAttributes"] = {{"verb", request.verb},
                                    {"group", request.group},
                                    {"resource", request.resource},
                                    {"subresource", request.subresource},
                                    {"namespace", request.name_space},
                                    {"name", request.name}};
    } else {
      spec["nonResourceAttributes"] = {{"verb", request.verb}, {"path", request.path}};
    }
    const auto answer =
        client().Create(kubernetes::kSubjectAccessReviews, "",
                        json::serialize(json::object{{"spec", std::move(spec)}}), Soon());
    EXPECT_TRUE(answer.has_value()) << answer.error().message;
    return answer.has_value() && json::parse(*answer).at("status").at("allowed").as_bool();
  }

  // What `word` of a rule stands for, or anything of the kind.
  std::string Instance(const Words& of, const Words& otherwise) {
    const std::string word = of.empty() || Sometimes(10) ? Any(otherwise) : Any(of);
    return word == "*" && !Sometimes(5) ? Any(otherwise) : word;
  }

  void SetResource(const std::string& combined, AccessRequest* request) {
    const size_t slash = combined.find('/');
    request->resource = combined.substr(0, slash);
    if (slash != std::string::npos) request->subresource = combined.substr(slash + 1);
    if (request->resource == "*" && !Sometimes(5)) request->resource = "pods";
  }

  // A question near the edge of what a binding gives, by somebody near its subject.
  std::pair<Identity, AccessRequest> AnyQuestion(const model::RbacObjects& objects,
                                                 const Authorizer& authorizer) {
    const model::RoleBinding& binding = Any(objects.bindings);
    const model::Role* role = authorizer.RoleOf(binding);
    model::PolicyRule rule;
    if (role != nullptr && !role->rules.empty()) rule = Any(role->rules);
    AccessRequest request;
    request.verb = Instance(rule.verbs, kVerbs);
    if (!rule.non_resource_urls.empty() || Sometimes(20)) {
      request.path = Instance(rule.non_resource_urls, kPaths);
      if (request.path[0] != '/' || Sometimes(3)) request.path = Any(kPaths);
    } else {
      request.group = Instance(rule.api_groups, kGroups);
      SetResource(Instance(rule.resources, kResources), &request);
      if (Sometimes(2)) request.name = Instance(rule.resource_names, kNames);
      request.name_space = Sometimes(5) ? Any(kSpaces) : binding.name_space;
      if (request.name_space.empty() && Sometimes(2)) request.name_space = Any(kSpaces);
    }
    Identity identity =
        IdentityOf(binding.subjects.empty() || Sometimes(5) ? AnySubject() : Any(binding.subjects));
    if (Sometimes(5)) identity.groups.push_back("group-" + std::to_string(Below(4)));
    if (Sometimes(50)) identity.groups.emplace_back("system:masters");
    return {std::move(identity), std::move(request)};
  }

  std::mt19937 random_{kSeed};
};

TEST_F(AccessReview, EveryAnswerIsTheApiServers) {
  MakeCluster();
  WaitUntilSeen();
  auto objects = inventory::cluster::ListRbacObjects(client(), Soon());
  ASSERT_TRUE(objects.has_value()) << objects.error().message;
  std::erase_if(objects->bindings, [](const model::RoleBinding& binding) {
    // The node authorizer answers for nodes, and comes before RBAC.
    return binding.role_name == "system:node";
  });
  const Authorizer authorizer(*objects);
  const char* extent = std::getenv("NARROWS_ORACLES");
  const bool whole = extent != nullptr && std::string_view(extent) == "whole";
  const size_t questions = whole ? kQuestions : kQuestions / 20;
  size_t allowed = 0;
  size_t wrong = 0;
  for (size_t i = 0; i < questions && wrong < 10; ++i) {
    const auto [identity, request] = AnyQuestion(*objects, authorizer);
    const bool ours = authorizer.Authorize(identity, request).has_value();
    const bool theirs = Review(identity, request);
    allowed += theirs ? 1 : 0;
    wrong += ours == theirs ? 0 : 1;
    EXPECT_EQ(ours, theirs) << "may user \"" << identity.user << "\" of "
                            << ::testing::PrintToString(identity.groups) << " "
                            << request.ToString() << "? The API server: " << theirs;
  }
  std::printf("%zu questions, %zu allowed\n", questions, allowed);
  EXPECT_GT(allowed, questions / 10);
  EXPECT_LT(allowed, questions * 9 / 10);
}

}  // namespace
}  // namespace narrows::lab

int main(int argc, char** argv) {
  ::testing::InitGoogleMock(&argc, argv);
  narrows::lab::UseLab(narrows::lab::Lab::Extent::kControlPlane);
  return RUN_ALL_TESTS();
}
