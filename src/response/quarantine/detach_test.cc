#include "response/quarantine/detach.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "response/quarantine/quarantine_world_testing.h"

namespace narrows::response::quarantine {
namespace {

using model::Verdict;
using testing::HasSubstr;
using testing::IsEmpty;

const model::WorkloadRef kWeb = World::Ref("web");
constexpr char kWebLabels[] = R"({"app":"shop","tier":"web","pod-template-hash":"h"})";

World Detaching(const std::string& kind = "Deployment", const std::string& labels = kWebLabels) {
  World world;
  world.AddPolicy("p").actions[0].isolation = model::Isolation::kDetach;
  world.services = {{"shop", "web", {{"app", "shop"}}}};
  world.AddPod(World::Ref("web", kind), "web-1", labels);
  world.Judge("p", World::Ref("web", kind), Verdict::kViolated);
  return world;
}

TEST(Detach, LooksAtTheDirectController) {
  model::Pod pod;
  pod.owner.kind = "Custom";
  EXPECT_EQ(DetachObstacle(pod), "");
  pod.controller_kind = "DaemonSet";
  EXPECT_EQ(DetachObstacle(pod), "pods of a DaemonSet are never detached");
  pod.controller_kind = "StatefulSet";
  EXPECT_EQ(DetachObstacle(pod), "pods of a StatefulSet are never detached");
}

TEST(Detach, TakesThePodOutOfItsServicesAndFromItsController) {
  World world = Detaching();
  (void)world.Run();
  EXPECT_TRUE(world.IsQuarantined("web-1"));
  EXPECT_EQ(world.LabelOf("web-1", "app"), "");
  EXPECT_EQ(world.LabelOf("web-1", "pod-template-hash"), "");
  EXPECT_EQ(world.LabelOf("web-1", "tier"), "web");
  EXPECT_EQ(world.AnnotationOf("web-1", "narrows.goharbor.io/detached-labels"),
            R"({"app":"shop","pod-template-hash":"h"})");
}

TEST(Detach, ReplacementIsLabelledOnlyAndTheDetachedPodStaysForItself) {
  World world = Detaching();
  (void)world.Run();
  world.AddPod(kWeb, "web-2", kWebLabels);  // the controller's replacement
  const ActionPlan plan = world.Run();
  EXPECT_TRUE(world.IsQuarantined("web-2"));
  EXPECT_EQ(world.LabelOf("web-2", "app"), "shop");
  EXPECT_THAT(DecisionOn(plan, "shop/Deployment/web")->record.effectiveness.explanation,
              HasSubstr("labelled only, not detached"));
  // The Deployment moves on to a clean image; the old pod still runs the old one.
  world.Judge("p", kWeb, Verdict::kPassed);
  world.Judge("p", World::Ref("web-1", "Pod"), Verdict::kViolated);
  (void)world.Run();
  EXPECT_FALSE(world.IsQuarantined("web-2"));
  EXPECT_TRUE(world.IsQuarantined("web-1"));
  EXPECT_NE(world.DenyAll(), nullptr);
}

TEST(Detach, LabelsComeBackOnRelease) {
  World world = Detaching();
  (void)world.Run();
  world.policies.clear();
  (void)world.Run();
  EXPECT_FALSE(world.IsQuarantined("web-1"));
  EXPECT_EQ(world.LabelOf("web-1", "app"), "shop");
  EXPECT_EQ(world.LabelOf("web-1", "pod-template-hash"), "h");
  EXPECT_EQ(world.AnnotationOf("web-1", "narrows.goharbor.io/detached-labels"), "");
  EXPECT_EQ(world.DenyAll(), nullptr);
}

// Whoever may edit the pod can write the annotation; a label that the API server refuses would hold
// up all of the pod's release.
TEST(Detach, ADamagedAnnotationDoesNotHoldUpTheRelease) {
  for (const bool whole : {true, false}) {
    World world = Detaching();
    (void)world.Run();
    auto& pod = world.cluster.objects.at("pods/shop/web-1").as_object();
    pod["metadata"].as_object()["annotations"].as_object()["narrows.goharbor.io/detached-labels"] =
        whole ? "hello" : R"({"app":"shop","tier":"no label","goharbor.io/inspection":"risk"})";
    world.policies.clear();
    const ActionPlan plan = world.Run();
    EXPECT_EQ(world.LabelOf("web-1", "goharbor.io/controller"), "");
    EXPECT_EQ(world.LabelOf("web-1", "goharbor.io/inspection"), "");
    EXPECT_EQ(world.LabelOf("web-1", "app"), whole ? "" : "shop");
    EXPECT_EQ(world.LabelOf("web-1", "tier"), "web") << "as it was";
    ASSERT_EQ(world.outcome.records.size(), 1u);
    EXPECT_THAT(world.outcome.records[0].error,
                HasSubstr("not all labels are put back on pod web-1: annotation "
                          "narrows.goharbor.io/detached-labels "));
    EXPECT_THAT(world.Plan().operations, IsEmpty());
  }
}

TEST(Detach, WhatTheRecordHasNoRoomForIsLabelledOnlyAndThePlanSaysSo) {
  World world = Detaching();
  world.ActionOf("p").max_percent = 100;
  const std::string suffix(200, 'x');
  for (int i = 0; i < 400; ++i)
    world.AddPod(kWeb, "web-" + std::to_string(1000 + i) + suffix, kWebLabels);
  const ActionPlan plan = world.Run();
  EXPECT_TRUE(world.outcome.errors.empty());
  EXPECT_EQ(world.Quarantined(), 401u);
  EXPECT_EQ(world.LabelOf("web-1", "app"), "");
  EXPECT_EQ(world.LabelOf("web-1399" + suffix, "app"), "shop");
  ASSERT_EQ(plan.warnings.size(), 1u);
  EXPECT_THAT(plan.warnings[0], HasSubstr("of the 401 pods of shop/Deployment/web are labelled "
                                          "only, not detached"));
  EXPECT_THAT(DecisionOn(plan, "shop/Deployment/web")->record.effectiveness.explanation,
              HasSubstr("labelled only"));
  (void)world.Run();
  EXPECT_EQ(world.LabelOf("web-1399" + suffix, "app"), "shop") << "the next plan leaves it so";
  EXPECT_THAT(world.Plan().operations, IsEmpty());
}

TEST(Detach, APodWhoseLabelsNoAnnotationCanKeepIsLabelledOnly) {
  std::string labels = R"({"app":"shop","pod-template-hash":"h")";
  for (int i = 0; i < 1100; ++i) labels += ",\"l" + std::to_string(i) + "\":\"v\"";
  World world = Detaching("Deployment", labels + "}");
  model::LabelSelector all;
  for (int i = 0; i < 1100; ++i) all.match_labels["l" + std::to_string(i)] = "v";
  world.services.push_back({"shop", "all", all.match_labels});
  const ActionPlan plan = world.Run();
  EXPECT_TRUE(world.IsQuarantined("web-1"));
  EXPECT_EQ(world.LabelOf("web-1", "app"), "shop");
  EXPECT_EQ(plan.decisions[0].record.effectiveness.explanation,
            "pod web-1 has more labels than an annotation can keep: labelled only");
  EXPECT_THAT(world.Plan().operations, IsEmpty());
}

TEST(Detach, ReleaseByHandOfTheWorkloadReleasesItsDetachedPods) {
  World world = Detaching();
  (void)world.Run();
  world.Judge("p", World::Ref("web-1", "Pod"), Verdict::kViolated);
  world.Find("p").releases = {{"shop", "Deployment", "web", "", {}}};
  (void)world.Run();
  EXPECT_FALSE(world.IsQuarantined("web-1"));
}

TEST(Detach, OnlyPodsThatRanWhenTheActionStartedEvenAfterARestart) {
  World world = Detaching();
  const ActionPlan plan = world.Plan();
  // Dies after the NetworkPolicy was made and before the pod was touched; meanwhile a pod comes.
  (void)Execute(world.cluster, std::span(plan.operations).first(1), {});
  world.AddPod(kWeb, "web-9", kWebLabels);
  (void)world.Run();
  EXPECT_EQ(world.LabelOf("web-1", "app"), "");
  EXPECT_EQ(world.LabelOf("web-9", "app"), "shop");
  EXPECT_TRUE(world.IsQuarantined("web-9"));
}

struct KindCase {
  const char* name;
  const char* kind;
  const char* labels;
  const char* explanation;
};
class NeverDetached : public testing::TestWithParam<KindCase> {};

TEST_P(NeverDetached, IsLabelledOnlyAndThePlanSaysSo) {
  World world = Detaching(GetParam().kind, GetParam().labels);
  const ActionPlan plan = world.Run();
  EXPECT_TRUE(world.IsQuarantined("web-1"));
  EXPECT_EQ(world.LabelOf("web-1", "app"), "shop");
  EXPECT_EQ(plan.decisions[0].record.effectiveness.explanation, GetParam().explanation);
  EXPECT_THAT(world.Plan().operations, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Table, NeverDetached,
    testing::Values(KindCase{"StatefulSet", "StatefulSet", R"({"app":"shop"})",
                             "pods of a StatefulSet are never detached: labelled only"},
                    KindCase{"DaemonSet", "DaemonSet",
                             R"({"app":"shop","controller-revision-hash":"x"})",
                             "pods of a DaemonSet are never detached: labelled only"},
                    KindCase{"StatefulSetOfACustomOwner", "Prometheus",
                             R"({"app":"shop","statefulset.kubernetes.io/pod-name":"web-1"})",
                             "pods of a StatefulSet are never detached: labelled only"}),
    [](const auto& test) { return test.param.name; });

struct TakeOffCase {
  const char* name;
  const char* owner_kind;
  model::Labels labels;
  model::Labels service;        // its selector
  model::LabelSelector policy;  // of a NetworkPolicy
  std::vector<std::string> taken;
};
class TakeOff : public testing::TestWithParam<TakeOffCase> {};

TEST_P(TakeOff, WhatSelectsThePod) {
  model::Pod pod;
  pod.name_space = "shop";
  pod.labels = GetParam().labels;
  pod.owner.kind = GetParam().owner_kind;
  const std::vector<model::Service> services = {{"shop", "s", GetParam().service},
                                                {"other", "s", {{"keep", "1"}}}};
  model::NetworkPolicy policy;
  policy.name_space = "shop";
  policy.name = "np";
  policy.pod_selector = GetParam().policy;
  const std::vector<model::NetworkPolicy> policies = {policy};
  std::vector<std::string> taken;
  for (const auto& [key, value] : LabelsToTakeOff(pod, services, policies)) taken.push_back(key);
  EXPECT_EQ(taken, GetParam().taken);
}

using Op = model::LabelRequirement::Operator;
const model::LabelSelector kOther = {{{"other", "x"}}, {}};
INSTANTIATE_TEST_SUITE_P(
    Table, TakeOff,
    testing::Values(
        TakeOffCase{
            "Service", "Pod", {{"app", "a"}, {"keep", "1"}}, {{"app", "a"}}, kOther, {"app"}},
        TakeOffCase{"ServiceThatDoesNotSelect", "Pod", {{"app", "a"}}, {{"app", "b"}}, kOther, {}},
        TakeOffCase{"ServiceWithoutSelector", "Pod", {{"app", "a"}}, {}, kOther, {}},
        TakeOffCase{"NetworkPolicy",
                    "Pod",
                    {{"app", "a"}, {"tier", "t"}},
                    {},
                    {{{"app", "a"}}, {{"tier", Op::kExists, {}}}},
                    {"app", "tier"}},
        TakeOffCase{"ExpressionsThatHoldWithoutTheLabel",
                    "Pod",
                    {{"app", "a"}},
                    {},
                    {{}, {{"app", Op::kNotIn, {"b"}}}},
                    {}},
        TakeOffCase{"PolicyForAll", "Pod", {{"app", "a"}}, {}, {}, {}},
        TakeOffCase{"Deployment",
                    "Deployment",
                    {{"app", "a"}, {"pod-template-hash", "h"}},
                    {},
                    kOther,
                    {"pod-template-hash"}},
        TakeOffCase{"Job",
                    "CronJob",
                    {{"batch.kubernetes.io/controller-uid", "u"},
                     {"controller-uid", "u"},
                     {"job-name", "j"},
                     {"team", "t"}},
                    {},
                    kOther,
                    {"batch.kubernetes.io/controller-uid", "controller-uid", "job-name"}},
        TakeOffCase{"ControllerOfUnknownSelector",
                    "ReplicaSet",
                    {{"app", "a"},
                     {"goharbor.io/inspection", "risk"},
                     {"narrows.goharbor.io/allow", "p"},
                     {"evilgoharbor.io/x", "1"}},
                    {},
                    kOther,
                    {"app", "evilgoharbor.io/x"}}),
    [](const auto& test) { return test.param.name; });

TEST(SeparateDetached, MakesADetachedPodAWorkloadWithItsLabelsBack) {
  model::Workload workload;
  workload.ref = kWeb;
  workload.pods.resize(2);
  workload.pods[0].name = "old";
  workload.pods[0].name_space = "shop";
  workload.pods[0].labels = {{"tier", "web"}};
  workload.pods[0].annotations = {{"narrows.goharbor.io/detached-labels", R"({"app":"shop"})"}};
  workload.pods[1].name = "new";
  const auto parts = SeparateDetached(workload);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].ref.name, "web");
  EXPECT_EQ(parts[0].pods[0].name, "new");
  EXPECT_EQ(parts[1].ref.ToString(), "shop/Pod/old");
  EXPECT_EQ(parts[1].pods[0].labels, (model::Labels{{"app", "shop"}, {"tier", "web"}}));
  workload.pods.pop_back();
  EXPECT_EQ(SeparateDetached(workload).size(), 1u);
}

}  // namespace
}  // namespace narrows::response::quarantine
