// Whose objects are whose: what others made, what damaged records mean, taking everything off.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "response/quarantine/quarantine_world_testing.h"

namespace narrows::response::quarantine {
namespace {

using model::Verdict;
using testing::HasSubstr;
using testing::IsEmpty;

const model::WorkloadRef kWeb = World::Ref("web");
const model::WorkloadRef kApi = World::Ref("api");

TEST(Foreign, PodsWithoutOurAnnotationAreNotReleasedAndKeepTheNetworkPolicy) {
  World world = OneViolated();
  world.AddPod(kApi, "api-2",
               R"({"goharbor.io/controller":"CNSI","goharbor.io/inspection":"risk"})");
  (void)world.Run();
  world.Judge("p", kWeb, Verdict::kPassed);
  (void)world.Run();
  EXPECT_TRUE(world.IsQuarantined("api-2"));
  EXPECT_FALSE(world.IsQuarantined("web-1"));
  EXPECT_NE(world.DenyAll(), nullptr);
  EXPECT_THAT(world.Plan().operations, IsEmpty());
}

TEST(Foreign, TheAncestorsNetworkPolicyIsUsedAndNotRemoved) {
  World world = OneViolated();
  world.cluster.Add("networkpolicies/shop/cnsi-networkpolicy--shop",
                    R"({"metadata":{"name":"cnsi-networkpolicy--shop","namespace":"shop",
    "annotations":{"goharbor.io/role":"deny-all","goharbor.io/vendor":"CNSI"}},
    "spec":{"podSelector":{"matchLabels":{"goharbor.io/controller":"CNSI",
    "goharbor.io/inspection":"risk"}},"policyTypes":["Ingress","Egress"]}})");
  (void)world.Run();
  EXPECT_TRUE(world.IsQuarantined("web-1"));
  EXPECT_EQ(world.outcome.errors.size(), 0u);
  world.Judge("p", kWeb, Verdict::kPassed);
  (void)world.Run();
  ASSERT_NE(world.DenyAll(), nullptr);
  EXPECT_FALSE(world.DenyAll()
                   ->at("metadata")
                   .at("annotations")
                   .as_object()
                   .contains("narrows.goharbor.io/quarantined"));
  EXPECT_THAT(world.Plan().operations, IsEmpty());
}

TEST(Foreign, ANetworkPolicyOfThatNameIsLeftAloneAndNothingIsHalfDone) {
  World world = OneViolated();
  world.cluster.Add("networkpolicies/shop/cnsi-networkpolicy--shop",
                    R"({"metadata":{"name":"cnsi-networkpolicy--shop","namespace":"shop"},
    "spec":{"podSelector":{}}})");
  const ActionPlan plan = world.Run();
  EXPECT_EQ(world.Quarantined(), 0u);
  EXPECT_THAT(DecisionOn(plan, "shop/Deployment/web")->record.error,
              HasSubstr("is not the quarantine's"));
  EXPECT_THAT(plan.operations, IsEmpty());
}

TEST(Foreign, RulesAddedToOurNetworkPolicyAreTakenOutAgain) {
  World world = OneViolated();
  (void)world.Run();
  world.cluster.objects["networkpolicies/shop/cnsi-networkpolicy--shop"]
      .at("spec")
      .as_object()["ingress"] = boost::json::parse("[{}]");
  const ActionPlan plan = world.Run();
  EXPECT_FALSE(DecisionOn(plan, "shop/Deployment/web")->record.effectiveness.effective);
  EXPECT_FALSE(world.DenyAll()->at("spec").as_object().contains("ingress"));
  EXPECT_THAT(world.Plan().operations, IsEmpty());
}

TEST(Records, ADamagedAnnotationIsReleasedOrWrittenAnew) {
  World world = OneViolated();
  (void)world.Run();
  world.cluster.objects["pods/shop/web-1"]
      .at("metadata")
      .at("annotations")
      .as_object()["narrows.goharbor.io/quarantine"] = "{{{";
  (void)world.Run();
  EXPECT_THAT(world.AnnotationOf("web-1", "narrows.goharbor.io/quarantine"),
              HasSubstr("shop/Deployment/web"));
}

TEST(Records, WhatTheNetworkPolicyLostIsTakenFromThePods) {
  World world = OneViolated();
  world.AddPolicy("q");
  world.Judge("q", kWeb, Verdict::kViolated);
  (void)world.Run();
  world.assessments.clear();
  auto& annotations = world.cluster.objects["networkpolicies/shop/cnsi-networkpolicy--shop"]
                          .at("metadata")
                          .at("annotations")
                          .as_object();
  QuarantineRecord record =
      ParseRecords(std::string(annotations["narrows.goharbor.io/quarantined"].as_string()))[0];
  record.claims.pop_back();  // q's
  annotations["narrows.goharbor.io/quarantined"] = FormatRecords({record});
  (void)world.Run();
  EXPECT_FALSE(HoldsNothing(world.Observe(), "q"));
  world.cluster.objects.erase("networkpolicies/shop/cnsi-networkpolicy--shop");
  (void)world.Run();
  EXPECT_FALSE(HoldsNothing(world.Observe(), "p"));
  EXPECT_FALSE(HoldsNothing(world.Observe(), "q"));
  EXPECT_NE(world.DenyAll(), nullptr);
}

