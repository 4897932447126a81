#include "findings/benchmark/audit/cluster_objects.h"

#include <boost/json/array.hpp>

#include "base/json.h"
#include "base/strings.h"
#include "findings/benchmark/audit/parsed_list.h"

namespace narrows::findings::benchmark::audit {
namespace {

namespace json = boost::json;

constexpr std::string_view kRbac = "rbac.authorization.k8s.io";
constexpr std::string_view kRbacVersion = "rbac.authorization.k8s.io/v1";
constexpr Resource kResources[] = {
    {"clusterrolebindings", "clusterrolebinding", "ClusterRoleBinding", "", kRbac, kRbacVersion,
     false},
    {"clusterroles", "clusterrole", "ClusterRole", "", kRbac, kRbacVersion, false},
    {"configmaps", "configmap", "ConfigMap", "cm", "", "v1", true},
    {"cronjobs", "cronjob", "CronJob", "cj", "batch", "batch/v1", true},
    {"daemonsets", "daemonset", "DaemonSet", "ds", "apps", "apps/v1", true},
    {"deployments", "deployment", "Deployment", "deploy", "apps", "apps/v1", true},
    {"jobs", "job", "Job", "", "batch", "batch/v1", true},
    {"namespaces", "namespace", "Namespace", "ns", "", "v1", false},
    {"networkpolicies", "networkpolicy", "NetworkPolicy", "netpol", "networking.k8s.io",
     "networking.k8s.io/v1", true},
    {"nodes", "node", "Node", "no", "", "v1", false},
    {"pods", "pod", "Pod", "po", "", "v1", true},
    {"rolebindings", "rolebinding", "RoleBinding", "", kRbac, kRbacVersion, true},
    {"roles", "role", "Role", "", kRbac, kRbacVersion, true},
    {"serviceaccounts", "serviceaccount", "ServiceAccount", "sa", "", "v1", true},
    {"services", "service", "Service", "svc", "", "v1", true},
    {"statefulsets", "statefulset", "StatefulSet", "sts", "apps", "apps/v1", true},
};

}  // namespace

const Resource* FindResource(std::string_view name) {
  const std::string lower = ToLower(name);
  for (const Resource& resource : kResources) {
    if (lower == resource.plural || lower == resource.singular ||
        (!resource.short_name.empty() && lower == resource.short_name)) {
      return &resource;
    }
  }
  return nullptr;
}

ClusterObjects::ClusterObjects(const ClusterFacts& facts) : facts_(facts) {}
ClusterObjects::~ClusterObjects() = default;

Result<const ParsedList*> ClusterObjects::List(const Resource& resource) {
  const auto found = lists_.find(resource.plural);
  if (found != lists_.end()) return found->second.get();
  const std::string context = "listing " + std::string(resource.plural);
  ASSIGN_OR_RETURN_WITHIN(const std::string text, facts_.List(resource.plural, ""), context);
  auto list = std::make_unique<ParsedList>();
  JsonLimits limits;
  limits.bytes = 256u << 20;
  limits.memory_bytes = size_t{2} << 30;
  ASSIGN_OR_RETURN_WITHIN(list->document, ParseJson(text, limits), context);
  json::object* object = list->document.if_object();
  json::value* items = object == nullptr ? nullptr : object->if_contains("items");
  if (items == nullptr || !items->is_array()) return DataLoss(context + ": no list of items");
  for (json::value& item : items->get_array()) {
    json::object* one = item.if_object();
    if (one == nullptr) continue;
    (*one)["kind"] = json::string(resource.kind);
    (*one)["apiVersion"] = json::string(resource.api_version);
    const json::object* metadata = JsonObject(*one, "metadata");
    if (metadata == nullptr) continue;
    list->by_name[JsonString(*metadata, "namespace") + "/" + JsonString(*metadata, "name")] =
        list->items.size();
    list->items.push_back(one);
  }
  return lists_.emplace(resource.plural, std::move(list)).first->second.get();
}

}  // namespace narrows::findings::benchmark::audit
