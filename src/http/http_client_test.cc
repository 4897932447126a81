#include "http/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <mutex>
#include <thread>

#include "http/scripted/scripted_server.h"

namespace narrows::http {
namespace {

using scripted::MakeTestIdentity;
using scripted::ScriptedReply;
using scripted::ScriptedRequest;
using scripted::ScriptedServer;
using scripted::TestIdentity;
using ::testing::HasSubstr;
using ::testing::Not;

std::unique_ptr<HttpClient> Client(HttpClientOptions options = {}) {
  auto client = MakeHttpClient(std::move(options));
  EXPECT_TRUE(client.has_value()) << client.error().message;
  return *std::move(client);
}

CallContext ThirtySeconds() { return CallContext::WithTimeout(std::chrono::seconds(30)); }

Result<HttpResponse> GetUrl(HttpClient& client, const std::string& url) {
  return client.Send({.url = url}, ThirtySeconds());
}

void Echo(const ScriptedRequest& request, ScriptedReply& reply) {
  std::string text = request.method + ' ' + request.target + '\n';
  for (const auto& [name, value] : request.headers) {
    text.append(name).append("=").append(value).append("\n");
  }
  reply.Send(200, text + '\n' + request.body, {"X-One: 1", "X-Two:  two words "});
}

TEST(HttpClient, SendsMethodHeadersAndBody) {
  ScriptedServer server(Echo);
  const auto client = Client({.user_agent = "narrows/test"});
  const auto response =
      client->Send({.method = "PATCH",
                    .url = server.Url("/a%2Fb/../c?x=1"),
                    .headers = {{"Content-Type", "application/json-patch+json"}, {"X-Empty", ""}},
                    .body = "[1]"},
                   ThirtySeconds());
  ASSERT_TRUE(response.has_value()) << response.error().message;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->HeaderValue("x-TWO"), "two words");
  EXPECT_EQ(response->HeaderValue("x-three"), "");
  EXPECT_THAT(response->body, HasSubstr("PATCH /a%2Fb/../c?x=1\n"));
  EXPECT_THAT(response->body, HasSubstr("content-type=application/json-patch+json\n"));
  EXPECT_THAT(response->body, HasSubstr("x-empty=\n"));
  EXPECT_THAT(response->body, HasSubstr("user-agent=narrows/test\n"));
  EXPECT_THAT(response->body, HasSubstr("\n[1]"));
  EXPECT_THAT(response->body, Not(HasSubstr("expect=")));
}

TEST(HttpClient, HandsOnNoBodyWithoutItsHead) {
  ScriptedServer server([](const ScriptedRequest&, ScriptedReply& reply) {
    reply.Raw("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nHTTP/x: 1\r\n\r\nbody");
  });
  bool told = false;
  const Status status = Client()->Stream(
      {.url = server.Url("/")}, ThirtySeconds(),
      [&](const HttpResponse& head) {
        told = head.status == 200;
        return Ok();
      },
      [&](std::string_view) {
        EXPECT_TRUE(told);
        return Ok();
      });
  EXPECT_EQ(status.has_value(), told);
}

TEST(HttpClient, EveryMethodArrivesAsItself) {
  ScriptedServer server(Echo);
  const auto client = Client();
  for (const char* method : {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"}) {
    const auto response =
        client->Send({.method = method, .url = server.Url("/m")}, ThirtySeconds());
    ASSERT_TRUE(response.has_value()) << method << ": " << response.error().message;
    EXPECT_EQ(response->status, 200);
    if (std::string_view(method) == "HEAD") {
      EXPECT_EQ(response->body, "");
    } else {
      EXPECT_THAT(response->body, HasSubstr(std::string(method) + " /m\n"));
      EXPECT_THAT(response->body, Not(HasSubstr("urlencoded")));
    }
  }
  EXPECT_EQ(server.connections(), 1) << "the connection is kept";
}

TEST(HttpClient, StatusAndRedirectAreNoErrorsAndNotFollowed) {
  ScriptedServer server([](const ScriptedRequest& request, ScriptedReply& reply) {
    if (request.target == "/moved") {
      reply.Send(307, "", {"Location: /elsewhere"});
    } else {
      reply.Send(503, "later");
    }
  });
  const auto client = Client();
  const auto moved = GetUrl(*client, server.Url("/moved"));
  ASSERT_TRUE(moved.has_value());
  EXPECT_EQ(moved->status, 307);
  EXPECT_EQ(moved->HeaderValue("location"), "/elsewhere");
  EXPECT_EQ(GetUrl(*client, server.Url("/x"))->status, 503);
}

TEST(HttpClient, ServesManyThreads) {
  ScriptedServer server(Echo);
  const auto client = Client();
  std::vector<std::thread> threads;
  threads.reserve(8);
  std::atomic<int> good = 0;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const std::string path = "/" + std::to_string(t) + "/" + std::to_string(i);
        const auto response = GetUrl(*client, server.Url(path));
        if (response.has_value() && response->body.starts_with("GET " + path + "\n")) ++good;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 160);
  EXPECT_LE(server.connections(), 8);
}

TEST(HttpClient, StreamsAndPassesTheCallersErrors) {
  ScriptedServer server([](const ScriptedRequest&, ScriptedReply& reply) {
    reply.Begin(200, {"X-A: b"});
    for (int i = 0; i < 5; ++i) reply.Chunk("piece\n");
    reply.End();
  });
  const auto client = Client();
  std::string body;
  int heads = 0;
  const HttpRequest request{.url = server.Url("/")};
  auto status = client->Stream(
      request, ThirtySeconds(),
      [&](const HttpResponse& head) {
        ++heads;
        EXPECT_EQ(body, "");
        EXPECT_EQ(head.HeaderValue("x-a"), "b");
        return Ok();
      },
      [&](std::string_view piece) {
        body += piece;
        return Ok();
      });
  ASSERT_TRUE(status.has_value()) << status.error().message;
  EXPECT_EQ(heads, 1);
  EXPECT_EQ(body.size(), 30u);

  status = client->Stream(
      request, ThirtySeconds(), [](const HttpResponse&) { return Ok(); },
      [](std::string_view) -> Status { return DataLoss("enough"); });
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kDataLoss);
  EXPECT_THAT(status.error().message, HasSubstr("enough"));

