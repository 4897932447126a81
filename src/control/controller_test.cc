#include "control/controller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/file.h"
#include "control/fakes_testing.h"
#include "kubernetes/resource_types.h"
#include "response/in_memory_cluster_testing.h"
#include "storage/sqlite/sqlite_store.h"

namespace narrows::control {
namespace {

using testing::Each;
using testing::SizeIs;

class NoEvents final : public kubernetes::EventRecorder {
 public:
  Status Record(const kubernetes::EventNote&, const CallContext&) override { return Ok(); }
};

// Plans what the test says, once, and remembers what the watches had shown before each plan.
class FakeAction final : public response::ResponseAction {
 public:
  std::string_view Kind() const override { return "fake"; }
  std::vector<response::Permission> Describe() const override { return {}; }
  response::ActionPlan Plan(const response::Situation&, TimePoint) const override {
    auto& self = const_cast<FakeAction&>(*this);
    self.shown_before.push_back(shown);
    ++self.plans;
    return std::exchange(self.next, {});
  }
  response::ActionPlan Revert(const response::Situation&, std::string_view,
                              TimePoint) const override {
    return {};
  }
  response::ActionOutcome Apply(const response::ActionPlan&, const CallContext&) override {
    return outcome;
  }

  response::ActionPlan next;
  response::ActionOutcome outcome;
  bool shown = false;  // of the loop's thread, as is the next
  std::vector<bool> shown_before;
  std::atomic<int> plans{0};
};

class ControllerTest : public testing::Test {
 protected:
  ControllerTest() {
    store_ = *storage::OpenSqliteStore({.path = folder_->path() / "store.db", .cluster = "c"});
    recorder_ = std::make_unique<Recorder>(*store_, clock_);
    policy_.meta.name = "p";
    policy_.meta.uid = "uid-p";
    watch_.Set(policy_);
    inventory_.namespaces = {{"shop", "uid-shop", {}, {}}};
    inventory_.workloads = {RunningWorkload("shop", "web", "sha256:1")};
    ControllerOptions options;
    options.missing_permissions = [](const CallContext&) { return std::vector<std::string>(); };
    controller_ =
        std::make_unique<Controller>(ControllerParts{clock_, client_, inventory_, watch_, images_,
                                                     action_, *recorder_, events_, metrics_},
                                     std::move(options));
  }

  // Runs the loop, as a leader does, until the condition holds.
  void RunUntil(const std::function<bool()>& done) {
    std::stop_source stop;
    std::jthread loop([&] {
      controller_->Run(CallContext::WithTimeout(std::chrono::minutes(5), stop.get_token()));
    });
    const CallContext patience = CallContext::WithTimeout(std::chrono::seconds(30));
    while (!done() && patience.SleepFor(std::chrono::milliseconds(5)).has_value()) {
    }
    EXPECT_TRUE(done());
    stop.request_stop();
  }

  SystemClock clock_;
  Result<ScopedTempDir> folder_ = ScopedTempDir::Create();
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<Recorder> recorder_;
  response::InMemoryCluster client_;
  FakeInventory inventory_;
  FakePolicyWatch watch_;
  FakeImages images_;
  FakeAction action_;
  NoEvents no_events_;
  EventSender events_{no_events_};
  Metrics metrics_{"test"};
  assessment::Policy policy_;
  std::unique_ptr<Controller> controller_;
};

TEST_F(ControllerTest, ImagesThatRunAreNotForgottenWhenLeadershipComesBack) {
  RunUntil([&] { return images_.Retained().size() == 1; });
  RunUntil([&] { return images_.Retained().size() == 2; });
  EXPECT_THAT(images_.Retained(), Each(SizeIs(1)));
}

TEST_F(ControllerTest, PlansAnewOnlyOnceTheWatchesShowWhatWasWritten) {
  struct Case {
    kubernetes::ResourceType type;
    bool fails;  // another operation of the plan
  };
  for (const Case& each : {Case{kubernetes::kPods, false}, Case{kubernetes::kPods, true},
                           Case{kInspectionPolicies, false}}) {
    response::Operation operation;
    operation.verb = response::Operation::Verb::kMergePatch;
    operation.object = {each.type, "shop", "web-1", ""};
    action_.next.operations = {operation};
    action_.outcome.written = {{operation.object, "uid-web-1", "7", false}};
    action_.outcome.errors.clear();
    if (each.fails) action_.outcome.errors.push_back(Unavailable("the other one"));
    action_.shown = false;
    action_.shown_before.clear();
    action_.plans = 0;
    int questions = 0;
    // Later than the loop waits at a stretch.
    inventory_.shows = watch_.shows = [&](std::string_view version) {
      EXPECT_EQ(version, "7");
      if (++questions > 450) action_.shown = true;
      // A pod that somebody else changes meanwhile must not cut it short.
      if (questions == 10) controller_->OnInventoryChange({.name_space = "shop", .name = "web-1"});
      return action_.shown;
    };
    RunUntil([&] { return action_.plans >= 2; });
    EXPECT_FALSE(action_.shown_before[0]);
    EXPECT_TRUE(action_.shown_before[1]) << each.type.plural;
  }
}

TEST_F(ControllerTest, AnObjectThatWasDeletedMustBeGoneFromThePicture) {
  model::NetworkPolicy deny;
  deny.name_space = "shop";
  deny.name = "deny";
  deny.uid = "uid-deny";
  inventory_.network_policies = {deny};
  response::Operation operation;
  operation.verb = response::Operation::Verb::kDelete;
  operation.object = {kubernetes::kNetworkPolicies, "shop", "deny", ""};
  action_.next.operations = {operation};
  action_.outcome.written = {{operation.object, "uid-deny", "", true}};
  int questions = 0;
  inventory_.shows = [&](std::string_view) {
    if (++questions > 20) {
      inventory_.network_policies.clear();
      action_.shown = true;
    }
    return true;
  };
  RunUntil([&] { return action_.plans >= 2; });
  EXPECT_TRUE(action_.shown_before[1]);
}

}  // namespace
}  // namespace narrows::control
