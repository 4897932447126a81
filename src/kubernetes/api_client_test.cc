#include "kubernetes/api_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "base/file.h"
#include "http/scripted/scripted_server.h"
#include "kubernetes/resource_types.h"
#include "kubernetes/status_error.h"

namespace narrows::kubernetes {
namespace {

using http::scripted::ScriptedReply;
using http::scripted::ScriptedRequest;
using http::scripted::ScriptedServer;
using ::testing::HasSubstr;
using ::testing::Not;

const SystemClock kClock;

std::unique_ptr<ApiClient> ClientOf(const ScriptedServer& server, UserCredentials user = {}) {
  ClientConfig config{.server = server.Url("/base/"), .proxy = "none", .origin = "the test"};
  config.user = std::move(user);
  auto client = MakeApiClient(config, kClock);
  EXPECT_TRUE(client.has_value());
  return *std::move(client);
}

CallContext Soon() { return CallContext::WithTimeout(std::chrono::seconds(30)); }

std::string StatusBody(int code, const std::string& reason, const std::string& message) {
  return R"({"kind":"Status","apiVersion":"v1","status":"Failure","message":")" + message +
         R"(","reason":")" + reason + R"(","code":)" + std::to_string(code) + "}";
}

TEST(ApiClient, AsksAsTheApiWantsIt) {
  ScriptedServer server([](const ScriptedRequest& request, ScriptedReply& reply) {
    reply.Send(200, request.method + ' ' + request.target + ' ' + request.Header("content-type") +
                        ' ' + request.body);
  });
  const auto client = ClientOf(server);
  const ObjectName pod{kPods, "ns", "p/1", ""};
  const ObjectName status{kDeployments, "ns", "d", "status"};
  const std::pair<Result<std::string>, std::string> calls[] = {
      {client->Get(pod, Soon()), "GET /base/api/v1/namespaces/ns/pods/p%2F1  "},
      {client->Get({kNodes, "", "n", ""}, Soon()), "GET /base/api/v1/nodes/n  "},
      {client->List(kPods, {.label_selector = "a=b,c", .continue_token = "x+y", .limit = 5},
                    Soon()),
       "GET /base/api/v1/pods?labelSelector=a%3Db%2Cc&continue=x%2By&limit=5  "},
      {client->Create(kLeases, "ns", "{}", Soon()),
       "POST /base/apis/coordination.k8s.io/v1/namespaces/ns/leases application/json {}"},
      {client->Apply({kNetworkPolicies, "ns", "n", ""}, "{}", "narrows", Soon()),
       "PATCH /base/apis/networking.k8s.io/v1/namespaces/ns/networkpolicies/n"
       "?fieldManager=narrows&force=true application/apply-patch+yaml {}"},
      {client->Patch(status, PatchKind::kMerge, "{}", Soon()),
       "PATCH /base/apis/apps/v1/namespaces/ns/deployments/d/status "
       "application/merge-patch+json {}"},
      {client->Patch(pod, PatchKind::kJson, "[]", Soon()),
       "PATCH /base/api/v1/namespaces/ns/pods/p%2F1 application/json-patch+json []"},
      {client->Replace({kLeases, "ns", "l", ""}, "{}", Soon()),
       "PUT /base/apis/coordination.k8s.io/v1/namespaces/ns/leases/l application/json {}"},
  };
  for (const auto& [answer, expected] : calls) {
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_EQ(*answer, expected);
  }
  EXPECT_TRUE(client->Delete(pod, "", Soon()).has_value());
}

TEST(ApiClient, ErrorsAreKubectlsWords) {
  const std::tuple<int, const char*, ErrorCode> cases[] = {
      {400, "BadRequest", ErrorCode::kInvalidArgument},
      {403, "Forbidden", ErrorCode::kPermissionDenied},
      {404, "NotFound", ErrorCode::kNotFound},
      {409, "AlreadyExists", ErrorCode::kAlreadyExists},
      {409, "Conflict", ErrorCode::kAborted},
      {410, "Expired", ErrorCode::kOutOfRange},
      {429, "TooManyRequests", ErrorCode::kResourceExhausted},
      {500, "InternalError", ErrorCode::kUnavailable},
      {504, "Timeout", ErrorCode::kUnavailable},
  };
  for (const auto& [code, reason, expected] : cases) {
    const Error error = ErrorFromResponse(code, StatusBody(code, reason, "it is so"));
    EXPECT_EQ(error.code, expected) << reason;
    EXPECT_EQ(error.message, std::string("Error from server (") + reason + "): it is so");
  }
  EXPECT_EQ(ErrorFromResponse(401, StatusBody(401, "Unauthorized", "Unauthorized")).message,
            "You must be logged in to the server (Unauthorized)");
  EXPECT_EQ(ErrorFromResponse(422, R"({"kind":"Status","reason":"Invalid","code":422,"message":"x",
      "details":{"kind":"Deployment","name":"web","causes":[
        {"field":"spec.a","message":"Required value"},{"field":"spec.b","message":"Invalid"}]}})")
                .message,
            "The Deployment \"web\" is invalid: spec.a: Required value; spec.b: Invalid");
  EXPECT_EQ(ErrorFromResponse(502, "<html>Bad\x01 Gateway").message,
            "the server answered HTTP 502: <html>Bad? Gateway");
  EXPECT_EQ(ErrorFromWatchEvent("nonsense").code, ErrorCode::kInternal);
}

