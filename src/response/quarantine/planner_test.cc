#include "response/quarantine/planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "assessment/status.h"
#include "response/quarantine/quarantine_world_testing.h"

namespace narrows::response::quarantine {
namespace {

using model::Verdict;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const model::WorkloadRef kWeb = World::Ref("web");
const model::WorkloadRef kApi = World::Ref("api");

TEST(Quarantine, IsolatesTheViolatedWorkloadAsTheAncestorDid) {
  World world = OneViolated();
  const ActionPlan plan = world.Run();
  EXPECT_TRUE(world.IsQuarantined("web-1"));
  EXPECT_TRUE(world.IsQuarantined("web-2"));
  EXPECT_FALSE(world.IsQuarantined("api-1"));
  ASSERT_NE(world.DenyAll(), nullptr);
  const auto& policy = *world.DenyAll();
  const auto& annotations = policy.at("metadata").at("annotations");
  EXPECT_EQ(annotations.at("goharbor.io/role").as_string(), "deny-all");
  EXPECT_EQ(annotations.at("goharbor.io/vendor").as_string(), "CNSI");
  EXPECT_EQ(boost::json::serialize(policy.at("spec")),
            R"({"podSelector":{"matchLabels":{"goharbor.io/controller":"CNSI",)"
            R"("goharbor.io/inspection":"risk"}},"policyTypes":["Ingress","Egress"]})");
  const Decision* decision = DecisionOn(plan, "shop/Deployment/web");
  ASSERT_NE(decision, nullptr);
  EXPECT_EQ(decision->standing, Standing::kNew);
  EXPECT_EQ(decision->record.reason, "CVE-1 (High) in openssl");
  EXPECT_EQ(decision->record.actor, "policy/p");
  EXPECT_THAT(decision->record.policies, ElementsAre("p"));
  EXPECT_THAT(decision->record.pods, ElementsAre("web-1", "web-2"));
  EXPECT_TRUE(decision->record.effectiveness.effective);
  EXPECT_EQ(world.outcome.records.size(), 1u);
}

TEST(Planner, CountsAVulnerabilityOnceForAllPackagesOfASource) {
  World world = OneViolated();
  auto& violations = world.assessments.front().containers.front().violations;
  violations.push_back(violations.front());  // of another package that openssl builds
  EXPECT_EQ(DecisionOn(world.Plan(), "shop/Deployment/web")->record.reason,
            "CVE-1 (High) in openssl");
  model::Finding other = *violations.front().finding;
  other.vulnerability.id = "CVE-2";
  violations.push_back({std::make_shared<const model::Finding>(other), "severity", "too high"});
  EXPECT_EQ(DecisionOn(world.Plan(), "shop/Deployment/web")->record.reason,
            "CVE-1 (High) in openssl and 1 more");
}

TEST(Quarantine, PutsTheNetworkPolicyBeforeTheLabels) {
  World world = OneViolated();
  (void)world.Run();
  EXPECT_EQ(world.cluster.calls.front(), "create networkpolicies/shop/cnsi-networkpolicy--shop");
}

TEST(Quarantine, IsQuietWhenNothingChanges) {
  World world = OneViolated();
  (void)world.Run();
  world.now += std::chrono::hours(1);
  const ActionPlan plan = world.Plan();
  EXPECT_THAT(plan.operations, IsEmpty());
  EXPECT_EQ(DecisionOn(plan, "shop/Deployment/web")->standing, Standing::kKept);
  EXPECT_EQ(DecisionOn(plan, "shop/Deployment/web")->record.time,
            *ParseRfc3339("2026-06-01T12:00:00Z"));
}

TEST(Quarantine, ReleasesWhenTheWorkloadPassesAndLeavesNothing) {
  World world = OneViolated();
  (void)world.Run();
  world.Judge("p", kWeb, Verdict::kPassed);
  world.cluster.calls.clear();
  const ActionPlan plan = world.Run();
  EXPECT_EQ(world.Quarantined(), 0u);
  EXPECT_EQ(world.AnnotationOf("web-1", "narrows.goharbor.io/quarantine"), "");
  EXPECT_EQ(world.DenyAll(), nullptr);
  EXPECT_EQ(world.cluster.calls.back(), "delete networkpolicies/shop/cnsi-networkpolicy--shop");
  EXPECT_EQ(DecisionOn(plan, "shop/Deployment/web")->standing, Standing::kReleased);
  EXPECT_EQ(DecisionOn(plan, "shop/Deployment/web")->record.reason, "passes (policy p)");
  EXPECT_THAT(world.Plan().operations, IsEmpty());
}

TEST(Quarantine, UnknownNeitherIsolatesNorReleases) {
  World world = OneViolated();
  world.Judge("p", kApi, Verdict::kUnknown);
  (void)world.Run();
  EXPECT_FALSE(world.IsQuarantined("api-1"));
  world.Judge("p", kWeb, Verdict::kUnknown);
  (void)world.Run();
  EXPECT_TRUE(world.IsQuarantined("web-1"));
  world.assessments.clear();  // as after a restart, before anything is judged
  EXPECT_THAT(world.Plan().operations, IsEmpty());
}

TEST(Quarantine, UnknownIsolatesWherePolicySaysFail) {
  World world = OneViolated();
  world.Judge("p", kWeb, Verdict::kUnknown);
  world.Find("p").on_unknown = assessment::OnUnknown::kFail;
  const ActionPlan plan = world.Run();
  EXPECT_TRUE(world.IsQuarantined("web-1"));
  EXPECT_EQ(DecisionOn(plan, "shop/Deployment/web")->record.reason,
            "unknown: the registry is down");
}

TEST(Quarantine, NewPodOfAQuarantinedWorkloadIsLabelledAtOnce) {
  World world = OneViolated();
  (void)world.Run();
  world.AddPod(kWeb, "web-3");
  (void)world.Run();
  EXPECT_TRUE(world.IsQuarantined("web-3"));
  EXPECT_THAT(world.Plan().operations, IsEmpty());
}

TEST(Quarantine, PlanModeChangesNothingAndSaysWhatItWould) {
  World world = OneViolated();
  world.ActionOf("p").mode = assessment::ActionMode::kPlan;
  const ActionPlan plan = world.Plan();
  EXPECT_THAT(plan.operations, IsEmpty());
  const Decision* decision = DecisionOn(plan, "shop/Deployment/web");
  EXPECT_EQ(decision->standing, Standing::kPlanned);
  EXPECT_TRUE(decision->record.planned);
  EXPECT_THAT(decision->record.policies, ElementsAre("p"));
}

TEST(Quarantine, SuspendFreezes) {
  World world = OneViolated();
  (void)world.Run();
  world.Find("p").suspend = true;
  world.Judge("p", kWeb, Verdict::kPassed);
  world.Judge("p", kApi, Verdict::kViolated);
  EXPECT_THAT(world.Plan().operations, IsEmpty());
  world.Find("p").suspend = false;
  (void)world.Run();
  EXPECT_FALSE(world.IsQuarantined("web-1"));
  EXPECT_TRUE(world.IsQuarantined("api-1"));
}

TEST(Quarantine, APolicyThatCannotBeReadFreezesToo) {
  World world = OneViolated();
  (void)world.Run();
  world.policies.clear();
  world.unreadable = {"p"};
  EXPECT_THAT(world.Plan().operations, IsEmpty());
}

struct EndCase {
  const char* name;
  void (*end)(World&);
  const char* reason;
};
class QuarantineEnds : public testing::TestWithParam<EndCase> {};

TEST_P(QuarantineEnds, WithEverythingReleased) {
  World world = OneViolated();
  (void)world.Run();
  EXPECT_FALSE(HoldsNothing(world.Observe(), "p"));
  GetParam().end(world);
  const ActionPlan plan = world.Run();
  EXPECT_EQ(world.Quarantined(), 0u);
  EXPECT_EQ(world.DenyAll(), nullptr);
  EXPECT_EQ(DecisionOn(plan, "shop/Deployment/web")->record.reason, GetParam().reason);
  EXPECT_TRUE(HoldsNothing(world.Observe(), "p"));
}

INSTANTIATE_TEST_SUITE_P(
    Table, QuarantineEnds,
    testing::Values(
        EndCase{"Disabled", [](World& world) { world.Find("p").enabled = false; },
                "policy p is disabled"},
        EndCase{"Deleting", [](World& world) { world.Find("p").meta.deleting = true; },
                "policy p is deleted"},
        EndCase{"Gone", [](World& world) { world.policies.clear(); },
                "policy p does not exist any more"},
        EndCase{"NoAction", [](World& world) { world.Find("p").actions.clear(); },
                "policy p asks for no quarantine"},
        EndCase{"OnlyPlans",
                [](World& world) { world.ActionOf("p").mode = assessment::ActionMode::kPlan; },
                "only planned now (policy p)"},
        EndCase{"NoLongerCovered",
                [](World& world) {
                  world.Find("p").workload_selector = {{{"app", "other"}}, {}};
                },
                "no longer covered (policy p)"},
        EndCase{"Ignored",
                [](World& world) {
                  world.ActionOf("p").ignore = model::LabelSelector{{{"app", "shop"}}, {}};
                },
                "ignored (policy p)"}),
    [](const auto& test) { return test.param.name; });

TEST(Quarantine, EmptyIgnoreSelectorIgnoresNothing) {
  World world = OneViolated();
  world.ActionOf("p").ignore = model::LabelSelector();
  (void)world.Run();
  EXPECT_TRUE(world.IsQuarantined("web-1"));
}

// --- several policies

TEST(SeveralPolicies, ReleasedOnlyWhenNoneAsksAnyMore) {
  World world = OneViolated();
  world.AddPolicy("q");
  world.Judge("q", kWeb, Verdict::kViolated);
  const ActionPlan plan = world.Run();
  EXPECT_THAT(DecisionOn(plan, "shop/Deployment/web")->record.policies, ElementsAre("p", "q"));
  world.Judge("p", kWeb, Verdict::kPassed);
  (void)world.Run();
  EXPECT_TRUE(world.IsQuarantined("web-1"));
  EXPECT_TRUE(HoldsNothing(world.Observe(), "p"));
  world.Judge("q", kWeb, Verdict::kPassed);
  (void)world.Run();
  EXPECT_EQ(world.Quarantined(), 0u);
}

model::NetworkPeer Cidr(const std::string& cidr) {
  model::NetworkPeer peer;
  peer.cidr = cidr;
  return peer;
}

TEST(SeveralPolicies, APeerIsAllowedOnlyIfAllAllowIt) {
  World world = OneViolated();
  world.AddPolicy("q");
  world.Judge("q", kWeb, Verdict::kViolated);
  world.ActionOf("p").allow = {true, {Cidr("10.0.0.0/8"), Cidr("10.9.0.0/16")}};
  world.ActionOf("q").allow = {true, {Cidr("10.0.0.0/8")}};
  (void)world.Run();
  const std::string key = world.LabelOf("web-1", "narrows.goharbor.io/allow");
  EXPECT_THAT(key, testing::StartsWith("shared-"));
  const auto* allow = world.NetworkPolicy("narrows-allow--" + key);
  ASSERT_NE(allow, nullptr);
  EXPECT_EQ(boost::json::serialize(allow->at("spec").at("ingress")),
            R"([{"from":[{"ipBlock":{"cidr":"10.0.0.0/8"}}]}])");
  world.ActionOf("q").allow = {};
  (void)world.Run();
  EXPECT_EQ(world.LabelOf("web-1", "narrows.goharbor.io/allow"), "");
  EXPECT_EQ(world.NetworkPolicy("narrows-allow--" + key), nullptr);
  EXPECT_TRUE(world.IsQuarantined("web-1"));
}

TEST(SeveralPolicies, DetachBeatsDeny) {
  World world = OneViolated();
  world.AddPolicy("q");
  world.ActionOf("q").isolation = model::Isolation::kDetach;
  world.Judge("q", kWeb, Verdict::kViolated);
  (void)world.Run();
  EXPECT_NE(world.AnnotationOf("web-1", "narrows.goharbor.io/detached-labels"), "");
}

TEST(AllowList, DnsAndPeersStandInAPolicyOfOurOwn) {
  World world = OneViolated();
  model::NetworkPeer peer;
  peer.namespace_selector = model::LabelSelector{{{"team", "sre"}}, {}};
  world.ActionOf("p").allow = {true, {peer}};
  (void)world.Run();
  EXPECT_EQ(world.LabelOf("web-1", "narrows.goharbor.io/allow"), "p");
  const auto* allow = world.NetworkPolicy("narrows-allow--p");
  ASSERT_NE(allow, nullptr);
  EXPECT_EQ(
      boost::json::serialize(allow->at("spec")),
      R"({"podSelector":{"matchLabels":{"goharbor.io/controller":"CNSI",)"
      R"("goharbor.io/inspection":"risk","narrows.goharbor.io/allow":"p"}},)"
      R"("policyTypes":["Ingress","Egress"],)"
      R"("ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"team":"sre"}}}]}],)"
      R"("egress":[{"to":[{"podSelector":{"matchLabels":{"k8s-app":"kube-dns"}},)"
      R"("namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"kube-system"}}}],)"
      R"("ports":[{"protocol":"UDP","port":53},{"protocol":"TCP","port":53}]},)"
      R"({"to":[{"namespaceSelector":{"matchLabels":{"team":"sre"}}}]}]})");
  // The ancestor's stays without rules, and the allow-list is no defeat.
  EXPECT_FALSE(world.DenyAll()->at("spec").as_object().contains("egress"));
  const ActionPlan again = world.Plan();
  EXPECT_THAT(again.operations, IsEmpty());
  EXPECT_TRUE(DecisionOn(again, "shop/Deployment/web")->record.effectiveness.effective);
  world.ActionOf("p").allow.peers.clear();
  (void)world.Run();
  EXPECT_EQ(
      boost::json::serialize(world.NetworkPolicy("narrows-allow--p")->at("spec").at("ingress")),
      "[]");
  EXPECT_THAT(world.Plan().operations, IsEmpty());
}

