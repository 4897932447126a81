#include "control/recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "assessment/assess.h"
#include "base/file.h"
#include "storage/sqlite/sqlite_store.h"

namespace narrows::control {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kFinding(32, 'a');

class RecorderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto folder = ScopedTempDir::Create();
    ASSERT_TRUE(folder.has_value());
    folder_ = std::make_unique<ScopedTempDir>(*std::move(folder));
    auto store = storage::OpenSqliteStore({.path = folder_->path() / "s.sqlite", .cluster = "c"});
    ASSERT_TRUE(store.has_value()) << store.error().message;
    store_ = *std::move(store);
  }

  Judgement Judged(model::Verdict verdict) const {
    Judgement judgement;
    judgement.picture.name_space.name = "shop";
    model::Assessment assessment;
    assessment.workload = {"c", "shop", "apps/v1", "Deployment", "web", "u"};
    assessment.policy = "p";
    assessment.verdict = verdict;
    assessment.containers.resize(1);
    assessment.containers[0].verdict = verdict;
    if (verdict == model::Verdict::kViolated) {
      model::Finding finding;
      finding.id = kFinding;
      assessment.containers[0].violations = {
          {std::make_shared<const model::Finding>(finding), "", ""}};
    }
    judgement.assessments = {assessment};
    return judgement;
  }

  model::ActionRecord Action(const std::string& id) const {
    model::ActionRecord action;
    action.id = id;
    action.kind = "quarantine";
    action.workload = {"c", "shop", "apps/v1", "Deployment", "web", "u"};
    action.pods = {"web-1"};
    return action;
  }

  std::string Cursor() { return *(*store_->Read())->LatestCursor(); }
  std::vector<model::Assessment> Latest() { return *(*store_->Read())->assessments().Latest({}); }
  std::vector<model::ActionRecord> Actions() { return *(*store_->Read())->actions().List({}); }

  ManualClock clock_{TimePoint(std::chrono::hours(1))};
  std::unique_ptr<ScopedTempDir> folder_;
  std::unique_ptr<storage::Store> store_;
};

TEST_F(RecorderTest, WhatTheStoreHoldsIsNotWrittenAgain) {
  Recorder recorder(*store_, clock_);
  const Judgement judged = Judged(model::Verdict::kViolated);
  RoundRecord round;
  round.judgements = {&judged};
  round.actions = {Action("a1")};
  ASSERT_TRUE(recorder.Record(round).has_value());
  EXPECT_THAT(Latest(), SizeIs(1));
  EXPECT_THAT(Actions(), SizeIs(1));
  const std::string cursor = Cursor();
  ASSERT_TRUE(recorder.Record(round).has_value());
  EXPECT_EQ(Cursor(), cursor);
  EXPECT_EQ(recorder.KnownFailures(judged.assessments[0].workload, "p"),
            std::set<std::string>{assessment::Fingerprint(
                *judged.assessments[0].containers[0].violations[0].finding)});
}

TEST_F(RecorderTest, WhatIsJudgedNoMoreIsRemoved) {
  Recorder recorder(*store_, clock_);
  const Judgement judged = Judged(model::Verdict::kPassed);
  ASSERT_TRUE(recorder.Record({.judgements = {&judged}}).has_value());
  Judgement none;
  none.picture.name_space.name = "shop";
  ASSERT_TRUE(recorder.Record({.judgements = {&none}}).has_value());
  EXPECT_THAT(Latest(), IsEmpty());
  ASSERT_TRUE(recorder.Record({.judgements = {&judged}}).has_value());
  ASSERT_TRUE(recorder.Record({.gone_namespaces = {"shop"}}).has_value());
  EXPECT_THAT(Latest(), IsEmpty());
}

TEST_F(RecorderTest, ARestartKnowsWhatWasStoredAndDropsWhatIsGone) {
  const Judgement judged = Judged(model::Verdict::kViolated);
  {
    Recorder recorder(*store_, clock_);
    ASSERT_TRUE(recorder.Record({.judgements = {&judged}, .actions = {Action("a1")}}).has_value());
  }
  Recorder recorder(*store_, clock_);
  ASSERT_TRUE(recorder.Load().has_value());
  // A line that is in force is not replaced by one that knows less.
  model::ActionRecord kept = Action("a1");
  kept.pods.clear();
  ASSERT_TRUE(
      recorder.Record({.judgements = {&judged}, .kept_actions = {kept, Action("a2")}}).has_value());
  ASSERT_THAT(Actions(), SizeIs(2));
  for (const model::ActionRecord& action : Actions()) EXPECT_THAT(action.pods, SizeIs(1));
  Judgement none;
  none.picture.name_space.name = "shop";
  ASSERT_TRUE(recorder.Record({.judgements = {&none}}).has_value());
  EXPECT_THAT(Latest(), IsEmpty());
}

}  // namespace
}  // namespace narrows::control
