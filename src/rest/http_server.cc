// The only translation unit that knows Boost.Beast.
#include "rest/http_server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/strings.h"

namespace narrows::rest {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr uint32_t kMostHeaderBytes = 8192;
constexpr auto kAcceptPause = std::chrono::milliseconds(100);

struct Endpoint {
  asio::ip::address address;
  uint16_t port = 0;
};

Result<Endpoint> ParseListen(std::string_view listen) {
  const auto bad = [&] {
    return InvalidArgument("\"" + Printable(listen) +
                           "\" is no address to listen on; write HOST:PORT, e.g. 127.0.0.1:8081");
  };
  const size_t colon = listen.rfind(':');
  if (colon == std::string_view::npos) return bad();
  std::string_view host = listen.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto port = ParseInt(listen.substr(colon + 1));
  if (!port || *port < 0 || *port > 65535) return bad();
  boost::system::error_code error;
  const auto address = asio::ip::make_address(std::string(host), error);
  if (error) return bad();
  return Endpoint{address, static_cast<uint16_t>(*port)};
}

Request ToRequest(const http::request<http::empty_body>& message) {
  Request request;
  request.method = std::string(message.method_string());
  const std::string_view target(message.target().data(), message.target().size());
  request.path = std::string(target.substr(0, target.find('?')));
  const auto header = message[http::field::authorization];
  const std::string_view authorization(header.data(), header.size());
  if (constexpr std::string_view kBearer = "Bearer "; authorization.starts_with(kBearer))
    request.bearer_token = std::string(Trim(authorization.substr(kBearer.size())));
  return request;
}

// One connection. Each pending operation holds a reference, so it lives until the last one ends.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, const HttpServer::Handler& handler,
          std::chrono::milliseconds idle_timeout)
      : stream_(std::move(socket)), handler_(handler), idle_timeout_(idle_timeout) {}

  // From any thread.
  void Close() {
    asio::post(stream_.get_executor(), [self = shared_from_this()] { self->stream_.close(); });
  }

  void Read() {
    parser_.emplace();
    parser_->header_limit(kMostHeaderBytes);
    parser_->body_limit(0);
    stream_.expires_after(idle_timeout_);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](beast::error_code error, size_t) {
                       if (!error) self->Answer();
                     });
  }

 private:
  void Answer() {
    const auto& message = parser_->get();
    const bool head = message.method() == http::verb::head;
    Response response;
    if (head || message.method() == http::verb::get) {
      response = handler_(ToRequest(message));
    } else {
      response = {405, "text/plain; charset=utf-8", "method not allowed\n"};
    }
    reply_ = {};
    reply_.version(message.version());
    reply_.result(static_cast<unsigned>(response.status));
    reply_.set(http::field::content_type, response.content_type);
    reply_.set("X-Content-Type-Options", "nosniff");
    reply_.keep_alive(message.keep_alive());
    reply_.content_length(response.body.size());
    if (!head) reply_.body() = std::move(response.body);
    stream_.expires_after(idle_timeout_);
    http::async_write(stream_, reply_,
                      [self = shared_from_this()](beast::error_code error, size_t) {
                        if (!error && self->reply_.keep_alive()) self->Read();
                      });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{kMostHeaderBytes + 1024};
  std::optional<http::request_parser<http::empty_body>> parser_;
  http::response<http::string_body> reply_;
  const HttpServer::Handler& handler_;
  const std::chrono::milliseconds idle_timeout_;
};

class BeastServer final : public HttpServer {
 public:
  BeastServer(HttpServerOptions options, Handler handler)
      : options_(std::move(options)),
        handler_(std::move(handler)),
        acceptor_(context_),
        pause_(context_) {}

  ~BeastServer() override {
    context_.stop();
    for (std::thread& thread : threads_) thread.join();
  }

  Status Start(const Endpoint& endpoint) {
    beast::error_code error;
    const tcp::endpoint address(endpoint.address, endpoint.port);
    acceptor_.open(address.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(address, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return Unavailable("cannot listen on " + options_.listen + ": " + error.message());
    port_ = acceptor_.local_endpoint().port();
    Accept();
    for (int i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { context_.run(); });
    return Ok();
  }

  uint16_t port() const override { return port_; }

 private:
  void Accept() {
    acceptor_.async_accept(asio::make_strand(context_),
                           [this](beast::error_code error, tcp::socket socket) {
                             if (error == asio::error::operation_aborted) return;
                             if (error) return Pause(error);
                             failing_ = false;
                             Serve(std::move(socket));
                             Accept();
                           });
  }

  // The waiting connection stays in the queue, so that without a pause the next try would fail at
  // once, and the next: no file descriptors are left, say. Closing a silent connection gives one.
  void Pause(beast::error_code error) {
    if (!std::exchange(failing_, true))
      LogWarning("connections cannot be accepted, trying on", {{"error", error.message()}});
    CloseOldest();
    pause_.expires_after(kAcceptPause);
    pause_.async_wait([this](beast::error_code stopped) {
      if (!stopped) Accept();
    });
  }

  void CloseOldest() {
    std::erase_if(sessions_, [](const auto& session) { return session.expired(); });
    if (sessions_.empty()) return;
    if (const auto oldest = sessions_.front().lock()) oldest->Close();
    sessions_.pop_front();
  }

  // Whoever holds connections open and sends nothing must not shut out the kubelet's probes.
  void Serve(tcp::socket socket) {
    std::erase_if(sessions_, [](const auto& session) { return session.expired(); });
    if (sessions_.size() >= options_.most_connections) CloseOldest();
    const auto session =
        std::make_shared<Session>(std::move(socket), handler_, options_.idle_timeout);
    sessions_.push_back(session);
    session->Read();
  }

  const HttpServerOptions options_;
  const Handler handler_;
  std::deque<std::weak_ptr<Session>> sessions_;  // of the acceptor, which accepts one at a time
  asio::io_context context_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  bool failing_ = false;  // the last try to accept failed
  uint16_t port_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> StartHttpServer(HttpServerOptions options,
                                                    HttpServer::Handler handler) {
  ASSIGN_OR_RETURN(const Endpoint endpoint, ParseListen(options.listen));
  auto server = std::make_unique<BeastServer>(std::move(options), std::move(handler));
  RETURN_IF_ERROR(server->Start(endpoint));
  return std::unique_ptr<HttpServer>(std::move(server));
}

bool IsLoopback(std::string_view listen) {
  const Result<Endpoint> endpoint = ParseListen(listen);
  return endpoint.has_value() && endpoint->address.is_loopback();
}

}  // namespace narrows::rest