// --- limits

TEST(Cap, HalfOfTheNamespaceAndTheWorstFirst) {
  World world;
  world.AddPolicy("p");
  for (const char* name : {"a", "b", "c", "d"}) {
    world.AddPod(World::Ref(name), std::string(name) + "-1");
    world.Judge("p", World::Ref(name), Verdict::kViolated, {"CVE-1"},
                std::string(name) >= "c" ? model::Severity::kCritical : model::Severity::kHigh);
  }
  const ActionPlan plan = world.Run();
  EXPECT_FALSE(world.IsQuarantined("a-1"));
  EXPECT_FALSE(world.IsQuarantined("b-1"));
  EXPECT_TRUE(world.IsQuarantined("c-1"));
  EXPECT_TRUE(world.IsQuarantined("d-1"));
  EXPECT_EQ(DecisionOn(plan, "shop/Deployment/a")->standing, Standing::kHeldBack);
  EXPECT_EQ(DecisionOn(plan, "shop/Deployment/a")->record.error,
            "isolating it would exceed 50% of the 4 workloads of namespace shop (policy p)");
  // What is isolated stays, however bad others get.
  world.Judge("p", World::Ref("a"), Verdict::kViolated, {"CVE-1", "CVE-2", "CVE-3"},
              model::Severity::kCritical);
  EXPECT_THAT(world.Plan().operations, IsEmpty());
  world.Judge("p", World::Ref("c"), Verdict::kPassed);
  (void)world.Run();
  EXPECT_TRUE(world.IsQuarantined("a-1"));
  EXPECT_FALSE(world.IsQuarantined("c-1"));
}

