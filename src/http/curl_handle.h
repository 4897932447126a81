#pragma once

#include <chrono>
#include <memory>

#include "base/call_context.h"
#include "base/result.h"
#include "http/http_client.h"
#include "http/url.h"

namespace narrows::http {

// Once in a process; safe from any thread.
Status InitialiseCurl();

// One transfer at a time, with a connection cache of its own that survives from one to the next.
// Not thread-safe.
class CurlHandle {
 public:
  CurlHandle();
  ~CurlHandle();
  CurlHandle(const CurlHandle&) = delete;
  CurlHandle& operator=(const CurlHandle&) = delete;

  // As HttpClient::Stream; the request has been checked and `url` is the request's. A `stall` of 0
  // is none.
  Status Perform(const HttpRequest& request, const Url& url, const HttpClientOptions& options,
                 std::chrono::milliseconds stall, const CallContext& context,
                 const HttpClient::OnResponse& on_response, const HttpClient::OnData& on_data);

 private:
  struct Curl;
  std::unique_ptr<Curl> curl_;
};

}  // namespace narrows::http
