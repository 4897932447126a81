#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/call_context.h"
#include "base/result.h"

namespace narrows::http {

struct TlsOptions {
  std::string ca_pem;  // replaces the system's authorities when not empty
  std::string client_certificate_pem;
  std::string client_key_pem;
  std::string server_name;  // verified instead of the URL's host when not empty
  bool insecure_skip_verify = false;
};

struct HttpClientOptions {
  TlsOptions tls;
  // Empty: http_proxy, https_proxy, no_proxy of the environment; "none": no proxy at all; else a
  // URL (http, https, socks5, socks5h), whose user and password appear in no error.
  std::string proxy;
  std::string user_agent = "narrows";
  std::chrono::milliseconds connect_timeout{10'000};
  // A transfer that delivers nothing for so long fails with kUnavailable; 0: never.
  std::chrono::milliseconds stall_timeout{60'000};
};

struct Header {
  std::string name;
  std::string value;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // http or https, without user and password
  std::vector<Header> headers;
  std::string body;
  size_t most_body = 64u << 20;  // of the response; kResourceExhausted above (Send only)
  // Instead of the client's: a watch is rightly silent for minutes.
  std::optional<std::chrono::milliseconds> stall_timeout;
};

struct HttpResponse {
  int status = 0;
  std::vector<Header> headers;
  std::string body;

  // The first header of that name in any case; empty when absent.
  std::string_view HeaderValue(std::string_view name) const;
};

// Keep-alive HTTP/1.1 over TLS that is verified by default. Thread-safe; connections are pooled.
// Redirects are not followed: the caller decides what goes with them (credentials must not leave
// their host). Errors: kUnavailable (connect, DNS, reset, stall), kUnauthenticated (the server's
// certificate is not trusted, with the reason), kCancelled and kDeadlineExceeded by the context,
// kInvalidArgument (URL, method, header). An HTTP status is no error. Messages name method, scheme,
// host and path; a query may hold a signature or a token and is left out. A stop ends a call at
// once, whatever it waits for. A request on a kept connection that the peer closes without any
// answer is sent again on a new one, whatever its method.
class HttpClient {
 public:
  // Called once with status and headers before any byte of the body; an Error ends the transfer
  // with it.
  using OnResponse = std::function<Status(const HttpResponse& head)>;
  // Called with each piece of the body as it comes; an Error ends the transfer with it.
  using OnData = std::function<Status(std::string_view piece)>;

  virtual ~HttpClient() = default;

  virtual Result<HttpResponse> Send(const HttpRequest& request, const CallContext& context) = 0;

  virtual Status Stream(const HttpRequest& request, const CallContext& context,
                        const OnResponse& on_response, const OnData& on_data) = 0;
};

// kInvalidArgument when a certificate or key cannot be read (never with the key in the message).
Result<std::unique_ptr<HttpClient>> MakeHttpClient(HttpClientOptions options);

}  // namespace narrows::http