TEST(Cap, OneAtLeast) {
  World world;
  world.AddPolicy("p").actions[0].max_percent = 1;
  world.AddPod(kWeb, "web-1");
  world.Judge("p", kWeb, Verdict::kViolated);
  (void)world.Run();
  EXPECT_TRUE(world.IsQuarantined("web-1"));
}

TEST(Cap, CountsWhatOtherPoliciesIsolate) {
  World world;
  world.AddPolicy("p").actions[0].max_percent = 100;
  world.AddPolicy("q").actions[0].max_percent = 34;
  for (const char* name : {"a", "b", "c"}) world.AddPod(World::Ref(name), std::string(name) + "-1");
  world.Judge("p", World::Ref("a"), Verdict::kViolated);
  (void)world.Run();
  world.Judge("q", World::Ref("b"), Verdict::kViolated);
  (void)world.Run();
  EXPECT_FALSE(world.IsQuarantined("b-1"));
  world.Judge("q", World::Ref("a"), Verdict::kViolated);  // isolated anyway
  const ActionPlan plan = world.Run();
  EXPECT_THAT(DecisionOn(plan, "shop/Deployment/a")->record.policies, ElementsAre("p", "q"));
}

TEST(Protected, NamespacesAreTouchedOnlyWhereNamed) {
  for (const char* name : {"kube-system", "kube-public", "kube-node-lease", "narrows-system"}) {
    World world;
    world.AddPolicy("p");
    world.namespaces = {{name, "u", {{"kubernetes.io/metadata.name", name}}, false}};
    const auto ref = World::Ref("web", "Deployment", name);
    world.AddPod(ref, "web-1");
    world.Judge("p", ref, Verdict::kViolated);
    const ActionPlan plan = world.Run();
    EXPECT_FALSE(world.IsQuarantined("web-1", name));
    EXPECT_THAT(DecisionOn(plan, ref.ToString())->record.error, HasSubstr("is protected"));
    world.Find("p").namespace_selector = {{{"kubernetes.io/metadata.name", name}}, {}};
    (void)world.Run();
    EXPECT_TRUE(world.IsQuarantined("web-1", name));
    world.Find("p").namespace_selector = {
        {}, {{"kubernetes.io/metadata.name", model::LabelRequirement::Operator::kIn, {"x", name}}}};
    EXPECT_THAT(world.Plan().operations, IsEmpty());
  }
}

