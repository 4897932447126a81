#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "assessment/assess.h"
#include "control/announcer.h"
#include "control/fakes_testing.h"

namespace narrows::control {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class AlertsTest : public testing::Test {
 protected:
  AlertsTest() {
    policy_.meta.name = "p";
    assessment::Action action;
    action.kind = assessment::ActionKind::kAlert;
    policy_.actions = {action};
    judgement_.picture.name_space.name = "shop";
    judgement_.picture.workloads = {RunningWorkload("shop", "web", "sha256:1")};
    assessment_.workload = judgement_.picture.workloads[0].ref;
    assessment_.policy = "p";
  }

  // The workload violates with these vulnerabilities of an image.
  void Violate(const std::string& digest, const std::vector<std::string>& ids) {
    model::ContainerAssessment container;
    container.verdict = model::Verdict::kViolated;
    for (const std::string& id : ids) {
      model::Finding finding;
      finding.id = digest + id;
      finding.vulnerability.id = id;
      container.violations.push_back(
          {std::make_shared<const model::Finding>(finding), "severity", "too high"});
    }
    Set(std::move(container));
  }
  void BeUnknown(std::string_view reason) {
    model::ContainerAssessment container;
    container.verdict = model::Verdict::kUnknown;
    container.unknown_reason = reason;
    Set(std::move(container));
  }
  std::vector<kubernetes::EventNote> Alerts() { return announcer_.Alerts(judgement_, {policy_}); }

  std::set<std::string> before_;
  Announcer announcer_{[this](const model::WorkloadRef&, std::string_view) { return before_; }};
  assessment::Policy policy_;
  Judgement judgement_;

 private:
  void Set(model::ContainerAssessment container) {
    assessment_.verdict = container.verdict;
    assessment_.containers = {std::move(container)};
    judgement_.assessments = {assessment_};
  }

  model::Assessment assessment_;
};

TEST_F(AlertsTest, EachFindingIsToldOnceAlsoWhenTheImageChanges) {
  Violate("sha256:1", {"CVE-1"});
  EXPECT_THAT(Alerts(), SizeIs(1));
  EXPECT_THAT(Alerts(), IsEmpty());
  Violate("sha256:2", {"CVE-1"});
  EXPECT_THAT(Alerts(), IsEmpty());
  Violate("sha256:2", {"CVE-1", "CVE-2"});
  const auto notes = Alerts();
  ASSERT_THAT(notes, SizeIs(1));
  EXPECT_THAT(notes[0].message, HasSubstr("1 finding violates policy p: CVE-2"));
  EXPECT_EQ(notes[0].regarding.name, "web");
}

TEST_F(AlertsTest, WhatWasKnownBeforeThisProcessIsNoNews) {
  Violate("sha256:1", {"CVE-1"});
  before_ = {
      assessment::Fingerprint(*judgement_.assessments[0].containers[0].violations[0].finding)};
  EXPECT_THAT(Alerts(), IsEmpty());
}

TEST_F(AlertsTest, WhatIsUnknownIsToldOnceWhereThePolicyTakesItForViolated) {
  BeUnknown("the registry is down");
  EXPECT_THAT(Alerts(), IsEmpty());
  policy_.on_unknown = assessment::OnUnknown::kFail;
  const auto notes = Alerts();
  ASSERT_THAT(notes, SizeIs(1));
  EXPECT_THAT(notes[0].message, HasSubstr("the registry is down"));
  EXPECT_THAT(Alerts(), IsEmpty());
  BeUnknown(assessment::kNotReadYet);
  EXPECT_THAT(Alerts(), IsEmpty());
}

TEST_F(AlertsTest, ANamespaceThatIsGoneIsForgotten) {
  Violate("sha256:1", {"CVE-1"});
  EXPECT_THAT(Alerts(), SizeIs(1));
  announcer_.Forget("shop");
  EXPECT_THAT(Alerts(), SizeIs(1));
}

}  // namespace
}  // namespace narrows::control
