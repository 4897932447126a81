#include "kubernetes/events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "http/scripted/scripted_server.h"
#include "kubernetes/permissions.h"

namespace narrows::kubernetes {
namespace {

using ::testing::HasSubstr;

TEST(EventRecorder, TheSameNoteAgainRaisesTheCount) {
  std::mutex mutex;
  std::vector<http::scripted::ScriptedRequest> requests;
  int patch_status = 200;
  http::scripted::ScriptedServer server([&](const auto& request, auto& reply) {
    const std::lock_guard lock(mutex);
    requests.push_back(request);
    reply.Send(request.method == "PATCH" ? patch_status : 201, "{}");
  });
  const SystemClock system_clock;
  ClientConfig config{.server = server.Url(), .proxy = "none"};
  const auto client = *MakeApiClient(config, system_clock);
  ManualClock clock(*ParseRfc3339("2026-01-01T00:00:00Z"));
  const auto recorder = MakeEventRecorder(*client, clock, "narrows", "narrows-0");
  const EventNote note{.regarding = {"apps/v1", "Deployment", "shop", "web", "d1"},
                       .warning = true,
                       .reason = "Quarantined",
                       .message = "CVE-2023-1"};
  const auto context = CallContext::WithTimeout(std::chrono::seconds(30));
  ASSERT_TRUE(recorder->Record(note, context).has_value());
  ASSERT_TRUE(recorder->Record(note, context).has_value());
  EventNote other = note;
  other.message = "CVE-2023-2";
  ASSERT_TRUE(recorder->Record(other, context).has_value());
  patch_status = 404;
  ASSERT_TRUE(recorder->Record(note, context).has_value()) << "forgotten by the server";
  clock.Advance(std::chrono::hours(1));
  ASSERT_TRUE(recorder->Record(note, context).has_value());

  ASSERT_EQ(requests.size(), 6u);
  EXPECT_EQ(requests[0].method, "POST");
  EXPECT_EQ(requests[0].target, "/api/v1/namespaces/shop/events");
  EXPECT_THAT(requests[0].body, HasSubstr(R"("involvedObject":{"apiVersion":"apps/v1")"));
  EXPECT_THAT(requests[0].body, HasSubstr(R"("type":"Warning","reason":"Quarantined")"));
  EXPECT_EQ(requests[1].method, "PATCH");
  EXPECT_THAT(requests[1].target, HasSubstr("/api/v1/namespaces/shop/events/web."));
  EXPECT_EQ(requests[1].body, R"({"count":2,"lastTimestamp":"2026-01-01T00:00:00Z"})");
  EXPECT_EQ(requests[2].method, "POST");
  EXPECT_EQ(requests[3].method, "PATCH");
  EXPECT_EQ(requests[4].method, "POST");
  EXPECT_EQ(requests[5].method, "POST") << "an hour later it is another Event";
}

TEST(Permissions, NamesWhatIsMissingAndTheRemedy) {
  http::scripted::ScriptedServer server([&](const auto& request, auto& reply) {
    const bool allowed = request.body.find(R"("resource":"pods")") != std::string::npos;
    reply.Send(201, std::string(R"({"status":{"allowed":)") + (allowed ? "true" : "false") + "}}");
  });
  const SystemClock clock;
  ClientConfig config{.server = server.Url(), .proxy = "none"};
  const auto client = *MakeApiClient(config, clock);
  const std::vector<Permission> wanted = {
      {.verb = "list", .resource = "pods"},
      {.verb = "watch", .group = "apps", .resource = "deployments", .purpose = "to name owners"},
      {.verb = "update",
       .group = "g",
       .resource = "policies",
       .subresource = "status",
       .name_space = "ns"}};
  const auto missing =
      MissingPermissions(*client, wanted, CallContext::WithTimeout(std::chrono::seconds(30)));
  ASSERT_TRUE(missing.has_value()) << missing.error().message;
  ASSERT_EQ(missing->size(), 2u);
  EXPECT_EQ((*missing)[0], wanted[1]);
  EXPECT_EQ((*missing)[0].ToString(), "watch deployments.apps");
  EXPECT_EQ((*missing)[1].ToString(), "update policies.g/status in namespace ns");
}

}  // namespace
}  // namespace narrows::kubernetes
