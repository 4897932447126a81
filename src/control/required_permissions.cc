#include "control/required_permissions.h"

#include <algorithm>
#include <string>

namespace narrows::control {

std::vector<kubernetes::Permission> RequiredPermissions(const response::ResponseAction& action,
                                                        std::string_view own_namespace) {
  using kubernetes::Permission;
  std::vector<Permission> all;
  const auto add = [&](Permission permission) {
    const bool known = std::any_of(all.begin(), all.end(), [&](const Permission& other) {
      return other.ToString() == permission.ToString();
    });
    if (!known) all.push_back(std::move(permission));
  };
  const auto watched = [&](const char* group, std::initializer_list<const char*> resources,
                           const char* purpose) {
    for (const char* resource : resources) {
      for (const char* verb : {"list", "watch"}) add({verb, group, resource, "", "", purpose});
    }
  };
  watched("", {"namespaces", "nodes", "pods"}, "to know what runs");
  watched("", {"services"}, "to know whom Services select");
  watched("networking.k8s.io", {"networkpolicies"}, "to know who is isolated");
  watched("apps", {"deployments", "replicasets", "statefulsets", "daemonsets"},
          "to know who owns a pod");
  watched("batch", {"jobs", "cronjobs"}, "to know who owns a pod");
  const char* group = "goharbor.goharbor.io";
  watched(group, {"inspectionpolicies", "settings"}, "to know what is expected");
  add({"get", group, "inspectionpolicies", "", "", "to put its finalizer on a policy"});
  add({"patch", group, "inspectionpolicies", "", "", "to put its finalizer on a policy"});
  for (const char* resource : {"inspectionpolicies", "settings"})
    add({"patch", group, resource, "status", "", "to say what became of it"});
  for (const response::Permission& permission : action.Describe()) {
    const size_t slash = permission.resource.find('/');
    add({permission.verb, permission.group, permission.resource.substr(0, slash),
         slash == std::string::npos ? "" : permission.resource.substr(slash + 1), "",
         permission.why});
  }
  for (const char* resource : {"serviceaccounts", "secrets"})
    add({"get", "", resource, "", "", "to log in to registries as the kubelet does"});
  add({"create", "", "events", "", "", "to report on the objects concerned"});
  for (const char* verb : {"get", "create", "patch", "update"})
    add({verb, "coordination.k8s.io", "leases", "", std::string(own_namespace),
         "so that one instance acts"});
  return all;
}

}  // namespace narrows::control