// --- time

TEST(Expiry, ReleasesAndOnlyANewFindingBeginsAgain) {
  World world = OneViolated();
  world.ActionOf("p").expires_after = std::chrono::hours(72);
  const ActionPlan plan = world.Run();
  EXPECT_EQ(DecisionOn(plan, "shop/Deployment/web")->record.until,
            world.now + std::chrono::hours(72));
  world.now += std::chrono::hours(71);
  EXPECT_THAT(world.Plan().operations, IsEmpty());
  world.now += std::chrono::hours(1);
  world.cluster.calls.clear();
  (void)world.Run();
  EXPECT_THAT(world.cluster.calls, ElementsAre("patch inspectionpolicies//p"));  // remembered first
  (void)world.Run();
  EXPECT_EQ(world.Quarantined(), 0u);
  world.now += std::chrono::hours(100);
  EXPECT_THAT(world.Plan().operations, IsEmpty());
  world.Judge("p", kWeb, Verdict::kViolated, {"CVE-1", "CVE-2"});
  (void)world.Run();
  EXPECT_TRUE(world.IsQuarantined("web-1"));
}

TEST(Expiry, OfOnePolicyIsToldThoughAnotherKeepsTheIsolationUp) {
  World world = OneViolated();
  world.AddPolicy("q").actions[0].expires_after = std::chrono::hours(3);
  world.AddPolicy("r");  // without an end
  for (const char* policy : {"q", "r"}) world.Judge(policy, kWeb, Verdict::kViolated);
  world.ActionOf("p").expires_after = std::chrono::hours(1);
  EXPECT_EQ(world.Run().next_end, world.now + std::chrono::hours(1));
  world.now += std::chrono::hours(1);
  (void)world.Run();  // remembers
  EXPECT_EQ(world.Run().next_end, world.now + std::chrono::hours(2));
  EXPECT_TRUE(world.IsQuarantined("web-1"));
  world.now += std::chrono::hours(2);
  (void)world.Run();
  EXPECT_EQ(world.Run().next_end, std::nullopt);
  EXPECT_TRUE(world.IsQuarantined("web-1"));
}

