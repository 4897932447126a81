#include "kubernetes/leader_election.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <mutex>

#include "http/scripted/scripted_server.h"

namespace narrows::kubernetes {
namespace {

namespace json = boost::json;

// An API server that knows one Lease, with optimistic concurrency.
class LeaseServer {
 public:
  LeaseServer() : server_([this](const auto& request, auto& reply) { Answer(request, reply); }) {
    ClientConfig config{.server = server_.Url(), .proxy = "none", .origin = "the test"};
    client_ = *MakeApiClient(config, system_clock_);
  }

  ApiClient& client() { return *client_; }
  void SetDown(bool down) { down_ = down; }
  json::object Spec() {
    const std::lock_guard lock(mutex_);
    return lease_.at("spec").as_object();
  }

 private:
  void Answer(const http::scripted::ScriptedRequest& request,
              http::scripted::ScriptedReply& reply) {
    const std::lock_guard lock(mutex_);
    if (down_) return reply.Send(500, "");
    if (request.method == "GET" && lease_.empty()) return reply.Send(404, "");
    if (request.method == "POST" && !lease_.empty()) {
      return reply.Send(409, R"({"kind":"Status","reason":"AlreadyExists","code":409})");
    }
    if (request.method != "GET") {
      auto sent = json::parse(request.body).as_object();
      auto& metadata = sent["metadata"].as_object();
      if (request.method == "PUT" &&
          metadata["resourceVersion"].as_string() != std::to_string(version_)) {
        return reply.Send(409, R"({"kind":"Status","reason":"Conflict","code":409})");
      }
      metadata["resourceVersion"] = std::to_string(++version_);
      lease_ = std::move(sent);
    }
    reply.Send(200, json::serialize(lease_));
  }

  const SystemClock system_clock_;
  std::mutex mutex_;
  json::object lease_;
  int version_ = 0;
  std::atomic<bool> down_ = false;
  std::unique_ptr<ApiClient> client_;
  http::scripted::ScriptedServer server_;
};

CallContext Soon() { return CallContext::WithTimeout(std::chrono::seconds(30)); }

LeaderElectionOptions Named(const std::string& identity) {
  return {.name_space = "ns", .lease = "narrows", .identity = identity};
}

TEST(LeaderElection, TheFirstLeadsAndTheSecondWaitsForTheLeaseToExpire) {
  LeaseServer server;
  ManualClock clock(*ParseRfc3339("2026-01-01T00:00:00.005Z"));
  LeaderElector a(server.client(), clock, Named("a"));
  LeaderElector b(server.client(), clock, Named("b"));
  EXPECT_TRUE(*a.TryAcquireOrRenew(Soon()));
  EXPECT_EQ(server.Spec().at("renewTime").as_string(), "2026-01-01T00:00:00.005000Z");
  EXPECT_FALSE(*b.TryAcquireOrRenew(Soon()));
  EXPECT_EQ(b.holder(), "a");
  clock.Advance(std::chrono::seconds(10));
  EXPECT_TRUE(*a.TryAcquireOrRenew(Soon()));
  clock.Advance(std::chrono::seconds(10));
  EXPECT_FALSE(*b.TryAcquireOrRenew(Soon())) << "renewed meanwhile";
  clock.Advance(std::chrono::seconds(14));
  EXPECT_FALSE(*b.TryAcquireOrRenew(Soon()));
  clock.Advance(std::chrono::seconds(1));
  EXPECT_TRUE(*b.TryAcquireOrRenew(Soon()));
  EXPECT_EQ(server.Spec().at("leaseTransitions").as_int64(), 1);
  EXPECT_FALSE(*a.TryAcquireOrRenew(Soon()));
}

TEST(LeaderElection, AReleaseLetsTheNextInAtOnce) {
  LeaseServer server;
  ManualClock clock(*ParseRfc3339("2026-01-01T00:00:00Z"));
  LeaderElector a(server.client(), clock, Named("a"));
  LeaderElector b(server.client(), clock, Named("b"));
  EXPECT_TRUE(*a.TryAcquireOrRenew(Soon()));
  EXPECT_FALSE(*b.TryAcquireOrRenew(Soon()));
  EXPECT_TRUE(a.Release(Soon()).has_value());
  EXPECT_TRUE(*b.TryAcquireOrRenew(Soon()));
}

TEST(LeaderElection, AServerInTroubleIsAnErrorAndNoDecision) {
  LeaseServer server;
  const SystemClock clock;
  LeaderElector a(server.client(), clock, Named("a"));
  server.SetDown(true);
  EXPECT_FALSE(a.TryAcquireOrRenew(Soon()).has_value());
  server.SetDown(false);
  EXPECT_TRUE(*a.TryAcquireOrRenew(Soon()));
}

TEST(RunAsLeader, ReleasesWhenTheWorkReturns) {
  LeaseServer server;
  const SystemClock clock;
  bool worked = false;
  const auto status = RunAsLeader(server.client(), clock, Named("a"), Soon(),
                                  [&](const CallContext&) { worked = true; });
  EXPECT_TRUE(status.has_value()) << status.error().message;
  EXPECT_TRUE(worked);
  EXPECT_EQ(server.Spec().at("holderIdentity").as_string(), "");
}

TEST(RunAsLeader, StopsTheWorkWhenTheLeaseIsLost) {
  LeaseServer server;
  const SystemClock clock;
  LeaderElectionOptions options = Named("a");
  options.retry_period = std::chrono::milliseconds(20);
  options.renew_deadline = std::chrono::seconds(1);
  const auto status =
      RunAsLeader(server.client(), clock, options, Soon(), [&](const CallContext& context) {
        server.SetDown(true);
        EXPECT_EQ(context.SleepFor(std::chrono::minutes(5)).error().code, ErrorCode::kCancelled);
      });
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kAborted);
}

TEST(RunAsLeader, AStopEndsTheWorkAndReleases) {
  LeaseServer server;
  const SystemClock clock;
  std::stop_source stop;
  const auto status =
      RunAsLeader(server.client(), clock, Named("a"),
                  CallContext::WithTimeout(std::chrono::minutes(1), stop.get_token()),
                  [&](const CallContext& context) {
                    stop.request_stop();
                    EXPECT_FALSE(context.SleepFor(std::chrono::minutes(5)).has_value());
                  });
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(server.Spec().at("holderIdentity").as_string(), "");
}

}  // namespace
}  // namespace narrows::kubernetes
