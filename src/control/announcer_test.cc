#include "control/announcer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace narrows::control {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const model::WorkloadRef kWeb{"c", "shop", "apps/v1", "Deployment", "web", "u"};

Judgement ViolatedBy(const std::vector<std::string>& ids) {
  Judgement judgement;
  judgement.picture.workloads = {{kWeb, {model::Pod()}}};
  model::Assessment assessment;
  assessment.workload = kWeb;
  assessment.policy = "p";
  assessment.containers.resize(1);
  for (const std::string& id : ids) {
    model::Finding finding;
    finding.id = "finding-" + id;
    finding.vulnerability.id = id;
    assessment.containers[0].violations.push_back(
        {std::make_shared<const model::Finding>(finding), "", ""});
  }
  judgement.assessments = {assessment};
  return judgement;
}

std::vector<assessment::Policy> Alerting() {
  assessment::Policy policy;
  policy.meta.name = "p";
  policy.actions.resize(1);
  policy.actions[0].kind = assessment::ActionKind::kAlert;
  return {policy};
}

KnownViolations Nothing() {
  return [](const model::WorkloadRef&, std::string_view) { return std::set<std::string>(); };
}

TEST(Announcer, OnlyAnAlertActionThatAppliesAlerts) {
  Announcer announcer(Nothing());
  std::vector<assessment::Policy> policies = Alerting();
  policies[0].actions[0].mode = assessment::ActionMode::kPlan;
  EXPECT_THAT(announcer.Alerts(ViolatedBy({"CVE-1"}), policies), IsEmpty());
  policies = Alerting();
  policies[0].suspend = true;
  EXPECT_THAT(announcer.Alerts(ViolatedBy({"CVE-1"}), policies), IsEmpty());
  policies[0].suspend = false;
  policies[0].actions.clear();
  EXPECT_THAT(announcer.Alerts(ViolatedBy({"CVE-1"}), policies), IsEmpty());
}

response::ActionPlan PlanOf(response::Standing standing) {
  response::ActionPlan plan;
  plan.decisions.resize(1);
  plan.decisions[0].standing = standing;
  plan.decisions[0].record.workload = kWeb;
  plan.decisions[0].record.policies = {"p"};
  plan.decisions[0].record.reason = "CVE-1";
  return plan;
}

TEST(Announcer, AnIsolationIsToldWhenItBeginsAndWhenItEnds) {
  Announcer announcer(Nothing());
  EXPECT_THAT(announcer.Decisions(PlanOf(response::Standing::kNew)), SizeIs(1));
  EXPECT_THAT(announcer.Decisions(PlanOf(response::Standing::kKept)), IsEmpty());
  const auto released = announcer.Decisions(PlanOf(response::Standing::kReleased));
  ASSERT_THAT(released, SizeIs(1));
  EXPECT_EQ(released[0].reason, "Released");
}

TEST(Announcer, AnIsolationThatWasInForceBeforeIsNoNews) {
  Announcer announcer(Nothing());
  EXPECT_THAT(announcer.Decisions(PlanOf(response::Standing::kKept)), IsEmpty());
}

TEST(Announcer, AnIsolationThatIsDefeatedIsToldAgain) {
  Announcer announcer(Nothing());
  (void)announcer.Decisions(PlanOf(response::Standing::kNew));
  response::ActionPlan defeated = PlanOf(response::Standing::kKept);
  defeated.decisions[0].record.effectiveness = {false, {"open"}, "open allows everything"};
  const auto notes = announcer.Decisions(defeated);
  ASSERT_THAT(notes, SizeIs(1));
  EXPECT_THAT(notes[0].message, HasSubstr("NOT EFFECTIVE: open allows everything"));
}

TEST(Announcer, AStateOfAPolicyIsToldWhenItChanges) {
  Announcer announcer(Nothing());
  assessment::ObjectMeta meta;
  meta.uid = "u";
  EXPECT_THAT(announcer.PolicyState(meta, "InEffect: ok", "InEffect", "ok", false), IsEmpty());
  EXPECT_THAT(announcer.PolicyState(meta, "", "InvalidSpec", "spec.x", true), SizeIs(1));
  EXPECT_THAT(announcer.PolicyState(meta, "", "InvalidSpec", "spec.x", true), IsEmpty());
}

}  // namespace
}  // namespace narrows::control