TEST(Expiry, WaitsForAStatusThatCanBeWritten) {
  World world = OneViolated();
  world.ActionOf("p").expires_after = std::chrono::hours(1);
  (void)world.Run();
  const std::string record = world.AnnotationOf("web-1", std::string(kRecordAnnotation));
  world.now += std::chrono::hours(2);
  world.cluster.refuse = [](const std::string& call) -> Status {
    if (call.starts_with("patch inspectionpolicies")) return InvalidArgument("refused");
    return Ok();
  };
  for (int round = 0; round < 3; ++round) {
    const ActionPlan plan = world.Run();
    EXPECT_EQ(DecisionOn(plan, "shop/Deployment/web")->standing, Standing::kKept);
    EXPECT_TRUE(world.IsQuarantined("web-1"));
    EXPECT_EQ(world.AnnotationOf("web-1", std::string(kRecordAnnotation)), record);
    world.now += std::chrono::minutes(1);
  }
  world.cluster.refuse = [](const std::string&) { return Ok(); };
  (void)world.Run();
  (void)world.Run();
  EXPECT_EQ(world.Quarantined(), 0u);
  EXPECT_THAT(world.Plan().operations, IsEmpty());
}

TEST(Expiry, IsForgottenOnceTheWorkloadPasses) {
  World world = OneViolated();
  world.ActionOf("p").expires_after = std::chrono::hours(1);
  (void)world.Run();
  world.now += std::chrono::hours(2);
  (void)world.Run();
  (void)world.Run();
  EXPECT_EQ(world.Quarantined(), 0u);
  world.Judge("p", kWeb, Verdict::kPassed);
  (void)world.Run();
  EXPECT_THAT(world.Find("p").waivers, IsEmpty());
  world.Judge("p", kWeb, Verdict::kViolated);
  (void)world.Run();
  EXPECT_TRUE(world.IsQuarantined("web-1"));
}

