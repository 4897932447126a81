#include "rest/http_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <deque>
#include <mutex>
#include <vector>

#include "base/call_context.h"
#include "http/http_client.h"

namespace {

// When accept(2) was refused as if there were no file descriptors left. Taking them all for real
// would leave none for the sanitizers.
struct Refusals {
  std::mutex mutex;
  bool active = false;
  std::vector<std::chrono::steady_clock::time_point> at;
} refusals;

}  // namespace

// In place of the C library's.
extern "C" int accept(int socket, sockaddr* address, socklen_t* length) {
  const std::lock_guard lock(refusals.mutex);
  if (refusals.active) {
    refusals.at.push_back(std::chrono::steady_clock::now());
    errno = EMFILE;
    return -1;
  }
  return static_cast<int>(syscall(SYS_accept4, socket, address, length, 0));
}

namespace narrows::rest {
namespace {

Response Echo(const Request& request) {
  return {200, "text/plain", request.path + " " + request.bearer_token};
}

class HttpServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto server = StartHttpServer({.listen = "127.0.0.1:0"}, Echo);
    ASSERT_TRUE(server.has_value()) << server.error().message;
    server_ = *std::move(server);
    client_ = *http::MakeHttpClient({.proxy = "none"});
  }

  Result<http::HttpResponse> Send(std::string method, const std::string& path,
                                  std::vector<http::Header> headers = {}) {
    http::HttpRequest request;
    request.method = std::move(method);
    request.url = "http://127.0.0.1:" + std::to_string(server_->port()) + path;
    request.headers = std::move(headers);
    return client_->Send(request, CallContext::WithTimeout(std::chrono::seconds(30)));
  }

  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<http::HttpClient> client_;
};

TEST_F(HttpServerTest, GivesTheHandlerPathAndToken) {
  const auto response = Send("GET", "/metrics?x=1", {{"Authorization", "Bearer t0ken"}});
  ASSERT_TRUE(response.has_value()) << response.error().message;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "/metrics t0ken");
}

TEST_F(HttpServerTest, RefusesOtherMethodsAndHugeHeaders) {
  EXPECT_EQ(Send("DELETE", "/")->status, 405);
  EXPECT_FALSE(Send("GET", "/", {{"X-Huge", std::string(20000, 'x')}}).has_value());
  EXPECT_EQ(Send("GET", "/still-there")->status, 200);
}

// A connection that says nothing.
class SilentClient {
 public:
  explicit SilentClient(uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~SilentClient() { close(fd_); }
  SilentClient(const SilentClient&) = delete;
  SilentClient& operator=(const SilentClient&) = delete;
  bool connected() const { return connected_; }

 private:
  const int fd_;
  bool connected_ = false;
};

TEST_F(HttpServerTest, SilentConnectionsDoNotShutOutOthers) {
  server_ = *StartHttpServer(
      {.listen = "127.0.0.1:0", .most_connections = 4, .idle_timeout = std::chrono::minutes(10)},
      Echo);
  std::deque<SilentClient> silent;
  for (int i = 0; i < 8; ++i) {
    silent.emplace_back(server_->port());
    ASSERT_TRUE(silent.back().connected());
  }
  const auto response = Send("GET", "/healthz");
  ASSERT_TRUE(response.has_value()) << response.error().message;
  EXPECT_EQ(response->status, 200);
}

TEST_F(HttpServerTest, WithoutFileDescriptorsItWaitsBetweenItsTriesAndGoesOn) {
  {
    const std::lock_guard lock(refusals.mutex);
    refusals.active = true;
  }
  const SilentClient waiting(server_->port());
  ASSERT_TRUE(waiting.connected());
  const auto tries = [] {
    const std::lock_guard lock(refusals.mutex);
    return refusals.at.size();
  };
  const CallContext patience = CallContext::WithTimeout(std::chrono::seconds(30));
  while (tries() < 4 && patience.SleepFor(std::chrono::milliseconds(10)).has_value()) {
  }
  {
    const std::lock_guard lock(refusals.mutex);
    refusals.active = false;
    ASSERT_GE(refusals.at.size(), 4u);
    for (size_t i = 1; i < refusals.at.size(); ++i)
      EXPECT_GE(refusals.at[i] - refusals.at[i - 1], std::chrono::milliseconds(90));
  }
  EXPECT_EQ(Send("GET", "/")->status, 200);
}

TEST(Listen, MalformedAndTakenAddressesAreErrors) {
  for (const char* listen : {"", "8081", "localhost:8081", "127.0.0.1:x", "127.0.0.1:70000"}) {
    const auto server = StartHttpServer({.listen = listen}, Echo);
    ASSERT_FALSE(server.has_value()) << listen;
    EXPECT_EQ(server.error().code, ErrorCode::kInvalidArgument) << listen;
  }
  auto first = StartHttpServer({.listen = "127.0.0.1:0"}, Echo);
  ASSERT_TRUE(first.has_value());
  EXPECT_TRUE(IsLoopback("127.0.0.1:1"));
  EXPECT_TRUE(IsLoopback("[::1]:1"));
  EXPECT_FALSE(IsLoopback("0.0.0.0:1"));
}

}  // namespace
}  // namespace narrows::rest
