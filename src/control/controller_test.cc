#include "control/controller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "assessment/status.h"
#include "base/file.h"
#include "control/fakes_testing.h"
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

// Plans what the test says, once, and remembers the waivers that each plan was made from.
class FakeAction final : public response::ResponseAction {
 public:
  std::string_view Kind() const override { return "fake"; }
  std::vector<response::Permission> Describe() const override { return {}; }
  response::ActionPlan Plan(const response::Situation& situation, TimePoint) const override {
    auto& self = const_cast<FakeAction&>(*this);
    self.waivers_seen.push_back(situation.policies.front().waivers.size());
    ++self.plans;
    return std::exchange(self.next, {});
  }
  response::ActionPlan Revert(const response::Situation&, std::string_view,
                              TimePoint) const override {
    return {};
  }
  response::ActionOutcome Apply(const response::ActionPlan&, const CallContext&) override {
    on_apply();
    return {};
  }

  response::ActionPlan next;
  std::function<void()> on_apply = [] {};
  std::vector<size_t> waivers_seen;  // of the loop's thread
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

TEST_F(ControllerTest, PlansAnewOnlyOnceTheWatchShowsWhatWasRemembered) {
  assessment::Waiver waiver;
  waiver.workload = "shop/Deployment/web";
  waiver.cause = assessment::Waiver::Cause::kExpired;
  waiver.findings = {"00000001"};
  response::Operation operation;
  operation.verb = response::Operation::Verb::kMergePatch;
  operation.object = {kInspectionPolicies, "", "p", "status"};
  operation.body = assessment::WaiversPatch({waiver});
  action_.next.operations = {operation};
  action_.on_apply = [&, policy = policy_]() mutable {
    policy.waivers = {waiver};
    watch_.SetAfter(20, policy);  // more often than one round asks
  };
  RunUntil([&] { return action_.plans >= 2; });
  EXPECT_EQ(action_.waivers_seen[0], 0u);
  EXPECT_EQ(action_.waivers_seen[1], 1u);
}

}  // namespace
}  // namespace narrows::control