TEST(ReleaseByHand, LastsUntilItsTime) {
  World world = OneViolated();
  (void)world.Run();
  world.Find("p").releases = {{"shop", "Deployment", "web", "known", {}}};
  const ActionPlan plan = world.Run();
  EXPECT_EQ(world.Quarantined(), 0u);
  EXPECT_EQ(DecisionOn(plan, "shop/Deployment/web")->record.reason,
            "released by hand until 2026-06-02T12:00:00Z: known (policy p)");
  world.now += std::chrono::hours(23);
  EXPECT_THAT(world.Plan().operations, IsEmpty());
  world.now += std::chrono::hours(1);
  (void)world.Run();
  EXPECT_TRUE(world.IsQuarantined("web-1"));
  world.now += std::chrono::hours(24);
  EXPECT_THAT(world.Plan().operations, IsEmpty());  // it does not begin anew
}

TEST(ReleaseByHand, EndsWithANewFinding) {
  World world = OneViolated();
  (void)world.Run();
  world.Find("p").releases = {
      {"shop", "Deployment", "web", "", world.now + std::chrono::hours(48)}};
  (void)world.Run();
  world.Judge("p", kWeb, Verdict::kUnknown);
  EXPECT_THAT(world.Plan().operations, IsEmpty());
  world.Judge("p", kWeb, Verdict::kViolated, {"CVE-2"});
  (void)world.Run();
  EXPECT_TRUE(world.IsQuarantined("web-1"));
  world.Judge("p", kWeb, Verdict::kViolated, {"CVE-1"});
  (void)world.Run();
  EXPECT_TRUE(world.IsQuarantined("web-1"));  // ended for good
}

std::vector<std::string> ManyVulnerabilities(int count) {
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i) ids.push_back("CVE-" + std::to_string(i));
  return ids;
}

TEST(ReleaseByHand, EndsWithANewFindingHoweverManyThereWere) {
  World world = OneViolated();
  world.Judge("p", kWeb, Verdict::kViolated, ManyVulnerabilities(1200));
  (void)world.Run();
  world.Find("p").releases = {{"shop", "Deployment", "web", "known", {}}};
  (void)world.Run();
  EXPECT_EQ(world.Quarantined(), 0u);
  world.Judge("p", kWeb, Verdict::kViolated, ManyVulnerabilities(900));
  EXPECT_THAT(world.Plan().operations, IsEmpty());
  world.Judge("p", kWeb, Verdict::kViolated, ManyVulnerabilities(1201));
  (void)world.Run();
  EXPECT_TRUE(world.IsQuarantined("web-1"));
}

TEST(ReleaseByHand, OfManyWorkloadsLeavesTheStatusShort) {
  World world = OneViolated();
  for (int i = 0; i < 200; ++i) {
    const std::string name = "w" + std::to_string(i);
    world.AddPod(World::Ref(name), name + "-1");
    world.Judge("p", World::Ref(name), Verdict::kViolated, ManyVulnerabilities(600));
    world.Find("p").releases.push_back({"shop", "Deployment", name, "known", {}});
  }
  (void)world.Run();
  EXPECT_LT(assessment::WaiversPatch(world.Find("p").waivers).size(), 500'000u);
  EXPECT_THAT(world.Plan().operations, IsEmpty());
}

TEST(ReleaseByHand, OfAnUnknownWorkloadGrantsWhatIsFoundFirst) {
  World world = OneViolated();
  world.Judge("p", kWeb, Verdict::kUnknown);
  world.Find("p").releases = {{"shop", "deployment", "web", "", {}}};
  (void)world.Run();
  world.Judge("p", kWeb, Verdict::kViolated);
  (void)world.Run();
  EXPECT_FALSE(world.IsQuarantined("web-1"));
}

TEST(ReleaseByHand, IsHonouredBySuspendedPolicies) {
  World world = OneViolated();
  (void)world.Run();
  world.Find("p").suspend = true;
  world.Find("p").releases = {{"shop", "Deployment", "web", "", {}}};
  (void)world.Run();
  EXPECT_FALSE(world.IsQuarantined("web-1"));
}

}  // namespace
}  // namespace narrows::response::quarantine
