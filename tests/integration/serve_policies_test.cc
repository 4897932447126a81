// What policies may say beside their baselines, on a real API server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "base/clock.h"
#include "base/subprocess.h"
#include "serve_fixture.h"

namespace narrows::lab {
namespace {

using ::testing::HasSubstr;

class PolicyTest : public ServeTest {
 protected:
  // Exceptions, until `expires`, of all that violates the policy now.
  std::string ExceptionsOfAll(const std::string& policy, TimePoint expires) {
    const auto assessed =
        RunCommand({.argv = {NARROWS_BINARY, "assess", "--kubeconfig=" + lab().kubeconfig(),
                             "--db=" + Database().string(), "--plain-http=" + registry_,
                             "--namespace=" + name_space(), "--output=json"}},
                   CallContext::WithTimeout(std::chrono::minutes(10)));
    EXPECT_TRUE(assessed.has_value()) << assessed.error().message;
    if (!assessed.has_value()) return "[]";
    EXPECT_EQ(assessed->exit_code, 2) << assessed->errors;
    std::map<std::string, int> ids;
    const json::value report = json::parse(assessed->output);
    for (const json::value& assessment : report.at("assessments").as_array()) {
      if (assessment.at("policy") != json::value(policy)) continue;
      for (const json::value& container : assessment.at("containers").as_array()) {
        for (const json::value& violation : container.at("violations").as_array()) {
          const json::value& finding = violation.at("finding");
          ++ids[std::string(finding.at("vulnerability").at("id").as_string())];
        }
      }
    }
    EXPECT_FALSE(ids.empty());
    json::array exceptions;
    for (const auto& [id, count] : ids) {
      exceptions.push_back(
          {{"id", id}, {"reason", "accepted for a moment"}, {"expires", FormatRfc3339(expires)}});
    }
    return json::serialize(exceptions);
  }

  std::string Token(const std::string& account) {
    std::string token = Kubectl({"create", "token", account, "--namespace=" + name_space()});
    while (!token.empty() && token.back() == '\n') token.pop_back();
    return token;
  }
};

TEST_F(PolicyTest, SuspendFreezesWhatIsIsolatedAndWhatIsNot) {
  MakePod("old-1", "old", kViolated);
  ApplyPolicy("p");
  ASSERT_TRUE(serve_->Start().has_value());
  ASSERT_TRUE(Eventually([&] { return Quarantined("old-1"); }));
  Kubectl({"patch", "inspectionpolicy", "p", "--type=merge", "-p",
           R"({"spec":{"strategy":{"suspend":true}}})"});
  ASSERT_TRUE(Eventually([&] { return ConditionReason("p", "Ready").starts_with("Suspended"); }))
      << ConditionReason("p", "Ready");

  MakePod("other-1", "other", kViolated);
  DeletePod("old-1");
  MakePod("old-2", "old", kClean);
  // It is judged all the same, and this is what acting goes by.
  ASSERT_TRUE(Eventually([&] { return Count("p", "violated") == 1 && Count("p", "passed") == 1; }));
  EXPECT_TRUE(Eventually([&] { return Quarantined("old-2"); })) << "a pod of what is isolated";
  EXPECT_TRUE(DenyPolicyExists());
  EXPECT_FALSE(Quarantined("other-1"));
  EXPECT_EQ(Count("p", "quarantined"), 1);

  Kubectl({"patch", "inspectionpolicy", "p", "--type=merge", "-p",
           R"({"spec":{"strategy":{"suspend":false}}})"});
  EXPECT_TRUE(Eventually([&] { return !Quarantined("old-2") && Quarantined("other-1"); }));
}

TEST_F(PolicyTest, UnknownIsolatesWhereThePolicySaysSo) {
  MakePod("static-1", "static", kNoDatabase);
  ApplyPolicy("p", "", R"(,"onUnknown":"fail")");
  ASSERT_TRUE(serve_->Start().has_value());
  EXPECT_TRUE(Eventually([&] { return Quarantined("static-1") && Count("p", "unknown") == 1; }));
  EXPECT_THAT(Narrows({"quarantine", "list"}), HasSubstr("unknown: "));
}

TEST_F(PolicyTest, WhatAnExceptionHeldBackIsIsolatedOnceItExpires) {
  MakePod("old-1", "old", kViolated);
  ApplyPolicy("p");
  const std::string exceptions =
      ExceptionsOfAll("p", std::chrono::floor<std::chrono::seconds>(SystemClock().Now()) +
                               std::chrono::seconds(60));
  ApplyPolicy("p", "", R"(,"exceptions":)" + exceptions);
  ASSERT_TRUE(serve_->Start().has_value());
  ASSERT_TRUE(Eventually([&] { return Count("p", "passed") == 1; }));
  EXPECT_FALSE(Quarantined("old-1"));
  const auto isolated = [&] { return Quarantined("old-1") && Count("p", "violated") == 1; };
  EXPECT_TRUE(Eventually(isolated) || Eventually(isolated));
}

TEST_F(PolicyTest, AScheduleJudgesAnewEachTimeItComes) {
  ApplyPolicy("p", "", "", "*/2 * * * * *");  // with seconds
  MakePod("clean-1", "clean", kClean);
  ASSERT_TRUE(serve_->Start().has_value());
  ASSERT_TRUE(Eventually([&] { return Count("p", "passed") == 1; }));
  std::string last;
  for (int times = 0; times < 3; ++times) {
    EXPECT_TRUE(Eventually([&] {
      const std::string now = JsonString(StatusOf("p"), "lastAssessed");
      if (now == last || now.empty()) return false;
      last = now;
      return true;
    })) << last;
  }
}

TEST_F(PolicyTest, AnAllowListIsANetworkPolicyOfItsOwn) {
  MakePod("old-1", "old", kViolated);
  ApplyPolicy("p", R"(,"allow":{"dns":true,"peers":[{"ipBlock":{"cidr":"10.1.0.0/16",)"
                   R"("except":["10.1.2.0/24"]}},{"podSelector":{"matchLabels":{"app":"log"}}}]})");
  ASSERT_TRUE(serve_->Start().has_value());
  ASSERT_TRUE(Eventually([&] { return Quarantined("old-1"); }));
  EXPECT_EQ(LabelOf("old-1", "narrows.goharbor.io/allow"), "p");
  const json::object allow = Get(kubernetes::kNetworkPolicies, "narrows-allow--p", name_space());
  ASSERT_FALSE(allow.empty());
  const json::array peers = json::parse(R"([
      {"ipBlock":{"cidr":"10.1.0.0/16","except":["10.1.2.0/24"]}},
      {"podSelector":{"matchLabels":{"app":"log"}}}])")
                                .as_array();
  const json::value& spec = allow.at("spec");
  EXPECT_EQ(spec.at("podSelector").at("matchLabels").at("narrows.goharbor.io/allow"), "p");
  EXPECT_EQ(spec.at("ingress").as_array().size(), 1u);
  EXPECT_EQ(spec.at("ingress").at(0).at("from"), peers);
  ASSERT_EQ(spec.at("egress").as_array().size(), 2u);
  EXPECT_EQ(spec.at("egress").at(0).at("ports").as_array().size(), 2u);  // DNS over UDP and TCP
  EXPECT_EQ(spec.at("egress").at(1).at("to"), peers);
  // The ancestor's stays without rules.
  const json::object deny =
      Get(kubernetes::kNetworkPolicies, "cnsi-networkpolicy--" + name_space(), name_space());
  EXPECT_FALSE(deny.at("spec").as_object().contains("egress"));
  EXPECT_THAT(Narrows({"quarantine", "list"}), HasSubstr("yes"));