TEST(HoldsNothing, OnlyOnceTheAllowListIsGoneToo) {
  World world = OneViolated();
  world.ActionOf("p").allow.dns = true;
  (void)world.Run();
  world.Find("p").meta.deleting = true;
  world.cluster.refuse = [](const std::string& call) -> Status {
    if (call.starts_with("delete networkpolicies/shop/narrows-allow")) return Unavailable("busy");
    return Ok();
  };
  (void)world.Run();
  EXPECT_EQ(world.DenyAll(), nullptr);
  EXPECT_FALSE(HoldsNothing(world.Observe(), "p"));
  world.cluster.refuse = [](const std::string&) { return Ok(); };
  (void)world.Run();
  EXPECT_TRUE(HoldsNothing(world.Observe(), "p"));
}

TEST(Records, IdleWorkloadKeepsItsQuarantine) {
  World world = OneViolated();
  (void)world.Run();
  world.RemovePod("web-1");
  world.RemovePod("web-2");
  world.idle = {kWeb};
  EXPECT_THAT(world.Plan().operations, IsEmpty());
  EXPECT_TRUE(ObserveQuarantines(world.Observe()).contains("shop/Deployment/web"));
  world.idle.clear();
  (void)world.Run();
  EXPECT_EQ(world.DenyAll(), nullptr);
}

TEST(Records, NetworkPoliciesOfEmptiedNamespacesGo) {
  World world = OneViolated();
  (void)world.Run();
  for (const char* pod : {"web-1", "web-2", "api-1"}) world.RemovePod(pod);
  (void)world.Run();
  EXPECT_EQ(world.DenyAll(), nullptr);
}

TEST(Records, OnTheAncestorsNetworkPolicyGoWithTheLastPod) {
  World world = OneViolated();
  (void)world.Run();
  auto& deny = world.cluster.objects.at("networkpolicies/shop/cnsi-networkpolicy--shop");
  deny.at("metadata").at("annotations").as_object().erase("narrows.goharbor.io/managed-by");
  for (const char* pod : {"web-1", "web-2", "api-1"}) world.RemovePod(pod);
  (void)world.Run();
  ASSERT_NE(world.DenyAll(), nullptr);
  EXPECT_FALSE(world.DenyAll()
                   ->at("metadata")
                   .at("annotations")
                   .as_object()
                   .contains("narrows.goharbor.io/quarantined"));
  EXPECT_THAT(world.Plan().operations, IsEmpty());
}

TEST(ReleaseOfAll, TakesEverythingOffWhateverThePoliciesSay) {
  World world = OneViolated();
  world.ActionOf("p").allow.dns = true;
  (void)world.Run();
  const ActionPlan plan = PlanReleaseOfAll(world.Observe(), world.now);
  (void)MakeQuarantineAction(world.cluster)->Apply(plan, {});
  EXPECT_EQ(world.Quarantined(), 0u);
  EXPECT_EQ(world.DenyAll(), nullptr);
  EXPECT_EQ(world.NetworkPolicy("narrows-allow--p"), nullptr);
}

TEST(Revert, ReleasesWhatOnePolicyAskedFor) {
  World world = OneViolated();
  world.AddPolicy("q");
  world.Judge("q", kApi, Verdict::kViolated);
  world.ActionOf("q").max_percent = 100;
  (void)world.Run();
  const auto action = MakeQuarantineAction(world.cluster);
  (void)action->Apply(action->Revert(world.Observe(), "p", world.now), {});
  EXPECT_FALSE(world.IsQuarantined("web-1"));
  EXPECT_TRUE(world.IsQuarantined("api-1"));
}

TEST(Refusal, OfPodsNamesThePermissionAndLeavesNoNetworkPolicy) {
  World world = OneViolated();
  world.cluster.refuse = [](const std::string& call) -> Status {
    if (call.starts_with("patch pods")) return PermissionDenied("pods is forbidden: no patch");
    return Ok();
  };
  (void)world.Run();
  EXPECT_EQ(world.Quarantined(), 0u);
  EXPECT_EQ(world.DenyAll(), nullptr);
  ASSERT_EQ(world.outcome.records.size(), 1u);
  EXPECT_THAT(world.outcome.records[0].error, HasSubstr("pods is forbidden"));
}

TEST(Refusal, OfOnePodHoldsUpNoOther) {
  World world = OneViolated();
  world.ActionOf("p").max_percent = 100;
  world.Judge("p", kApi, Verdict::kViolated);
  world.cluster.refuse = [](const std::string& call) -> Status {
    if (call == "patch pods/shop/api-1") return InvalidArgument("annotations: too long");
    return Ok();
  };
  (void)world.Run();
  EXPECT_TRUE(world.IsQuarantined("web-1"));
  EXPECT_TRUE(world.IsQuarantined("web-2"));
  ASSERT_EQ(world.outcome.records.size(), 2u);
  EXPECT_THAT(world.outcome.records[0].error, HasSubstr("too long"));
  EXPECT_EQ(world.outcome.records[1].error, "");

  world.cluster.refuse = [](const std::string& call) -> Status {
    if (call == "patch pods/shop/web-1") return InvalidArgument("no such label");
    return Ok();
  };
  world.Find("p").enabled = false;
  (void)world.Run();
  EXPECT_TRUE(world.IsQuarantined("web-1"));
  EXPECT_FALSE(world.IsQuarantined("web-2"));
  EXPECT_NE(world.DenyAll(), nullptr);  // it still has a pod
  world.cluster.refuse = [](const std::string&) { return Ok(); };
  (void)world.Run();
  EXPECT_FALSE(world.IsQuarantined("web-1"));
  EXPECT_EQ(world.DenyAll(), nullptr);
}

}  // namespace
}  // namespace narrows::response::quarantine