  status = client->Stream(
      request, ThirtySeconds(),
      [](const HttpResponse&) -> Status { return PermissionDenied("not this one"); },
      [](std::string_view) { return Ok(); });
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kPermissionDenied);
}

TEST(HttpClient, AStopEndsABlockedTransfer) {
  ScriptedServer server([](const ScriptedRequest&, ScriptedReply& reply) {
    reply.Begin(200);
    reply.Chunk("first");
    reply.Wait(std::chrono::seconds(60));
  });
  const auto client = Client();
  std::stop_source source;
  std::chrono::steady_clock::time_point stopped;
  std::thread stopper;
  const auto status = client->Stream(
      {.url = server.Url("/")},
      CallContext::WithTimeout(std::chrono::seconds(60), source.get_token()),
      [](const HttpResponse&) { return Ok(); },
      [&](std::string_view) {
        stopper = std::thread([&] {
          std::this_thread::sleep_for(std::chrono::milliseconds(50));
          stopped = std::chrono::steady_clock::now();
          source.request_stop();
        });
        return Ok();
      });
  const auto ended = std::chrono::steady_clock::now();
  stopper.join();
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kCancelled);
  EXPECT_LT(ended - stopped, std::chrono::seconds(20));
}

TEST(HttpClient, DeadlineAndStallEndASilentTransfer) {
  ScriptedServer server([](const ScriptedRequest&, ScriptedReply& reply) {
    reply.Begin(200);
    reply.Wait(std::chrono::seconds(60));
  });
  const auto client = Client();
  auto response = client->Send({.url = server.Url("/")},
                               CallContext::WithTimeout(std::chrono::milliseconds(100)));
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().code, ErrorCode::kDeadlineExceeded);
  response = client->Send({.url = server.Url("/"), .stall_timeout = std::chrono::milliseconds(100)},
                          ThirtySeconds());
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(response.error().message, HasSubstr("nothing came for 100 ms"));
}

