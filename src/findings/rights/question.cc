#include "findings/rights/question.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace narrows::findings::rights {
namespace {

// A built-in type (Kubernetes 1.34, `kubectl api-resources`).
struct KnownType {
  std::string_view plural;
  std::string_view singular;
  std::string_view short_name;
  std::string_view group;
  bool namespaced = true;
};

constexpr std::string_view kRbac = "rbac.authorization.k8s.io";
constexpr std::string_view kAdmission = "admissionregistration.k8s.io";

constexpr std::array kTypes = {
    KnownType{"bindings", "binding", "", ""}, KnownType{"configmaps", "configmap", "cm", ""},
    KnownType{"endpoints", "endpoint", "ep", ""}, KnownType{"events", "event", "ev", ""},
    KnownType{"limitranges", "limitrange", "limits", ""},
    KnownType{"namespaces", "namespace", "ns", "", false},
    KnownType{"nodes", "node", "no", "", false},
    KnownType{"persistentvolumeclaims", "persistentvolumeclaim", "pvc", ""},
    KnownType{"persistentvolumes", "persistentvolume", "pv", "", false},
    KnownType{"pods", "pod", "po", ""}, KnownType{"podtemplates", "podtemplate", "", ""},
    KnownType{"replicationcontrollers", "replicationcontroller", "rc", ""},
    KnownType{"resourcequotas", "resourcequota", "quota", ""},
    KnownType{"secrets", "secret", "", ""},
    KnownType{"serviceaccounts", "serviceaccount", "sa", ""},
    KnownType{"services", "service", "svc", ""},
    // Not objects: whom one may impersonate.
    KnownType{"users", "user", "", "", false}, KnownType{"groups", "group", "", "", false},
    KnownType{"mutatingwebhookconfigurations", "mutatingwebhookconfiguration", "", kAdmission,
              false},
    KnownType{"validatingwebhookconfigurations", "validatingwebhookconfiguration", "", kAdmission,
              false},
    KnownType{"validatingadmissionpolicies", "validatingadmissionpolicy", "", kAdmission, false},
    KnownType{"mutatingadmissionpolicies", "mutatingadmissionpolicy", "", kAdmission, false},
    KnownType{"customresourcedefinitions", "customresourcedefinition", "crd",
              "apiextensions.k8s.io", false},
    KnownType{"apiservices", "apiservice", "", "apiregistration.k8s.io", false},
    KnownType{"controllerrevisions", "controllerrevision", "", "apps"},
    KnownType{"daemonsets", "daemonset", "ds", "apps"},
    KnownType{"deployments", "deployment", "deploy", "apps"},
    KnownType{"replicasets", "replicaset", "rs", "apps"},
    KnownType{"statefulsets", "statefulset", "sts", "apps"},
    KnownType{"tokenreviews", "tokenreview", "", "authentication.k8s.io", false},
    KnownType{"subjectaccessreviews", "subjectaccessreview", "", "authorization.k8s.io", false},
    KnownType{"localsubjectaccessreviews", "localsubjectaccessreview", "", "authorization.k8s.io"},
    KnownType{"horizontalpodautoscalers", "horizontalpodautoscaler", "hpa", "autoscaling"},
    KnownType{"cronjobs", "cronjob", "cj", "batch"}, KnownType{"jobs", "job", "", "batch"},
    KnownType{"certificatesigningrequests", "certificatesigningrequest", "csr",
              "certificates.k8s.io", false},
    KnownType{"signers", "signer", "", "certificates.k8s.io", false},
    KnownType{"leases", "lease", "", "coordination.k8s.io"},
    KnownType{"endpointslices", "endpointslice", "", "discovery.k8s.io"},
    KnownType{"flowschemas", "flowschema", "", "flowcontrol.apiserver.k8s.io", false},
    KnownType{"ingresses", "ingress", "ing", "networking.k8s.io"},
    KnownType{"ingressclasses", "ingressclass", "", "networking.k8s.io", false},
    KnownType{"networkpolicies", "networkpolicy", "netpol", "networking.k8s.io"},
    KnownType{"runtimeclasses", "runtimeclass", "", "node.k8s.io", false},
    KnownType{"poddisruptionbudgets", "poddisruptionbudget", "pdb", "policy"},
    KnownType{"clusterrolebindings", "clusterrolebinding", "", kRbac, false},
    KnownType{"clusterroles", "clusterrole", "", kRbac, false},
    KnownType{"rolebindings", "rolebinding", "", kRbac}, KnownType{"roles", "role", "", kRbac},
    KnownType{"priorityclasses", "priorityclass", "pc", "scheduling.k8s.io", false},
    KnownType{"csidrivers", "csidriver", "", "storage.k8s.io", false},
    KnownType{"csinodes", "csinode", "", "storage.k8s.io", false},
    KnownType{"storageclasses", "storageclass", "sc", "storage.k8s.io", false},
    KnownType{"volumeattachments", "volumeattachment", "", "storage.k8s.io", false}};

const KnownType* FindType(std::string_view word) {
  const auto found = std::find_if(kTypes.begin(), kTypes.end(), [&](const KnownType& type) {
    return word == type.plural || word == type.singular ||
           (!type.short_name.empty() && word == type.short_name);
  });
  return found == kTypes.end() ? nullptr : &*found;
}

}  // namespace

