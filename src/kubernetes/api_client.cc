#include "kubernetes/api_client.h"

#include <algorithm>
#include <mutex>
#include <random>
#include <utility>

#include "base/strings.h"
#include "http/http_client.h"
#include "kubernetes/backoff.h"
#include "kubernetes/credentials.h"
#include "kubernetes/status_error.h"

namespace narrows::kubernetes {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr size_t kMostListBytes = 512u << 20;
constexpr size_t kMostEventBytes = 16u << 20;
constexpr size_t kMostErrorBytes = 1u << 20;
constexpr int kMostAttempts = 6;
constexpr seconds kLongestRetryAfter{30};
// The server sends a bookmark about each minute, so longer silence is a dead connection.
constexpr milliseconds kWatchStall{150'000};

std::string ResourcePath(const ResourceType& type, std::string_view name_space) {
  std::string path = type.group.empty() ? "/api/" : "/apis/" + PercentEncode(type.group) + '/';
  path += PercentEncode(type.version);
  if (type.namespaced && !name_space.empty()) path += "/namespaces/" + PercentEncode(name_space);
  return path + '/' + PercentEncode(type.plural);
}

std::string ObjectPath(const ObjectName& object) {
  std::string path =
      ResourcePath(object.type, object.name_space) + '/' + PercentEncode(object.name);
  if (!object.subresource.empty()) path += '/' + PercentEncode(object.subresource, "/");
  return path;
}

class Query {
 public:
  void Add(std::string_view key, std::string_view value) {
    if (value.empty()) return;
    text_ += text_.empty() ? '?' : '&';
    text_ += std::string(key) + '=' + PercentEncode(value);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string_view ContentType(PatchKind kind) {
  switch (kind) {
    case PatchKind::kJson:
      return "application/json-patch+json";
    case PatchKind::kMerge:
      return "application/merge-patch+json";
    case PatchKind::kStrategicMerge:
      return "application/strategic-merge-patch+json";
  }
  return "";
}

seconds JitteredWatchTime() {
  thread_local std::minstd_rand random{std::random_device()()};
  return seconds(std::uniform_int_distribution<int>(300, 600)(random));
}

// Cuts a stream into lines.
class LineCutter {
 public:
  template <typename OnLine>
  Status Feed(std::string_view piece, OnLine on_line) {
    for (;;) {
      const size_t end = piece.find('\n');
      if (rest_.size() + std::min(end, piece.size()) > kMostEventBytes) {
        return ResourceExhausted("a watch event is larger than 16 MiB");
      }
      if (end == piece.npos) {
        rest_ += piece;
        return Ok();
      }
      const std::string_view line = piece.substr(0, end);
      if (rest_.empty()) {
        if (!line.empty()) RETURN_IF_ERROR(on_line(line));
      } else {
        rest_ += line;
        const std::string whole = std::exchange(rest_, {});
        RETURN_IF_ERROR(on_line(std::string_view(whole)));
      }
      piece.remove_prefix(end + 1);
    }
  }

 private:
  std::string rest_;
};

struct Call {
  std::string method = "GET";
  std::string path;  // with query
  std::string_view body;
  std::string_view content_type = "application/json";
};

class RestApiClient final : public ApiClient {
 public:
  RestApiClient(ClientConfig config, const Clock& clock, ApiClientOptions options)
      : config_(std::move(config)),
        options_(std::move(options)),
        credentials_(MakeCredentialSource(config_, clock)) {
    while (config_.server.ends_with('/')) config_.server.pop_back();
  }

  // The client of the configuration's own certificate.
  Status Prepare() {
    const std::lock_guard lock(mutex_);
    return MakeClient(config_.tls.client_certificate_pem, config_.tls.client_key_pem);
  }

  Result<std::string> Get(const ObjectName& object, const CallContext& context) override {
    return Run({.path = ObjectPath(object)}, context);
  }

  Result<std::string> List(const ResourceType& type, const ListOptions& options,
                           const CallContext& context) override {
    Query query;
    query.Add("labelSelector", options.label_selector);
    query.Add("fieldSelector", options.field_selector);
    query.Add("resourceVersion", options.resource_version);
    query.Add("resourceVersionMatch", options.resource_version_match);
    query.Add("continue", options.continue_token);
    if (options.limit > 0) query.Add("limit", std::to_string(options.limit));
    return Run({.path = ResourcePath(type, options.name_space) + query.text()}, context);
  }

  Status Watch(const ResourceType& type, const WatchOptions& options, const CallContext& context,
               const OnEvent& on_event) override;

  Result<std::string> Create(const ResourceType& type, std::string_view name_space,
                             std::string_view body, const CallContext& context) override {
    return Run({.method = "POST", .path = ResourcePath(type, name_space), .body = body}, context);
  }

  Result<std::string> Apply(const ObjectName& object, std::string_view body,
                            std::string_view field_manager, const CallContext& context) override {
    Query query;
    query.Add("fieldManager", field_manager);
    query.Add("force", "true");
    return Run({.method = "PATCH",
                .path = ObjectPath(object) + query.text(),
                .body = body,
                .content_type = "application/apply-patch+yaml"},
               context);
  }

  Result<std::string> Patch(const ObjectName& object, PatchKind kind, std::string_view body,
                            const CallContext& context) override {
    return Run({.method = "PATCH",
                .path = ObjectPath(object),
                .body = body,
                .content_type = ContentType(kind)},
               context);
  }

  Result<std::string> Replace(const ObjectName& object, std::string_view body,
                              const CallContext& context) override {
    return Run({.method = "PUT", .path = ObjectPath(object), .body = body}, context);
  }

  Status Delete(const ObjectName& object, std::string_view body,
                const CallContext& context) override {
    ASSIGN_OR_RETURN(const std::string ignored,
                     Run({.method = "DELETE", .path = ObjectPath(object), .body = body}, context));
    return Ok();
  }

 private:
  Status MakeClient(const std::string& certificate, const std::string& key) {
    http::HttpClientOptions options{
        .tls = config_.tls, .proxy = config_.proxy, .user_agent = options_.user_agent};
    options.tls.client_certificate_pem = certificate;
    options.tls.client_key_pem = key;
    auto client = http::MakeHttpClient(std::move(options));
    if (!client.has_value()) return client.error().Within(config_.origin);
    client_ = *std::move(client);
    certificate_ = certificate;
    return Ok();
  }

  // A plugin may bring another certificate each time; calls under way keep the client they have.
  Result<std::shared_ptr<http::HttpClient>> ClientFor(const Credential& credential) {
    const std::lock_guard lock(mutex_);
    if (!credential.client_certificate_pem.empty() &&
        credential.client_certificate_pem != certificate_) {
      const Status made = MakeClient(credential.client_certificate_pem, credential.client_key_pem);
      if (!made.has_value()) {
        // Between two files that are being replaced, say: they are read again for the next call.
        credentials_->Refused(credential);
        return made.error();
      }
    }
    return client_;
  }

  http::HttpRequest Request(const Call& call, const Credential& credential) const {
    http::HttpRequest request{.method = call.method, .url = config_.server + call.path};
    request.body = call.body;
    request.most_body = kMostListBytes;
    request.headers.push_back({"Accept", "application/json"});
    if (!call.body.empty()) {
      request.headers.push_back({"Content-Type", std::string(call.content_type)});
    }
    if (!credential.authorization.empty()) {
      request.headers.push_back({"Authorization", credential.authorization});
    }
    const Impersonation& other = config_.impersonation;
    if (!other.user.empty()) request.headers.push_back({"Impersonate-User", other.user});
    if (!other.uid.empty()) request.headers.push_back({"Impersonate-Uid", other.uid});
    for (const std::string& group : other.groups) {
      request.headers.push_back({"Impersonate-Group", group});
    }
    return request;
  }

  Error Unreachable(const Error& error) const {
    if (error.code != ErrorCode::kUnavailable && error.code != ErrorCode::kUnauthenticated) {
      return error;
    }
    return error.Within("cannot reach the API server of " + config_.origin);
  }

  Error Refusal(int status, std::string_view body) const {
    Error error = ErrorFromResponse(status, body);
    if (error.code == ErrorCode::kUnauthenticated) {
      error.message += "; the credentials of " + config_.origin + " are not accepted";
    }
    return error;
  }

  Result<std::string> Run(const Call& call, const CallContext& context);

  ClientConfig config_;
  const ApiClientOptions options_;
  const std::unique_ptr<CredentialSource> credentials_;
  std::mutex mutex_;
  // Shared with the calls under way.
  std::shared_ptr<http::HttpClient> client_;  // guarded by mutex_, as is certificate_
  std::string certificate_;
};

// How long to wait before the same call may be sent again; nothing when it must not be.
std::optional<milliseconds> RetryDelay(const http::HttpResponse& response) {
  if (response.status != 429 && response.status != 503) return std::nullopt;
  const auto after = ParseInt(response.HeaderValue("Retry-After"));
  if (!after || *after < 0) return std::nullopt;
  return std::min<milliseconds>(seconds(*after), kLongestRetryAfter);
}

Result<std::string> RestApiClient::Run(const Call& call, const CallContext& context) {
  Backoff backoff(milliseconds(100), seconds(5));
  bool renewed = false;
  for (int attempt = 1;; ++attempt) {
    ASSIGN_OR_RETURN(const Credential credential, credentials_->Get(context));
    ASSIGN_OR_RETURN(const auto client, ClientFor(credential));
    auto response =
        client->Send(Request(call, credential), context.Limited(options_.attempt_timeout));
    if (!response.has_value()) {
      const bool again =
          response.error().code == ErrorCode::kUnavailable && call.method == "GET" && attempt < 3;
      if (!again) return Unreachable(response.error());
      RETURN_IF_ERROR(context.SleepFor(backoff.Next()));
      continue;
    }
    if (response->status >= 200 && response->status < 300) return std::move(response->body);
    if (response->status == 401 && !renewed) {
      renewed = true;
      credentials_->Refused(credential);
      continue;
    }
    const auto delay = RetryDelay(*response);
    if (!delay || attempt == kMostAttempts || *delay > context.Remaining()) {
      return Refusal(response->status, response->body);
    }
    RETURN_IF_ERROR(context.SleepFor(*delay + backoff.Next()));
  }
}

Status RestApiClient::Watch(const ResourceType& type, const WatchOptions& options,
                            const CallContext& context, const OnEvent& on_event) {
  const seconds time =
      options.server_timeout.count() > 0 ? options.server_timeout : JitteredWatchTime();
  Query query;
  query.Add("watch", "true");
  query.Add("allowWatchBookmarks", "true");
  query.Add("labelSelector", options.label_selector);
  query.Add("fieldSelector", options.field_selector);
  query.Add("resourceVersion", options.resource_version);
  query.Add("timeoutSeconds", std::to_string(time.count()));
  if (options.send_initial_events) {
    query.Add("sendInitialEvents", "true");
    query.Add("resourceVersionMatch", "NotOlderThan");
  }
  const Call call{.path = ResourcePath(type, options.name_space) + query.text()};
  for (bool renewed = false;; renewed = true) {
    ASSIGN_OR_RETURN(const Credential credential, credentials_->Get(context));
    ASSIGN_OR_RETURN(const auto client, ClientFor(credential));
    auto request = Request(call, credential);
    request.stall_timeout = kWatchStall;
    int status = 0;
    std::string refusal;
    LineCutter lines;
    const auto ended = client->Stream(
        request, context,
        [&](const http::HttpResponse& head) {
          status = head.status;
          if (status == 200 && options.on_accepted) options.on_accepted();
          return Ok();
        },
        [&](std::string_view piece) -> Status {
          if (status == 200) {
            return lines.Feed(piece, [&](std::string_view line) -> Status {
              if (line.starts_with(R"({"type":"ERROR")")) return ErrorFromWatchEvent(line);
              return on_event(line);
            });
          }
          if (refusal.size() < kMostErrorBytes) refusal += piece;
          return Ok();
        });
    if (!ended.has_value()) return status == 0 ? Unreachable(ended.error()) : ended;
    if (status == 200) return Ok();
    if (status != 401 || renewed) return Refusal(status, refusal);
    credentials_->Refused(credential);
  }
}

}  // namespace

Result<std::unique_ptr<ApiClient>> MakeApiClient(ClientConfig config, const Clock& clock,
                                                 ApiClientOptions options) {
  auto client = std::make_unique<RestApiClient>(std::move(config), clock, std::move(options));
  RETURN_IF_ERROR(client->Prepare());
  return std::unique_ptr<ApiClient>(std::move(client));
}

}  // namespace narrows::kubernetes
