#include "http/curl_handle.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>
#include <stop_token>

#include "base/check.h"
#include "base/strings.h"

namespace narrows::http {
namespace {

using Steady = std::chrono::steady_clock;

constexpr size_t kMostHeaderBytes = 256u << 10;
constexpr std::chrono::milliseconds kLongestPoll{60'000};

struct HeaderList {
  ~HeaderList() { curl_slist_free_all(list); }
  void Add(const std::string& line) {
    curl_slist* longer = curl_slist_append(list, line.c_str());
    NARROWS_CHECK(longer != nullptr);
    list = longer;
  }
  curl_slist* list = nullptr;
};

// What curl's callbacks fill during one transfer.
struct Transfer {
  const HttpClient::OnResponse& on_response;
  const HttpClient::OnData& on_data;
  HttpResponse head;
  size_t header_bytes = 0;
  bool head_delivered = false;
  std::optional<Error> error;  // of a callback; ends the transfer
  Steady::time_point last_progress = Steady::now();
  curl_off_t moved = 0;

  bool Fail(Error e) {
    error = std::move(e);
    return false;
  }

  static Error NoAnswer() { return Unavailable("what came is no HTTP answer"); }

  bool DeliverHead() {
    head_delivered = true;
    if (auto status = on_response(head); !status.has_value()) return Fail(status.error());
    return true;
  }

  bool HeaderLine(std::string_view line) {
    header_bytes += line.size();
    if (header_bytes > kMostHeaderBytes) {
      return Fail(ResourceExhausted("the answer's headers are larger than 256 KiB"));
    }
    if (line.starts_with("HTTP/")) {
      const auto parts = Split(line, ' ');
      const auto status = parts.size() > 1 ? ParseInt(Trim(parts[1])) : std::nullopt;
      head = {};
      head.status = static_cast<int>(status.value_or(0));
      return true;
    }
    line = Trim(line);
    if (line.empty()) {
      // 1xx are followed by the answer itself; trailers come after the head.
      return head.status < 200 || head_delivered || DeliverHead();
    }
    if (head_delivered) return true;
    const size_t colon = line.find(':');
    if (colon != line.npos) {
      head.headers.push_back(
          {std::string(line.substr(0, colon)), std::string(Trim(line.substr(colon + 1)))});
    }
    return true;
  }

  bool Body(std::string_view piece) {
    if (!head_delivered) return Fail(NoAnswer());
    if (auto status = on_data(piece); !status.has_value()) return Fail(status.error());
    return true;
  }
};

size_t OnHeaderLine(char* bytes, size_t size, size_t count, void* user) {
  const size_t total = size * count;
  return static_cast<Transfer*>(user)->HeaderLine({bytes, total}) ? total : 0;
}

size_t OnBody(char* bytes, size_t size, size_t count, void* user) {
  const size_t total = size * count;
  return static_cast<Transfer*>(user)->Body({bytes, total}) ? total : CURL_WRITEFUNC_ERROR;
}

int OnProgress(void* user, curl_off_t, curl_off_t down, curl_off_t, curl_off_t up) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (down + up != transfer.moved) {
    transfer.moved = down + up;
    transfer.last_progress = Steady::now();
  }
  return 0;
}

curl_blob Blob(const std::string& bytes) {
  // The strings live in the client's options, longer than the handle's transfer.
  return {const_cast<char*>(bytes.data()), bytes.size(), CURL_BLOB_NOCOPY};
}

template <typename T>
void Set(CURL* easy, CURLoption option, T value) {
  NARROWS_CHECK(curl_easy_setopt(easy, option, value) == CURLE_OK);
}

// Verifying another name than the URL's host: the URL takes that name (so that it is also sent as
// SNI), and the connection goes to the real host.
void SetTarget(CURL* easy, const Url& url, const std::string& server_name, HeaderList* headers,
               HeaderList* connect_to) {
  Url target = url;
  if (!server_name.empty() && url.scheme == "https") {
    target.host = ToLower(server_name);
    target.port = url.EffectivePort();
    Url host = url;
    host.port = url.EffectivePort();
    connect_to->Add(target.Authority() + ':' + host.Authority());
    headers->Add("Host: " + url.Authority());
    Set(easy, CURLOPT_CONNECT_TO, connect_to->list);
  }
  Set(easy, CURLOPT_URL, target.ToString().c_str());
}

void SetTls(CURL* easy, const TlsOptions& tls) {
  Set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (tls.insecure_skip_verify) {
    Set(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    Set(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (!tls.ca_pem.empty()) {
    const curl_blob blob = Blob(tls.ca_pem);
    Set(easy, CURLOPT_CAINFO_BLOB, &blob);
    Set<const char*>(easy, CURLOPT_CAINFO, nullptr);
    Set<const char*>(easy, CURLOPT_CAPATH, nullptr);
  }
  if (!tls.client_certificate_pem.empty()) {
    const curl_blob certificate = Blob(tls.client_certificate_pem);
    const curl_blob key = Blob(tls.client_key_pem);
    Set(easy, CURLOPT_SSLCERT_BLOB, &certificate);
    Set(easy, CURLOPT_SSLCERTTYPE, "PEM");
    Set(easy, CURLOPT_SSLKEY_BLOB, &key);
    Set(easy, CURLOPT_SSLKEYTYPE, "PEM");
  }
}

Status SetProxy(CURL* easy, const std::string& proxy) {
  if (proxy == "none") {
    Set(easy, CURLOPT_PROXY, "");
  } else if (!proxy.empty()) {
    if (curl_easy_setopt(easy, CURLOPT_PROXY, proxy.c_str()) != CURLE_OK) {
      return InvalidArgument("the proxy's URL is not usable");
    }
    // An explicit proxy serves every host: no_proxy belongs to the environment's.
    Set(easy, CURLOPT_NOPROXY, "");
  }
  Set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  return Ok();
}

void SetMethod(CURL* easy, const HttpRequest& request, HeaderList* headers) {
  if (request.method == "HEAD") {
    Set(easy, CURLOPT_NOBODY, 1L);
  } else if (!request.body.empty() || request.method == "POST" || request.method == "PUT" ||
             request.method == "PATCH") {
    Set(easy, CURLOPT_POST, 1L);
    Set(easy, CURLOPT_POSTFIELDS, request.body.data());
    Set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    const bool has_type =
        std::any_of(request.headers.begin(), request.headers.end(),
                    [](const Header& header) { return ToLower(header.name) == "content-type"; });
    if (!has_type) headers->Add("Content-Type:");  // not curl's own guess, a form
    headers->Add("Expect:");
    Set(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  } else {
    Set(easy, CURLOPT_HTTPGET, 1L);
    Set(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

void SetTransport(CURL* easy, const HttpClientOptions& options) {
  Set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  Set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  Set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  Set(easy, CURLOPT_PATH_AS_IS, 1L);
  Set(easy, CURLOPT_NOSIGNAL, 1L);
  Set(easy, CURLOPT_QUICK_EXIT, 1L);  // a stop does not wait for the resolver
  // Refused while the handle still has the buffer of a transfer that failed early: it keeps that
  // one.
  static_cast<void>(curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 256L << 10));
  Set(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  Set(easy, CURLOPT_TCP_KEEPALIVE, 1L);  // a peer that vanished is noticed during a silent watch
  Set(easy, CURLOPT_TCP_KEEPIDLE, 30L);
  Set(easy, CURLOPT_TCP_KEEPINTVL, 10L);
  Set(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
}

void SetCallbacks(CURL* easy, Transfer* transfer) {
  Set(easy, CURLOPT_HEADERFUNCTION, &OnHeaderLine);
  Set(easy, CURLOPT_HEADERDATA, static_cast<void*>(transfer));
  Set(easy, CURLOPT_WRITEFUNCTION, &OnBody);
  Set(easy, CURLOPT_WRITEDATA, static_cast<void*>(transfer));
  Set(easy, CURLOPT_XFERINFOFUNCTION, &OnProgress);
  Set(easy, CURLOPT_XFERINFODATA, static_cast<void*>(transfer));
  Set(easy, CURLOPT_NOPROGRESS, 0L);
}

Error FromCurl(CURLcode code, const char* detail) {
  // curl's own words repeat the URL, and with it a password.
  if (std::string_view(detail).starts_with("Unsupported proxy"))
    return InvalidArgument(
        "the proxy's URL is not usable; write http://HOST:PORT, https://… or socks5://…");
  const std::string reason = Printable(*detail != '\0' ? detail : curl_easy_strerror(code), 300);
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
      return Unauthenticated("the server's certificate is not trusted: " + reason);
    case CURLE_URL_MALFORMAT:
      return InvalidArgument(reason);
    case CURLE_OUT_OF_MEMORY:
      return ResourceExhausted(reason);
    default:
      return Unavailable(reason);
  }
}

}  // namespace

struct CurlHandle::Curl {
  // curl closes what an aborted transfer used and keeps every other connection.
  CURLM* multi = curl_multi_init();
  CURL* easy = curl_easy_init();
  std::array<char, CURL_ERROR_SIZE> message{};

  Curl() {
    NARROWS_CHECK(multi != nullptr && easy != nullptr);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 4L);
  }
  ~Curl() {
    curl_easy_cleanup(easy);
    curl_multi_cleanup(multi);
  }

  std::optional<CURLcode> Finished() {
    int left = 0;
    while (const CURLMsg* done = curl_multi_info_read(multi, &left)) {
      if (done->msg == CURLMSG_DONE) return done->data.result;
    }
    return std::nullopt;
  }

  // Until the transfer ends, is stopped, or stalls.
  Status Run(Transfer* transfer, std::chrono::milliseconds stall, const CallContext& context) {
    for (;;) {
      int running = 0;
      if (const CURLMcode code = curl_multi_perform(multi, &running); code != CURLM_OK) {
        return Internal(curl_multi_strerror(code));
      }
      if (transfer->error) return *transfer->error;
      if (const auto code = Finished()) {
        if (*code != CURLE_OK) return FromCurl(*code, message.data());
        if (!transfer->head_delivered) return Transfer::NoAnswer();
        return Ok();
      }
      RETURN_IF_ERROR(context.Check());
      auto wait = std::min(context.Remaining() + std::chrono::milliseconds(1), kLongestPoll);
      if (stall.count() > 0) {
        const auto silent = std::chrono::duration_cast<std::chrono::milliseconds>(
            Steady::now() - transfer->last_progress);
        if (silent >= stall) {
          return Unavailable("nothing came for " + std::to_string(stall.count()) + " ms");
        }
        wait = std::min(wait, stall - silent + std::chrono::milliseconds(1));
      }
      curl_multi_poll(multi, nullptr, 0, static_cast<int>(wait.count()), nullptr);
    }
  }
};

Status InitialiseCurl() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) return Internal(curl_easy_strerror(code));
  return Ok();
}

CurlHandle::CurlHandle() : curl_(std::make_unique<Curl>()) {}
CurlHandle::~CurlHandle() = default;

Status CurlHandle::Perform(const HttpRequest& request, const Url& url,
                           const HttpClientOptions& options, std::chrono::milliseconds stall,
                           const CallContext& context, const HttpClient::OnResponse& on_response,
                           const HttpClient::OnData& on_data) {
  CURL* const easy = curl_->easy;
  curl_easy_reset(easy);
  curl_->message[0] = '\0';
  Set(easy, CURLOPT_ERRORBUFFER, curl_->message.data());

  Transfer transfer{on_response, on_data};
  HeaderList headers;
  HeaderList connect_to;
  SetTransport(easy, options);
  SetTls(easy, options.tls);
  RETURN_IF_ERROR(SetProxy(easy, options.proxy));
  for (const Header& header : request.headers) {
    // "Name;" is curl's way to write a header without a value.
    headers.Add(header.value.empty() ? header.name + ';' : header.name + ": " + header.value);
  }
  SetMethod(easy, request, &headers);
  SetTarget(easy, url, options.tls.server_name, &headers, &connect_to);
  Set(easy, CURLOPT_HTTPHEADER, headers.list);
  SetCallbacks(easy, &transfer);

  if (const CURLMcode code = curl_multi_add_handle(curl_->multi, easy); code != CURLM_OK) {
    return Internal(curl_multi_strerror(code));
  }
  auto status = [&] {
    CURLM* const multi = curl_->multi;
    const std::stop_callback wake(context.stop, [multi] { curl_multi_wakeup(multi); });
    return curl_->Run(&transfer, stall, context);
  }();
  curl_multi_remove_handle(curl_->multi, easy);
  return status;
}

}  // namespace narrows::http