Result<AccessRequest> ParseAccessRequest(std::string_view verb, std::string_view resource) {
  AccessRequest request;
  request.verb = ToLower(verb);
  if (resource.starts_with('/')) {
    request.path = resource;
    return request;
  }
  const size_t slash = resource.find('/');
  if (slash != std::string_view::npos) request.subresource = resource.substr(slash + 1);
  const std::string type = ToLower(resource.substr(0, slash));
  const size_t dot = type.find('.');
  const KnownType* known = FindType(std::string_view(type).substr(0, dot));
  if (dot != std::string::npos) {
    request.group = type.substr(dot + 1);
    const bool same = known != nullptr && known->group == request.group;
    request.resource = same ? std::string(known->plural) : type.substr(0, dot);
  } else if (type == "*") {
    request.group = request.resource = type;
  } else if (known != nullptr) {
    request.resource = known->plural;
    request.group = known->group;
  }
  if (request.verb.empty() || request.resource.empty()) {
    return InvalidArgument("\"" + Printable(resource) +
                           "\" is no type of Kubernetes itself; write another's plural with its "
                           "group, such as widgets.example.com, or a path, such as /metrics");
  }
  return request;
}

bool IsNamespacedType(const AccessRequest& request) {
  const KnownType* known = FindType(request.resource);
  return request.path.empty() &&
         (known == nullptr || known->group != request.group || known->namespaced);
}

Result<model::RbacSubject> ParseSubject(std::string_view text) {
  using Kind = model::RbacSubject::Kind;
  const auto after = [&](std::string_view prefix) -> std::optional<std::string_view> {
    if (!text.starts_with(prefix)) return std::nullopt;
    return text.substr(prefix.size());
  };
  if (const auto group = after("group:"); group && !group->empty()) {
    return model::RbacSubject{Kind::kGroup, "", std::string(*group)};
  }
  if (const auto user = after("user:"); user && !user->empty()) return SubjectOfUser(*user);
  if (const auto account = after("sa:")) {
    const size_t slash = account->find_first_of("/:");
    if (slash != std::string_view::npos && slash > 0 && slash + 1 < account->size()) {
      return model::RbacSubject{Kind::kServiceAccount, std::string(account->substr(0, slash)),
                                std::string(account->substr(slash + 1))};
    }
  } else if (!text.empty() && text != "group:" && text != "user:") {
    return SubjectOfUser(text);
  }
  return InvalidArgument("\"" + Printable(text) +
                         "\" names no subject; write user:NAME, group:NAME, sa:NAMESPACE/NAME or a "
                         "workload, NAMESPACE/KIND/NAME");
}

}  // namespace narrows::findings::rights