TEST(HttpClient, LimitsTheAnswer) {
  ScriptedServer server([](const ScriptedRequest& request, ScriptedReply& reply) {
    if (request.target == "/headers") {
      reply.Send(200, "", std::vector<std::string>(20, "X-H: " + std::string(20'000, 'h')));
    } else {
      reply.Send(200, std::string(1000, 'b'));
    }
  });
  const auto client = Client();
  auto response = client->Send({.url = server.Url("/"), .most_body = 999}, ThirtySeconds());
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().code, ErrorCode::kResourceExhausted);
  EXPECT_TRUE(
      client->Send({.url = server.Url("/"), .most_body = 1000}, ThirtySeconds()).has_value());
  response = GetUrl(*client, server.Url("/headers"));
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().code, ErrorCode::kResourceExhausted);
}

TEST(HttpClient, BrokenAndStrangeAnswersAreUnavailable) {
  ScriptedServer server([](const ScriptedRequest& request, ScriptedReply& reply) {
    if (request.target == "/short") {
      reply.Raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    } else if (request.target == "/noise") {
      reply.Raw("\x01\x02 this is no HTTP\r\n\r\n");
    } else if (request.target == "/cut") {
      reply.Begin(200);
      reply.Chunk("abc");
    }
  });
  const auto client = Client();
  for (const char* path : {"/short", "/noise", "/cut", "/nothing"}) {
    const auto response = GetUrl(*client, server.Url(path));
    ASSERT_FALSE(response.has_value()) << path;
    EXPECT_EQ(response.error().code, ErrorCode::kUnavailable) << response.error().message;
  }
}

TEST(HttpClient, ConnectAndDnsFailuresNameTheHost) {
  int port = 0;
  { port = ScriptedServer(Echo).port(); }
  const auto client = Client();
  auto response = GetUrl(*client, "http://127.0.0.1:" + std::to_string(port) + "/x?token=s3cret");
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(response.error().message, HasSubstr("GET http://127.0.0.1:"));
  EXPECT_THAT(response.error().message, Not(HasSubstr("s3cret")));
  response = GetUrl(*client, "http://no-such-host.invalid/");
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().code, ErrorCode::kUnavailable);
}

TEST(HttpClient, IsUsableAgainAfterANameThatDoesNotResolve) {
  auto client = MakeHttpClient({.proxy = "none"});
  HttpRequest request;
  request.url = "http://no-such-host.invalid/";
  for (int i = 0; i < 3; ++i) {
    const auto result =
        (*client)->Send(request, CallContext::WithTimeout(std::chrono::seconds(30)));
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::kUnavailable);
  }
}

