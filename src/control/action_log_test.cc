#include "control/action_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace narrows::control {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

response::ActionPlan PlanOf(response::Standing standing, const std::string& id,
                            const std::string& error = "") {
  response::ActionPlan plan;
  plan.decisions.resize(1);
  plan.decisions[0].standing = standing;
  model::ActionRecord& record = plan.decisions[0].record;
  record.id = id;
  record.kind = "quarantine";
  record.planned = standing == response::Standing::kPlanned;
  record.workload = {"c", "shop", "apps/v1", "Deployment", "web", "u"};
  record.policies = {"p"};
  record.error = error;
  return plan;
}

TEST(ActionLog, WhatStaysHeldBackIsOneLine) {
  ActionLog log;
  // Its id carries the time and differs from round to round.
  EXPECT_THAT(log.Take(PlanOf(response::Standing::kHeldBack, "1", "cap"), {}).changed, SizeIs(1));
  EXPECT_THAT(log.Take(PlanOf(response::Standing::kHeldBack, "2", "cap"), {}).changed, IsEmpty());
  EXPECT_THAT(log.Take(PlanOf(response::Standing::kHeldBack, "3", "other"), {}).changed, SizeIs(1));
}

TEST(ActionLog, WhatFailsAgainAndAgainIsOneLineAndItsSuccessAnother) {
  ActionLog log;
  const response::ActionPlan plan = PlanOf(response::Standing::kNew, "1");
  model::ActionRecord failed = plan.decisions[0].record;
  failed.error = "forbidden";
  EXPECT_THAT(log.Take(plan, {failed}).changed, SizeIs(1));
  failed.id = "2";
  EXPECT_THAT(log.Take(plan, {failed}).changed, IsEmpty());
  EXPECT_THAT(log.Take(plan, {plan.decisions[0].record}).changed, SizeIs(1));
}

TEST(ActionLog, WhatIsInForceIsForTheStoreThatLacksIt) {
  ActionLog log;
  const auto first = log.Take(PlanOf(response::Standing::kKept, "1"), {});
  EXPECT_THAT(first.changed, IsEmpty());
  EXPECT_THAT(first.kept, SizeIs(1));
  EXPECT_THAT(log.Take(PlanOf(response::Standing::kKept, "1"), {}).kept, IsEmpty());
}

TEST(CountByPolicy, CountsVerdictsAndWhatIsIsolated) {
  std::vector<model::Assessment> assessments(3);
  for (model::Assessment& assessment : assessments) assessment.policy = "p";
  assessments[0].verdict = model::Verdict::kViolated;
  assessments[1].verdict = model::Verdict::kPassed;
  const auto counts = CountByPolicy(assessments, PlanOf(response::Standing::kKept, "1")).at("p");
  EXPECT_EQ(counts.workloads, 3);
  EXPECT_EQ(counts.violated, 1);
  EXPECT_EQ(counts.passed, 1);
  EXPECT_EQ(counts.unknown, 1);
  EXPECT_EQ(counts.quarantined, 1);
  EXPECT_EQ(CountByPolicy({}, PlanOf(response::Standing::kHeldBack, "1")).count("p"), 0u);
}

}  // namespace
}  // namespace narrows::control
