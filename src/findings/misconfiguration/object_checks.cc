#include <array>
#include <boost/json/array.hpp>

#include "base/json.h"
#include "findings/misconfiguration/finder.h"

namespace narrows::findings::misconfiguration {
namespace {

namespace json = boost::json;

// Administrative interfaces by the names their charts and manifests give them.
bool IsDashboard(std::string_view name) {
  constexpr std::array<std::string_view, 12> kNames = {"kubernetes-dashboard",
                                                       "kubeflow-ui",
                                                       "weave-scope",
                                                       "argocd-server",
                                                       "argo-server",
                                                       "jenkins",
                                                       "kibana",
                                                       "phpmyadmin",
                                                       "adminer",
                                                       "octant",
                                                       "headlamp",
                                                       "traefik-dashboard"};
  for (const std::string_view known : kNames) {
    if (name.find(known) != name.npos) return true;
  }
  return false;
}

std::string NameOfObject(const json::object& object) {
  const json::object* metadata = JsonObject(object, "metadata");
  return metadata ? JsonString(*metadata, "name") : "";
}

void CheckService(Finder& finder) {
  const json::object* spec = JsonObject(finder.object(), "spec");
  const std::string type = spec ? JsonString(*spec, "type") : "";
  if ((type == "LoadBalancer" || type == "NodePort") &&
      IsDashboard(NameOfObject(finder.object()))) {
    const FieldPath field = FieldPath().Keys("spec.type");
    finder.AddSet("exposed-dashboard", field, Shown(json::string(type)), field, "ClusterIP");
  }
}

// The service that a backend of an Ingress names, or nothing.
std::string BackendService(const json::object* backend) {
  const json::object* service = backend ? JsonObject(*backend, "service") : nullptr;
  if (service) return JsonString(*service, "name");
  return backend ? JsonString(*backend, "serviceName") : "";
}

void CheckBackend(const json::object* backend, const FieldPath& path, Finder& finder) {
  const std::string service = BackendService(backend);
  if (IsDashboard(service)) finder.Add("exposed-dashboard", path, Shown(json::string(service)));
}

void CheckIngress(Finder& finder) {
  const json::object* spec = JsonObject(finder.object(), "spec");
  if (!spec) return;
  const FieldPath at = FieldPath().Key("spec");
  CheckBackend(JsonObject(*spec, "defaultBackend"), at.Key("defaultBackend"), finder);
  const json::array* rules = JsonArray(*spec, "rules");
  for (size_t i = 0; rules && i < rules->size(); ++i) {
    const json::object* rule = (*rules)[i].if_object();
    const json::object* http = rule ? JsonObject(*rule, "http") : nullptr;
    const json::array* paths = http ? JsonArray(*http, "paths") : nullptr;
    for (size_t j = 0; paths && j < paths->size(); ++j) {
      const json::object* path = (*paths)[j].if_object();
      if (path)
        CheckBackend(JsonObject(*path, "backend"),
                     at.Key("rules").Index(i).Keys("http.paths").Index(j).Key("backend"), finder);
    }
  }
}

// https://kubernetes.io/docs/reference/using-api/deprecation-guide/
struct RemovedVersion {
  std::string_view api_version;
  std::string_view kinds;  // comma-separated; empty: all of the version
  int minor;               // gone since 1.minor
  std::string_view instead;
};
constexpr std::array<RemovedVersion, 30> kRemoved = {
    {{"extensions/v1beta1", "DaemonSet,Deployment,ReplicaSet", 16, "apps/v1"},
     {"extensions/v1beta1", "NetworkPolicy", 16, "networking.k8s.io/v1"},
     {"extensions/v1beta1", "Ingress", 22, "networking.k8s.io/v1"},
     {"extensions/v1beta1", "PodSecurityPolicy", 16, "Pod Security Admission"},
     {"apps/v1beta1", "", 16, "apps/v1"},
     {"apps/v1beta2", "", 16, "apps/v1"},
     {"admissionregistration.k8s.io/v1beta1",
      "MutatingWebhookConfiguration,ValidatingWebhookConfiguration", 22,
      "admissionregistration.k8s.io/v1"},
     {"apiextensions.k8s.io/v1beta1", "", 22, "apiextensions.k8s.io/v1"},
     {"apiregistration.k8s.io/v1beta1", "", 22, "apiregistration.k8s.io/v1"},
     {"authentication.k8s.io/v1beta1", "TokenReview", 22, "authentication.k8s.io/v1"},
     {"authorization.k8s.io/v1beta1", "", 22, "authorization.k8s.io/v1"},
     {"certificates.k8s.io/v1beta1", "CertificateSigningRequest", 22, "certificates.k8s.io/v1"},
     {"coordination.k8s.io/v1beta1", "Lease", 22, "coordination.k8s.io/v1"},
     {"networking.k8s.io/v1beta1", "Ingress,IngressClass", 22, "networking.k8s.io/v1"},
     {"rbac.authorization.k8s.io/v1alpha1", "", 22, "rbac.authorization.k8s.io/v1"},
     {"rbac.authorization.k8s.io/v1beta1", "", 22, "rbac.authorization.k8s.io/v1"},
     {"scheduling.k8s.io/v1beta1", "PriorityClass", 22, "scheduling.k8s.io/v1"},
     {"storage.k8s.io/v1beta1", "CSIDriver,CSINode,StorageClass,VolumeAttachment", 22,
      "storage.k8s.io/v1"},
     {"storage.k8s.io/v1beta1", "CSIStorageCapacity", 27, "storage.k8s.io/v1"},
     {"autoscaling/v2beta1", "", 25, "autoscaling/v2"},
     {"autoscaling/v2beta2", "", 26, "autoscaling/v2"},
     {"batch/v1beta1", "CronJob", 25, "batch/v1"},
     {"discovery.k8s.io/v1beta1", "EndpointSlice", 25, "discovery.k8s.io/v1"},
     {"events.k8s.io/v1beta1", "Event", 25, "events.k8s.io/v1"},
     {"flowcontrol.apiserver.k8s.io/v1beta1", "", 26, "flowcontrol.apiserver.k8s.io/v1"},
     {"flowcontrol.apiserver.k8s.io/v1beta2", "", 29, "flowcontrol.apiserver.k8s.io/v1"},
     {"flowcontrol.apiserver.k8s.io/v1beta3", "", 32, "flowcontrol.apiserver.k8s.io/v1"},
     {"node.k8s.io/v1beta1", "RuntimeClass", 25, "node.k8s.io/v1"},
     {"policy/v1beta1", "PodDisruptionBudget", 25, "policy/v1"},
     {"policy/v1beta1", "PodSecurityPolicy", 25, "Pod Security Admission"}}};

bool Lists(std::string_view kinds, std::string_view kind) {
  if (kinds.empty()) return true;
  for (const std::string_view listed : Split(kinds, ',')) {
    if (listed == kind) return true;
  }
  return false;
}

}  // namespace

void CheckReachable(Finder& finder) {
  if (JsonString(finder.object(), "kind") == "Service") CheckService(finder);
  if (JsonString(finder.object(), "kind") == "Ingress") CheckIngress(finder);
}

void CheckNamespace(Finder& finder) {
  const json::object* metadata = JsonObject(finder.object(), "metadata");
  if (metadata && JsonString(*metadata, "namespace") == "default")
    finder.Add("default-namespace", FieldPath().Keys("metadata.namespace"), "\"default\"");
}

void CheckApiVersion(int minor, Finder& finder) {
  const std::string version = JsonString(finder.object(), "apiVersion");
  const std::string kind = JsonString(finder.object(), "kind");
  for (const RemovedVersion& removed : kRemoved) {
    if (removed.minor > minor || removed.api_version != version || !Lists(removed.kinds, kind))
      continue;
    finder.Add("deprecated-api-version", FieldPath().Key("apiVersion"),
               Shown(json::string(version)) + ", removed in 1." + std::to_string(removed.minor) +
                   "; now " + std::string(removed.instead));
    return;
  }
}

}  // namespace narrows::findings::misconfiguration
