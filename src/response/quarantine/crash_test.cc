// kill -9 at any point: whatever prefix of the operations was carried out, planning again from the
// cluster alone leads to the same end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "response/executor.h"
#include "response/quarantine/quarantine_world_testing.h"

namespace narrows::response::quarantine {
namespace {

using model::Verdict;

// Labels, annotations and NetworkPolicies, without what differs in every run.
std::string Picture(const World& world) {
  std::string text;
  for (const auto& [key, object] : world.cluster.objects) {
    if (key.starts_with("inspectionpolicies/")) continue;
    boost::json::value copy = object;
    copy.at("metadata").as_object().erase("resourceVersion");
    if (auto* annotations = copy.at("metadata").as_object().if_contains("annotations")) {
      if (annotations->get_object().empty()) copy.at("metadata").as_object().erase("annotations");
    }
    text += key + " " + boost::json::serialize(copy) + "\n";
  }
  return text;
}

World Start() {
  World world;
  world.AddPolicy("p").actions[0].max_percent = 100;
  world.AddPolicy("q").actions[0].max_percent = 100;
  world.ActionOf("p").allow.dns = true;
  world.ActionOf("q").isolation = model::Isolation::kDetach;
  world.services = {{"shop", "web", {{"app", "shop"}}}};
  for (const char* name : {"a", "b", "c"}) {
    for (const char* pod : {"-1", "-2"}) world.AddPod(World::Ref(name), name + std::string(pod));
  }
  return world;
}

void First(World& world) {
  world.Judge("p", World::Ref("a"), Verdict::kViolated);
  world.Judge("q", World::Ref("b"), Verdict::kViolated);
  world.Judge("p", World::Ref("c"), Verdict::kPassed);
}

void Second(World& world) {
  world.Judge("p", World::Ref("a"), Verdict::kPassed);
  world.Judge("p", World::Ref("c"), Verdict::kViolated);
  world.Judge("q", World::Ref("c"), Verdict::kPassed);
  world.policies.pop_back();  // q is gone
}

// Each restart comes up without assessments first.
void RestartAndSettle(World& world) {
  const auto known = world.assessments;
  world.assessments.clear();
  (void)world.Run();
  world.assessments = known;
  (void)world.Run();
  (void)world.Run();
  EXPECT_THAT(world.Plan().operations, testing::IsEmpty());
}

// Carries out `stage` up to operation `count`, dies, starts anew.
std::string After(size_t count, bool second, size_t& total) {
  World world = Start();
  First(world);
  if (second) {
    (void)world.Run();
    (void)world.Run();
    Second(world);
  }
  const ActionPlan plan = world.Plan();
  total = plan.operations.size();
  (void)Execute(world.cluster, std::span(plan.operations).first(count), {});
  RestartAndSettle(world);
  return Picture(world);
}

TEST(Crash, AnywhereInAQuarantineOrAReleaseEndsTheSame) {
  for (const bool second : {false, true}) {
    size_t total = 1;
    std::string whole;
    (void)After(0, second, total);
    ASSERT_GT(total, 4u);
    whole = After(total, second, total);
    for (size_t count = 0; count < total; ++count) {
      EXPECT_EQ(After(count, second, total), whole) << "after " << count << " of " << total;
    }
  }
}

TEST(Crash, ThePodIsNeverLabelledWithoutTheNetworkPolicy) {
  World world = Start();
  First(world);
  const ActionPlan plan = world.Plan();
  for (size_t count = 0; count <= plan.operations.size(); ++count) {
    World broken = Start();
    First(broken);
    (void)Execute(broken.cluster, std::span(plan.operations).first(count), {});
    EXPECT_TRUE(broken.Quarantined() == 0 || broken.DenyAll() != nullptr) << count;
  }
}

}  // namespace
}  // namespace narrows::response::quarantine
