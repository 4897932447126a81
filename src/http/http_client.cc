#include "http/http_client.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "http/curl_handle.h"
#include "http/tls_material.h"
#include "http/url.h"

namespace narrows::http {
namespace {

constexpr size_t kMostIdleHandles = 16;
constexpr std::string_view kTokenPunctuation = "!#$%&'*+-.^_`|~";

// RFC 9110 §5.6.2.
bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kTokenPunctuation.find(c) != std::string_view::npos;
  });
}

Status CheckRequest(const HttpRequest& request) {
  if (!IsToken(request.method)) return InvalidArgument("malformed HTTP method");
  for (const Header& header : request.headers) {
    if (!IsToken(header.name)) return InvalidArgument("malformed HTTP header name");
    if (header.value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
      return InvalidArgument("the value of the HTTP header " + header.name +
                             " contains a line break");
    }
  }
  return Ok();
}

class CurlHttpClient final : public HttpClient {
 public:
  explicit CurlHttpClient(HttpClientOptions options) : options_(std::move(options)) {}

  Result<HttpResponse> Send(const HttpRequest& request, const CallContext& context) override {
    HttpResponse response;
    RETURN_IF_ERROR(Stream(
        request, context,
        [&](const HttpResponse& head) {
          response = head;
          return Ok();
        },
        [&](std::string_view piece) -> Status {
          if (piece.size() > request.most_body - response.body.size()) {
            return ResourceExhausted("the answer is larger than " +
                                     std::to_string(request.most_body) + " bytes");
          }
          response.body += piece;
          return Ok();
        }));
    return response;
  }

  Status Stream(const HttpRequest& request, const CallContext& context,
                const OnResponse& on_response, const OnData& on_data) override {
    auto url = Url::Parse(request.url);
    if (!url.has_value()) return std::move(url).error();
    const std::string what = request.method + ' ' + url->WithoutQuery();
    if (auto valid = CheckRequest(request); !valid.has_value()) return valid.error().Within(what);
    if (auto alive = context.Check(); !alive.has_value()) return alive.error().Within(what);
    std::unique_ptr<CurlHandle> handle = Acquire();
    const auto stall = request.stall_timeout.value_or(options_.stall_timeout);
    auto status = handle->Perform(request, *url, options_, stall, context, on_response, on_data);
    Release(std::move(handle));
    if (!status.has_value()) return status.error().Within(what);
    return Ok();
  }

 private:
  // The handle used last is taken first: its connection is the likeliest to be open still.
  std::unique_ptr<CurlHandle> Acquire() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto handle = std::move(idle_.back());
        idle_.pop_back();
        return handle;
      }
    }
    return std::make_unique<CurlHandle>();
  }

  void Release(std::unique_ptr<CurlHandle> handle) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kMostIdleHandles) idle_.push_back(std::move(handle));
  }

  const HttpClientOptions options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<CurlHandle>> idle_;
};

}  // namespace

std::string_view HttpResponse::HeaderValue(std::string_view name) const {
  const std::string wanted = ToLower(name);
  for (const Header& header : headers) {
    if (ToLower(header.name) == wanted) return header.value;
  }
  return {};
}

Result<std::unique_ptr<HttpClient>> MakeHttpClient(HttpClientOptions options) {
  RETURN_IF_ERROR(InitialiseCurl());
  RETURN_IF_ERROR(CheckTlsMaterial(options.tls));
  return std::unique_ptr<HttpClient>(std::make_unique<CurlHttpClient>(std::move(options)));
}

}  // namespace narrows::http
