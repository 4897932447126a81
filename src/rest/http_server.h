#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace narrows::rest {

struct Request {
  std::string method;        // "GET"
  std::string path;          // without the query
  std::string bearer_token;  // of the Authorization header; never log it
};

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

struct HttpServerOptions {
  std::string listen;  // "HOST:PORT" with a numeric host; "[::]:8081"; port 0 takes a free one
  int threads = 1;
  size_t most_connections = 64;                    // one more closes the oldest
  std::chrono::milliseconds idle_timeout{10'000};  // for a whole request, and between two
};

// Answers GET and HEAD requests over plain HTTP/1.1 without a body (at most 8 KiB of headers). The
// handler runs on the server's threads and must be thread-safe. Ends with the object.
class HttpServer {
 public:
  using Handler = std::function<Response(const Request&)>;

  virtual ~HttpServer() = default;

  // The port it listens on.
  virtual uint16_t port() const = 0;
};

// kInvalidArgument when `listen` is malformed, kUnavailable when the address cannot be had.
Result<std::unique_ptr<HttpServer>> StartHttpServer(HttpServerOptions options,
                                                    HttpServer::Handler handler);

// Whether "HOST:PORT" names a loopback address.
bool IsLoopback(std::string_view listen);

}  // namespace narrows::rest