TEST(ApiClient, TriesAgainAsRetryAfterSays) {
  std::atomic<int> calls = 0;
  ScriptedServer server([&](const ScriptedRequest& request, ScriptedReply& reply) {
    const int call = ++calls;
    if (request.target.ends_with("/never")) return reply.Send(429, "", {"Retry-After: 0"});
    if (request.target.ends_with("/plain")) return reply.Send(503, "");
    if (call < 3) return reply.Send(call == 1 ? 429 : 503, "", {"Retry-After: 0"});
    reply.Send(201, "done");
  });
  const auto client = ClientOf(server);
  const auto created = client->Create(kPods, "ns", "{}", Soon());
  ASSERT_TRUE(created.has_value()) << created.error().message;
  EXPECT_EQ(calls, 3);
  const auto never = client->Get({kNodes, "", "never", ""}, Soon());
  ASSERT_FALSE(never.has_value());
  EXPECT_EQ(never.error().code, ErrorCode::kResourceExhausted);
  const int before = calls;
  EXPECT_FALSE(client->Get({kNodes, "", "plain", ""}, Soon()).has_value());
  EXPECT_EQ(calls, before + 1);
}

TEST(ApiClient, OnlyAGetIsRepeatedAfterABrokenConnection) {
  std::atomic<int> gets = 0;
  std::atomic<int> posts = 0;
  ScriptedServer server([&](const ScriptedRequest& request, ScriptedReply& reply) {
    if (request.method == "POST") {
      ++posts;
      reply.Raw("HTTP/1.1 2");
    } else if (++gets < 3) {
      reply.Raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab");
    } else {
      reply.Send(200, "ok");
    }
  });
  const auto client = ClientOf(server);
  EXPECT_TRUE(client->Get({kNodes, "", "x", ""}, Soon()).has_value());
  EXPECT_EQ(gets, 3);
  // Of its own: on a kept connection HttpClient may send it a second time.
  const auto created = ClientOf(server)->Create(kPods, "ns", "{}", Soon());
  ASSERT_FALSE(created.has_value());
  EXPECT_EQ(created.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(created.error().message, HasSubstr("cannot reach the API server of the test"));
  EXPECT_EQ(posts, 1);
}

TEST(ApiClient, ARefusedTokenIsReadAnewOnce) {
  ScriptedServer server([&](const ScriptedRequest& request, ScriptedReply& reply) {
    const bool good = request.Header("authorization") == "Bearer fresh-hunter2";
    const bool watch = request.target.find("watch=true") != std::string::npos;
    if (!good) return reply.Send(401, StatusBody(401, "Unauthorized", "Unauthorized"));
    reply.Send(200, watch ? "{\"type\":\"ADDED\"}\n" : "ok");
  });
  const auto dir = ScopedTempDir::Create();
  const auto file = dir->path() / "token";
  ASSERT_TRUE(WriteFileAtomically(file, "stale-hunter2").has_value());
  const auto client = ClientOf(server, {.token_file = file});
  const auto refused = client->Get({kNodes, "", "x", ""}, Soon());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kUnauthenticated);
  EXPECT_THAT(refused.error().message, HasSubstr("You must be logged in to the server"));
  EXPECT_THAT(refused.error().message, Not(HasSubstr("hunter2")));
  ASSERT_TRUE(WriteFileAtomically(file, "fresh-hunter2").has_value());
  int accepted = 0;
  int events = 0;
  const auto watched =
      client->Watch(kPods, {.on_accepted = [&] { ++accepted; }}, Soon(), [&](std::string_view) {
        ++events;
        return Ok();
      });
  EXPECT_TRUE(watched.has_value()) << watched.error().message;
  EXPECT_EQ(accepted, 1);
  EXPECT_EQ(events, 1);
  EXPECT_TRUE(client->Get({kNodes, "", "x", ""}, Soon()).has_value());
}

TEST(ApiClient, WatchCutsEventsAndEndsAtAnError) {
  ScriptedServer server([](const ScriptedRequest& request, ScriptedReply& reply) {
    EXPECT_THAT(request.target, HasSubstr("watch=true&allowWatchBookmarks=true"));
    if (request.target.find("resourceVersion=9") != std::string::npos) {
      return reply.Send(410, StatusBody(410, "Expired", "too old"));
    }
    reply.Begin(200);
    reply.Chunk("{\"n\":1}\n{\"n\"");
    reply.Chunk(":2}\n");
    reply.Chunk("{\"type\":\"ERROR\",\"object\":" + StatusBody(410, "Expired", "gone") + "}\n");
    reply.End();
  });
  const auto client = ClientOf(server);
  std::vector<std::string> events;
  const auto keep = [&](std::string_view event) {
    events.emplace_back(event);
    return Ok();
  };
  auto ended = client->Watch(kPods, {}, Soon(), keep);
  ASSERT_FALSE(ended.has_value());
  EXPECT_EQ(ended.error().code, ErrorCode::kOutOfRange);
  EXPECT_EQ(events, (std::vector<std::string>{"{\"n\":1}", "{\"n\":2}"}));
  ended = client->Watch(kPods, {.resource_version = "9"}, Soon(), keep);
  ASSERT_FALSE(ended.has_value());
  EXPECT_EQ(ended.error().code, ErrorCode::kOutOfRange);
}

}  // namespace
}  // namespace narrows::kubernetes
