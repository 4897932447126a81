#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/exposure.h"
#include "model/network_policy.h"
#include "model/rbac.h"
#include "model/workload.h"

namespace narrows::kubernetes {

struct OwnerReference {
  std::string api_version;
  std::string kind;
  std::string name;
  std::string uid;
  friend bool operator==(const OwnerReference&, const OwnerReference&) = default;
};

// metav1.ObjectMeta, the parts we use.
struct ObjectMeta {
  std::string name_space;
  std::string name;
  std::string uid;
  std::string resource_version;
  bool deleting = false;
  model::Labels labels;
  model::Labels annotations;                 // of our own domains only: IsOurAnnotation
  std::optional<OwnerReference> controller;  // the owner with controller: true
};

struct PodObject {
  ObjectMeta meta;
  std::string node;
  std::string phase;
  std::string ip;
  std::string service_account;
  bool host_network = false;
  std::vector<std::string> pull_secrets;
  std::vector<model::Container> containers;  // main, init, ephemeral, in the spec's order
};

enum class WatchEventType { kAdded, kModified, kDeleted, kBookmark };

struct WatchEvent {
  WatchEventType type = WatchEventType::kAdded;
  std::string_view object;  // JSON text within the event's
  std::string resource_version;
  bool initial_events_end = false;  // of a bookmark: all that was there at the start has been sent
};

// Whether a resourceVersion is at least as new as another of the same kind. They are decimal
// numbers (Kubernetes API concepts, "Resource versions"); of what is none nothing can be said:
// true.
bool ReachedVersion(std::string_view seen, std::string_view wanted);

struct ListPage {
  std::string resource_version;
  std::string continue_token;  // empty on the last page
};

// A key below goharbor.io, the domain of the ancestor's labels and of our annotations.
bool IsOurAnnotation(std::string_view key);

// Reads API objects from their JSON text in bulk. Keeps its buffers from one call to the next; not
// thread-safe. kInvalidArgument for what is no such object; unknown fields are passed over, and
// those of another type than the API's are taken as absent.
class ObjectReader {
 public:
  ObjectReader();
  ~ObjectReader();

  Result<ObjectMeta> ReadMeta(std::string_view json);
  Result<PodObject> ReadPod(std::string_view json);
  Result<model::Namespace> ReadNamespace(std::string_view json);
  Result<model::Node> ReadNode(std::string_view json);
  Result<model::Service> ReadService(std::string_view json);
  Result<model::NetworkPolicy> ReadNetworkPolicy(std::string_view json);
  // A Role or ClusterRole, a RoleBinding or ClusterRoleBinding: which of them, the namespace says.
  Result<model::Role> ReadRole(std::string_view json);
  Result<model::RoleBinding> ReadRoleBinding(std::string_view json);
  Result<model::ServiceAccount> ReadServiceAccount(std::string_view json);
  Result<model::PodPorts> ReadPodPorts(std::string_view json);
  Result<model::PublishedService> ReadPublishedService(std::string_view json);
  Result<model::EndpointSlice> ReadEndpointSlice(std::string_view json);
  Result<model::Route> ReadIngress(std::string_view json);
  // A route of the Gateway API; list items lack the kind, so the caller says it. What a gateway has
  // refused, or leads to another namespace without leave, is left out.
  Result<model::Route> ReadGatewayRoute(std::string_view json, std::string_view kind);

  // The result's views point into `event`.
  Result<WatchEvent> ReadWatchEvent(std::string_view event);

  // Calls `on_item` with the JSON text of each item of a List; its Error ends the reading.
  Result<ListPage> ReadList(std::string_view list,
                            const std::function<Status(std::string_view item)>& on_item);

 private:
  struct Buffers;
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace narrows::kubernetes
