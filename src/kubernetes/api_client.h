#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/call_context.h"
#include "base/clock.h"
#include "base/result.h"
#include "kubernetes/client_config.h"

namespace narrows::kubernetes {

// A resource type as the API's paths name it.
struct ResourceType {
  std::string group;    // "" for the core group
  std::string version;  // "v1"
  std::string plural;   // "pods"
  std::string kind;     // "Pod"
  bool namespaced = true;

  std::string ApiVersion() const { return group.empty() ? version : group + "/" + version; }
};

struct ObjectName {
  ResourceType type;
  std::string name_space;  // empty for cluster-scoped types
  std::string name;
  std::string subresource;  // "status", "finalizers", … or empty
};

struct ListOptions {
  std::string name_space;  // empty: all namespaces
  std::string label_selector;
  std::string field_selector;
  std::string resource_version;
  std::string resource_version_match;
  std::string continue_token;
  int limit = 0;  // 0: the server's
};

struct WatchOptions {
  std::string name_space;
  std::string label_selector;
  std::string field_selector;
  std::string resource_version;
  bool send_initial_events = false;        // streams the list first where the server offers it
  std::chrono::seconds server_timeout{0};  // 0: the client picks one, with jitter
  std::function<void()> on_accepted;       // the server streams; there may be no event for long
};

enum class PatchKind { kJson, kMerge, kStrategicMerge };

// What a kubectl user would call the client of one API server. Bodies and answers are JSON texts;
// typed views of the few kinds we read are in objects.h. Thread-safe. Errors carry the API's own
// message ("pods is forbidden: …") and kNotFound, kAlreadyExists, kAborted (409 Conflict),
// kOutOfRange (410 Gone), kPermissionDenied, kUnauthenticated, kInvalidArgument (400, 422),
// kResourceExhausted (429, after the client's own retries), kUnavailable (5xx, network).
class ApiClient {
 public:
  // One watch event, {"type":…,"object":…}, as it came; valid for the call. An Error ends the watch
  // with it.
  using OnEvent = std::function<Status(std::string_view event)>;

  virtual ~ApiClient() = default;

  virtual Result<std::string> Get(const ObjectName& object, const CallContext& context) = 0;
  // One page.
  virtual Result<std::string> List(const ResourceType& type, const ListOptions& options,
                                   const CallContext& context) = 0;
  // Until the server ends the watch (success), or the connection breaks, `context` ends or the
  // server sends an ERROR event, which is not passed on (Error; kOutOfRange: relist).
  virtual Status Watch(const ResourceType& type, const WatchOptions& options,
                       const CallContext& context, const OnEvent& on_event) = 0;
  virtual Result<std::string> Create(const ResourceType& type, std::string_view name_space,
                                     std::string_view body, const CallContext& context) = 0;
  // Server-side apply, forced, under `field_manager`. The body names apiVersion, kind and
  // metadata.name.
  virtual Result<std::string> Apply(const ObjectName& object, std::string_view body,
                                    std::string_view field_manager, const CallContext& context) = 0;
  virtual Result<std::string> Patch(const ObjectName& object, PatchKind kind, std::string_view body,
                                    const CallContext& context) = 0;
  // PUT; the body's resourceVersion makes it conditional.
  virtual Result<std::string> Replace(const ObjectName& object, std::string_view body,
                                      const CallContext& context) = 0;
  // `body` is a DeleteOptions document or empty (preconditions, propagation policy).
  virtual Status Delete(const ObjectName& object, std::string_view body,
                        const CallContext& context) = 0;
};

struct ApiClientOptions {
  std::string user_agent = "narrows";
  // Of one attempt of any call but Watch; the caller's deadline holds besides.
  std::chrono::milliseconds attempt_timeout{60'000};
};

// A refused credential is renewed once; 429 and 503 are tried again as Retry-After says, a GET also
// after a broken connection. Nothing is sent before the first call. `clock` outlives the client.
// kInvalidArgument when certificates or keys cannot be read.
Result<std::unique_ptr<ApiClient>> MakeApiClient(ClientConfig config, const Clock& clock,
                                                 ApiClientOptions options = {});

}  // namespace narrows::kubernetes