TEST(HttpClient, RefusesMalformedRequests) {
  const auto client = Client();
  const HttpRequest bad[] = {
      {.url = "ftp://a/"},
      {.url = "http://u:hunter2@a/"},
      {.method = "GET /x", .url = "http://a/"},
      {.url = "http://a/", .headers = {{"A", "hunter2\r\nB: c"}}},
      {.url = "http://a/", .headers = {{"A b", "c"}}},
  };
  for (const HttpRequest& request : bad) {
    const auto response = client->Send(request, ThirtySeconds());
    ASSERT_FALSE(response.has_value());
    EXPECT_EQ(response.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(response.error().message, Not(HasSubstr("hunter2")));
  }
}

TEST(HttpClientTls, VerifiesTheServer) {
  const TestIdentity identity = MakeTestIdentity({"127.0.0.1"});
  ScriptedServer server(Echo, {.identity = identity});
  const auto untrusted = GetUrl(*Client(), server.Url("/"));
  ASSERT_FALSE(untrusted.has_value());
  EXPECT_EQ(untrusted.error().code, ErrorCode::kUnauthenticated) << untrusted.error().message;

  const auto trusted = GetUrl(*Client({.tls = {.ca_pem = identity.ca_pem}}), server.Url("/"));
  ASSERT_TRUE(trusted.has_value()) << trusted.error().message;
  const auto other = MakeTestIdentity({"127.0.0.1"});
  EXPECT_FALSE(GetUrl(*Client({.tls = {.ca_pem = other.ca_pem}}), server.Url("/")).has_value());
  EXPECT_TRUE(
      GetUrl(*Client({.tls = {.insecure_skip_verify = true}}), server.Url("/")).has_value());
}

TEST(HttpClientTls, VerifiesTheNameOrTheOneTold) {
  const TestIdentity identity = MakeTestIdentity({"api.test"});
  ScriptedServer server(Echo, {.identity = identity});
  const auto wrong = GetUrl(*Client({.tls = {.ca_pem = identity.ca_pem}}), server.Url("/"));
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(wrong.error().code, ErrorCode::kUnauthenticated);

  const auto client = Client({.tls = {.ca_pem = identity.ca_pem, .server_name = "api.test"}});
  const auto right = GetUrl(*client, server.Url("/p?q=1"));
  ASSERT_TRUE(right.has_value()) << right.error().message;
  EXPECT_THAT(right->body, HasSubstr("GET /p?q=1\n"));
  EXPECT_THAT(right->body, HasSubstr("host=127.0.0.1:" + std::to_string(server.port())));
  const auto told = Client({.tls = {.ca_pem = identity.ca_pem, .server_name = "else.test"}});
  EXPECT_FALSE(GetUrl(*told, server.Url("/")).has_value());
}

TEST(HttpClientTls, ShowsAClientCertificate) {
  const TestIdentity identity = MakeTestIdentity({"127.0.0.1"});
  const TestIdentity user = MakeTestIdentity({"user"});
  ScriptedServer server(Echo, {.identity = identity, .client_ca_pem = user.ca_pem});
  const auto without = GetUrl(*Client({.tls = {.ca_pem = identity.ca_pem}}), server.Url("/"));
  ASSERT_FALSE(without.has_value());
  EXPECT_EQ(without.error().code, ErrorCode::kUnavailable);
  const auto with = GetUrl(*Client({.tls = {.ca_pem = identity.ca_pem,
                                            .client_certificate_pem = user.certificate_pem,
                                            .client_key_pem = user.key_pem}}),
                           server.Url("/"));
  EXPECT_TRUE(with.has_value()) << with.error().message;
}

TEST(HttpClientTls, RefusesUnusableMaterialAtOnce) {
  const TestIdentity one = MakeTestIdentity({"one"});
  const TestIdentity two = MakeTestIdentity({"two"});
  const TlsOptions bad[] = {
      {.ca_pem = "nonsense"},
      {.client_certificate_pem = one.certificate_pem},
      {.client_key_pem = one.key_pem},
      {.client_certificate_pem = one.certificate_pem, .client_key_pem = two.key_pem},
      {.client_certificate_pem = "x", .client_key_pem = one.key_pem},
      {.client_certificate_pem = one.certificate_pem, .client_key_pem = "hunter2"},
      {.ca_pem = one.ca_pem + std::string(9'000'000, '\n')},  // NOLINT(bugprone-string-constructor)
  };
  for (const TlsOptions& tls : bad) {
    const auto client = MakeHttpClient({.tls = tls});
    ASSERT_FALSE(client.has_value());
    EXPECT_EQ(client.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(client.error().message, Not(HasSubstr("hunter2")));
  }
}

TEST(HttpClientProxy, GoesThroughTheOneToldAndKeepsItsPassword) {
  ScriptedServer proxy(Echo);
  const std::string address = "127.0.0.1:" + std::to_string(proxy.port());
  const auto client = Client({.proxy = "http://joe:hunter2@" + address});
  const auto response = GetUrl(*client, "http://somewhere.test/x");
  ASSERT_TRUE(response.has_value()) << response.error().message;
  EXPECT_THAT(response->body, HasSubstr("GET http://somewhere.test/x\n"));
  EXPECT_THAT(response->body, HasSubstr("proxy-authorization=Basic"));
  // CONNECT is answered by something that is no tunnel.
  const auto tunnel = GetUrl(*client, "https://somewhere.test/x");
  ASSERT_FALSE(tunnel.has_value());
  EXPECT_THAT(tunnel.error().message, Not(HasSubstr("hunter2")));
}

TEST(HttpClientProxy, RepeatsNoPasswordOfAnUnusableUrl) {
  for (const char* proxy : {"ftp://joe:hunter2@127.0.0.1:1", "http://joe:hunter2@[::1"}) {
    const auto response = GetUrl(*Client({.proxy = proxy}), "http://127.0.0.1:1/");
    ASSERT_FALSE(response.has_value());
    EXPECT_THAT(response.error().message, Not(HasSubstr("hunter2")));
    EXPECT_THAT(response.error().message, HasSubstr("proxy"));
  }
}

TEST(HttpClientProxy, HonoursTheEnvironmentAndNoProxy) {
  ScriptedServer proxy(Echo);
  ScriptedServer direct(
      [](const ScriptedRequest&, ScriptedReply& reply) { reply.Send(200, "direct"); });
  setenv("http_proxy", proxy.Url().c_str(), 1);
  setenv("no_proxy", "127.0.0.0/8", 1);
  const auto far = GetUrl(*Client(), "http://somewhere.test/x");
  const auto near = GetUrl(*Client(), direct.Url("/"));
  setenv("no_proxy", "", 1);
  const auto none = GetUrl(*Client({.proxy = "none"}), direct.Url("/"));
  const auto all = GetUrl(*Client(), direct.Url("/"));
  unsetenv("http_proxy");
  unsetenv("no_proxy");
  ASSERT_TRUE(far.has_value()) << far.error().message;
  EXPECT_THAT(far->body, HasSubstr("GET http://somewhere.test/x\n"));
  ASSERT_TRUE(near.has_value()) << near.error().message;
  EXPECT_EQ(near->body, "direct");
  ASSERT_TRUE(none.has_value()) << none.error().message;
  EXPECT_EQ(none->body, "direct");
  ASSERT_TRUE(all.has_value()) << all.error().message;
  EXPECT_THAT(all->body, HasSubstr("GET http://127.0.0.1:"));
}

}  // namespace
}  // namespace narrows::http
