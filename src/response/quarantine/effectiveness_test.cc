#include "response/quarantine/effectiveness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "response/quarantine/manifests.h"
#include "response/quarantine/quarantine_world_testing.h"

namespace narrows::response::quarantine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const model::NetworkRule kAnybody;
const model::NetworkRule kSomebody = {{{model::LabelSelector{{{"role", "x"}}, {}}, {}, "", {}}},
                                      true};
const model::LabelSelector kShop = {{{"app", "shop"}}, {}};

struct Case {
  const char* name;
  model::LabelSelector selector;
  bool governs_ingress;
  bool governs_egress;
  std::vector<model::NetworkRule> ingress;
  std::vector<model::NetworkRule> egress;
  const char* defeat;  // a part of the explanation; "" where it does not defeat
};
class Effectiveness : public testing::TestWithParam<Case> {};

TEST_P(Effectiveness, ByTheSemanticsOfTheApi) {
  model::NetworkPolicy policy;
  policy.name_space = "shop";
  policy.name = "np";
  policy.pod_selector = GetParam().selector;
  policy.governs_ingress = GetParam().governs_ingress;
  policy.governs_egress = GetParam().governs_egress;
  policy.ingress = GetParam().ingress;
  policy.egress = GetParam().egress;
  const std::vector<model::NetworkPolicy> policies = {policy};
  const auto result = EvaluateIsolation({{"app", "shop"}}, false, "shop", policies);
  EXPECT_EQ(result.effective, *GetParam().defeat == 0);
  EXPECT_THAT(result.explanation, HasSubstr(GetParam().defeat));
  EXPECT_EQ(result.defeated_by.empty(), result.effective);
  EXPECT_TRUE(EvaluateIsolation({{"app", "shop"}}, false, "other", policies).effective);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Effectiveness,
    testing::Values(
        Case{"AllowsIngressFromAnybody", kShop, true, false, {kAnybody}, {}, "allows ingress"},
        Case{"AllowsIngressFromSome", kShop, true, false, {kSomebody}, {}, "allows ingress"},
        Case{"AllowsEgress", kShop, false, true, {}, {kAnybody}, "allows egress"},
        Case{"AllowsBoth",
             kShop,
             true,
             true,
             {kAnybody},
             {kSomebody},
             "NetworkPolicy np allows ingress and egress for pods matching app=shop"},
        Case{"EmptySelectorIsEveryPod",
             {},
             true,
             false,
             {kAnybody},
             {},
             "ingress for pods matching everything"},
        Case{"DeniesAll", kShop, true, true, {}, {}, ""},
        Case{"SelectsOthers", {{{"app", "blog"}}, {}}, true, true, {kAnybody}, {kAnybody}, ""},
        Case{"RulesOfADirectionItDoesNotGovern", kShop, true, false, {}, {kAnybody}, ""},
        Case{"IngressRulesOfAnEgressPolicy", kShop, false, true, {kAnybody}, {}, ""},
        Case{"NotInSelectsThePod",
             {{}, {{"tier", model::LabelRequirement::Operator::kNotIn, {"db"}}}},
             true,
             false,
             {kAnybody},
             {},
             "allows ingress"}),
    [](const auto& test) { return test.param.name; });

TEST(Isolation, OfAPodInTheNodesNetworkIsNeverEffective) {
  EXPECT_FALSE(EvaluateIsolation({}, true, "shop", {}).effective);
}

TEST(Isolation, OurAllowListIsNoDefeatButWhatPretendsToBeOneIs) {
  kubernetes::ObjectReader reader;
  assessment::AllowList allow;
  allow.dns = true;
  auto policy = *reader.ReadNetworkPolicy(AllowPolicyBody("shop", "p", allow));
  const model::Labels labels = {{"goharbor.io/controller", "CNSI"},
                                {"goharbor.io/inspection", "risk"},
                                {"narrows.goharbor.io/allow", "p"}};
  EXPECT_TRUE(EvaluateIsolation(labels, false, "shop", std::span(&policy, 1)).effective);
  EXPECT_TRUE(IsAllowPolicyOf(policy, "p", allow));
  policy.pod_selector = {};
  EXPECT_FALSE(EvaluateIsolation(labels, false, "shop", std::span(&policy, 1)).effective);
}

TEST(Isolation, DefeatIsInThePlanAndInTheRecord) {
  World world;
  world.AddPolicy("p");
  world.AddPod(World::Ref("web"), "web-1");
  world.Judge("p", World::Ref("web"), model::Verdict::kViolated);
  world.cluster.Add("networkpolicies/shop/allow-web",
                    R"({"metadata":{"name":"allow-web","namespace":"shop"},"spec":{
      "podSelector":{"matchLabels":{"app":"shop"}},"policyTypes":["Ingress"],"ingress":[{}]}})");
  (void)world.Run();
  ASSERT_EQ(world.outcome.records.size(), 1u);
  EXPECT_FALSE(world.outcome.records[0].effectiveness.effective);
  EXPECT_THAT(world.outcome.records[0].effectiveness.defeated_by, ElementsAre("allow-web"));
  // Detaching takes off the label by which it selects the pod.
  world.ActionOf("p").isolation = model::Isolation::kDetach;
  (void)world.Run();
  EXPECT_TRUE(world.outcome.records[0].effectiveness.effective);
  EXPECT_EQ(world.LabelOf("web-1", "app"), "");
}

TEST(Isolation, DetachingDoesNotHelpAgainstAPolicyForAllPods) {
  World world;
  world.AddPolicy("p").actions[0].isolation = model::Isolation::kDetach;
  world.AddPod(World::Ref("web"), "web-1");
  world.Judge("p", World::Ref("web"), model::Verdict::kViolated);
  world.cluster.Add("networkpolicies/shop/allow-all",
                    R"({"metadata":{"name":"allow-all","namespace":"shop"},"spec":{
      "podSelector":{},"policyTypes":["Egress"],"egress":[{}]}})");
  (void)world.Run();
  EXPECT_FALSE(world.outcome.records[0].effectiveness.effective);
}

}  // namespace
}  // namespace narrows::response::quarantine