  ApplyPolicy("p", R"(,"allow":{"dns":false})");
  EXPECT_TRUE(Eventually([&] {
    return LabelOf("old-1", "narrows.goharbor.io/allow").empty() &&
           Get(kubernetes::kNetworkPolicies, "narrows-allow--p", name_space()).empty();
  }));
  EXPECT_TRUE(Quarantined("old-1"));
}

TEST_F(PolicyTest, AWorkloadWithoutPodsIsListedAndCanBeReleased) {
  MakePod("old-1", "old", kViolated);
  ApplyPolicy("p");
  ASSERT_TRUE(serve_->Start().has_value());
  ASSERT_TRUE(Eventually([&] { return Quarantined("old-1"); }));
  DeletePod("old-1");
  const std::string workload = name_space() + "/ReplicaSet/old";
  EXPECT_THAT(Narrows({"quarantine", "list"}), HasSubstr(workload));
  Narrows({"quarantine", "release", workload, "--reason", "looked at"});
  EXPECT_TRUE(Eventually([&] { return !DenyPolicyExists(); }));
  EXPECT_EQ(Narrows({"quarantine", "list"}), "Nothing is isolated.\n");
  MakePod("old-2", "old", kViolated);
  EXPECT_TRUE(Eventually([&] { return Count("p", "violated") == 1; }));
  EXPECT_FALSE(Quarantined("old-2"));
}

TEST_F(PolicyTest, MetricsOffLoopbackAskForATokenWithTheRight) {
  serve_ = MakeServe(Database(), "0.0.0.0");
  for (const char* account : {"reader", "other"}) {
    MustCreate(kubernetes::kServiceAccounts,
               std::string(R"({"metadata":{"name":")") + account + "\"}}", name_space());
  }
  const std::string role = "metrics-" + name_space();
  Kubectl({"create", "clusterrole", role, "--verb=get", "--non-resource-url=/metrics"});
  Kubectl({"create", "clusterrolebinding", role, "--clusterrole=" + role,
           "--serviceaccount=" + name_space() + ":reader"});
  ASSERT_TRUE(serve_->Start().has_value());
  ASSERT_TRUE(Eventually([&] { return serve_->Get("/healthz") == "ok\n"; }));
  EXPECT_EQ(serve_->GetMetrics(""), 401);
  EXPECT_EQ(serve_->GetMetrics("no-token-at-all"), 401);
  EXPECT_EQ(serve_->GetMetrics(Token("other")), 403);
  const std::string token = Token("reader");
  // The authoriser learns of a role by a watch of its own.
  EXPECT_TRUE(Eventually([&] { return serve_->GetMetrics(token) == 200; }));
  EXPECT_EQ(serve_->Get("/metrics"), "not found\n") << "the probes' listener has none";
  Kubectl({"delete", "clusterrolebinding,clusterrole", role});
}

}  // namespace
}  // namespace narrows::lab
