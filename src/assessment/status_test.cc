#include "assessment/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "assessment/policy_parser.h"

namespace narrows::assessment {
namespace {

using testing::HasSubstr;

const TimePoint kNow = *ParseRfc3339("2026-06-01T12:00:00.250Z");

TEST(Status, OfAPolicyInEffect) {
  const ObjectStatus status = StatusOf(Policy());
  EXPECT_EQ(status.word, "Standby");
  ASSERT_EQ(status.conditions.size(), 3u);
  EXPECT_EQ(status.conditions[0].reason, "InEffect");
  EXPECT_EQ(status.conditions[1].status, ConditionStatus::kFalse);
}

TEST(Status, SaysSuspendedDisabledAndPassword) {
  Policy policy;
  policy.suspend = true;
  policy.carries_password = true;
  policy.notices = {{"spec.a", "not yet"}, {"spec.b", "never"}};
  const ObjectStatus status = StatusOf(policy);
  EXPECT_EQ(status.word, "Suspend");
  EXPECT_EQ(status.conditions[0].reason, "Suspended");
  EXPECT_EQ(status.conditions[1].message, "spec.a: not yet; spec.b: never");
  EXPECT_EQ(status.conditions[2].status, ConditionStatus::kTrue);
  policy.enabled = false;
  EXPECT_EQ(StatusOf(policy).conditions[0].reason, "Disabled");
}

TEST(StatusPatch, IsEmptyWhenNothingChangesAndKeepsTransitionTimes) {
  ObjectStatus wanted = StatusOf(Policy());
  wanted.counts = Counts{3, 1, 1, 1, 1};
  const auto first = StatusPatch(R"({"metadata":{"generation":2}})", wanted, kNow);
  ASSERT_TRUE(first.has_value());
  EXPECT_THAT(*first, HasSubstr(R"("observedGeneration":2)"));
  EXPECT_THAT(*first, HasSubstr(R"("lastTransitionTime":"2026-06-01T12:00:00Z")"));
  EXPECT_THAT(*first, HasSubstr(R"("violated":1)"));
  const std::string written = R"({"metadata":{"generation":2},)" + first->substr(1);
  const TimePoint later = kNow + std::chrono::hours(1);
  EXPECT_EQ(*StatusPatch(written, wanted, later), "");
  wanted.conditions[1].status = ConditionStatus::kTrue;
  const auto changed = StatusPatch(written, wanted, later);
  EXPECT_THAT(*changed, HasSubstr(R"("type":"Ready","status":"True","observedGeneration":2,)"
                                  R"("lastTransitionTime":"2026-06-01T12:00:00Z")"));
  EXPECT_THAT(*changed, HasSubstr(R"("lastTransitionTime":"2026-06-01T13:00:00Z")"));
  EXPECT_THAT(*changed, testing::Not(HasSubstr("counts")));
}

TEST(StatusPatch, WaiversAreReadBackAsTheyWere) {
  Waiver release{"n/Deployment/w", Waiver::Cause::kRelease, "e1", kNow, kNow, false, {"a", "b"}};
  Waiver expired{"n/Pod/x", Waiver::Cause::kExpired, "", kNow, {}, true, {}};
  ObjectStatus wanted;
  wanted.waivers = {release, expired};
  const auto patch = StatusPatch("{}", wanted, kNow);
  ASSERT_TRUE(patch.has_value());
  const auto policy = ParsePolicy(R"({"spec":{"inspection":{}},)" + patch->substr(1));
  ASSERT_TRUE(policy.has_value()) << policy.error().message;
  EXPECT_EQ(policy->waivers, *wanted.waivers);
}

TEST(StatusPatch, AnInvalidSpecIsNamed) {
  const auto error = ParsePolicy(R"({"spec":{"inspection":{"onUnknown":"x"}}})").error();
  const auto patch = StatusPatch("{}", StatusOfInvalid(error), kNow);
  EXPECT_THAT(*patch, HasSubstr("InvalidSpec"));
  EXPECT_THAT(*patch, HasSubstr("spec.inspection.onUnknown"));
}

}  // namespace
}  // namespace narrows::assessment
