#include "findings/rights/capability.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace narrows::findings::rights {
namespace {

constexpr const char* kRbac = "rbac.authorization.k8s.io";
constexpr const char* kCertificates = "certificates.k8s.io";
constexpr const char* kAdmission = "admissionregistration.k8s.io";

struct Probe {
  bool namespaced = true;
  // The request carries a name, so that resourceNames can restrict it. A create does not, but of
  // subresources.
  bool named = true;
  std::vector<AccessRequest> requests;
};

std::vector<AccessRequest> Requests(const std::vector<const char*>& verbs, const char* group,
                                    const std::vector<const char*>& resources,
                                    const char* subresource = "") {
  std::vector<AccessRequest> requests;
  for (const char* resource : resources) {
    for (const char* verb : verbs) {
      AccessRequest request;
      request.verb = verb;
      request.group = group;
      request.resource = resource;
      request.subresource = subresource;
      requests.push_back(std::move(request));
    }
  }
  return requests;
}

std::vector<AccessRequest> WorkloadRequests() {
  const std::vector<const char*> verbs = {"create", "update", "patch"};
  std::vector<AccessRequest> all =
      Requests(verbs, "apps", {"deployments", "daemonsets", "statefulsets", "replicasets"});
  for (auto& request : Requests(verbs, "batch", {"jobs", "cronjobs"})) all.push_back(request);
  for (auto& request : Requests(verbs, "", {"replicationcontrollers"})) all.push_back(request);
  return all;
}

Probe MakeProbe(Capability capability) {
  using C = Capability;
  const std::vector<const char*> change = {"update", "patch"};
  const std::vector<const char*> write = {"create", "update", "patch"};
  switch (capability) {
    case C::kEverything:
      return {false, false, Requests({"*"}, "*", {"*"})};
    case C::kImpersonateUsers:
      return {false, true, Requests({"impersonate"}, "", {"users"})};
    case C::kImpersonateGroups:
      return {false, true, Requests({"impersonate"}, "", {"groups"})};
    case C::kImpersonateAccounts:
      return {true, true, Requests({"impersonate"}, "", {"serviceaccounts"})};
    case C::kBindClusterRoles:
      return {true, true, Requests({"bind"}, kRbac, {"clusterroles"})};
    case C::kBindRoles:
      return {true, true, Requests({"bind"}, kRbac, {"roles"})};
    case C::kEscalateClusterRoles:
      return {false, true, Requests({"escalate"}, kRbac, {"clusterroles"})};
    case C::kEscalateRoles:
      return {true, true, Requests({"escalate"}, kRbac, {"roles"})};
    case C::kChangeClusterRoles:
      return {false, true, Requests(change, kRbac, {"clusterroles"})};
    case C::kChangeRoles:
      return {true, true, Requests(change, kRbac, {"roles"})};
    case C::kWriteClusterRoleBindings:
      return {false, false, Requests(write, kRbac, {"clusterrolebindings"})};
    case C::kWriteRoleBindings:
      return {true, false, Requests(write, kRbac, {"rolebindings"})};
    case C::kCreatePods:
      return {true, false, Requests({"create"}, "", {"pods"})};
    case C::kWriteWorkloads:
      return {true, false, WorkloadRequests()};
    case C::kChangePods:
      return {true, true, Requests(change, "", {"pods"})};
    case C::kExec:
      // A websocket's upgrade is a GET.
      return {true, true, Requests({"create", "get"}, "", {"pods"}, "exec")};
    case C::kAttach:
      return {true, true, Requests({"create", "get"}, "", {"pods"}, "attach")};
    case C::kEphemeralContainers:
      return {true, true, Requests(change, "", {"pods"}, "ephemeralcontainers")};
    case C::kReadSecrets:
      return {true, true, Requests({"get"}, "", {"secrets"})};
    case C::kListSecrets:
      return {true, false, Requests({"list", "watch"}, "", {"secrets"})};
    case C::kCreateSecrets:
      return {true, false, Requests({"create"}, "", {"secrets"})};
    case C::kMintTokens:
      return {true, true, Requests({"create"}, "", {"serviceaccounts"}, "token")};
    case C::kNodesProxy:
      return {false, true, Requests({"create", "get"}, "", {"nodes"}, "proxy")};
    case C::kCreateSigningRequests:
      return {false, false, Requests({"create"}, kCertificates, {"certificatesigningrequests"})};
    case C::kApproveSigningRequests:
      return {false, false,
              Requests(change, kCertificates, {"certificatesigningrequests"}, "approval")};
    case C::kApproveForSigner:
      return {false, true, Requests({"approve"}, kCertificates, {"signers"})};
    case C::kMutateRequests:
      return {false, false,
              Requests(write, kAdmission,
                       {"mutatingwebhookconfigurations", "mutatingadmissionpolicies"})};
    case C::kSeeRequests:
      return {false, false, Requests(write, kAdmission, {"validatingwebhookconfigurations"})};
    case C::kCreateVolumes:
      return {false, false, Requests({"create"}, "", {"persistentvolumes"})};
    case C::kCreateVolumeClaims:
      return {true, false, Requests({"create"}, "", {"persistentvolumeclaims"})};
    case C::kChangeNodes: {
      std::vector<AccessRequest> requests = Requests(change, "", {"nodes"});
      for (auto& request : Requests(change, "", {"nodes"}, "status")) requests.push_back(request);
      return {false, false, std::move(requests)};
    }
    case C::kLabelNamespaces:
      return {true, true, Requests(change, "", {"namespaces"})};
  }
  NARROWS_CHECK(false);
  return {};
}

const std::array<Probe, kCapabilityCount>& Probes() {
  static const auto kProbes = [] {
    std::array<Probe, kCapabilityCount> probes;
    for (size_t i = 0; i < probes.size(); ++i) probes[i] = MakeProbe(static_cast<Capability>(i));
    return probes;
  }();
  return kProbes;
}

const Probe& ProbeOf(Capability capability) { return Probes()[static_cast<size_t>(capability)]; }

}  // namespace

bool IsNamespaced(Capability capability) { return ProbeOf(capability).namespaced; }

const std::vector<AccessRequest>& RequestsFor(Capability capability) {
  return ProbeOf(capability).requests;
}

bool Capabilities::HasOn(Capability capability, std::string_view name) const {
  return all.Has(capability) ||
         std::any_of(named.begin(), named.end(), [&](const NamedCapability& each) {
           return each.capability == capability && each.name == name;
         });
}

std::vector<std::string> Capabilities::NamesOf(Capability capability) const {
  std::vector<std::string> names;
  if (all.Has(capability)) return names;
  for (const NamedCapability& each : named) {
    if (each.capability == capability) names.push_back(each.name);
  }
  return names;
}

void Capabilities::Add(const Capabilities& other) {
  all.Add(other.all);
  named.insert(named.end(), other.named.begin(), other.named.end());
}

Capabilities CapabilitiesOf(const model::Role& role) {
  Capabilities capabilities;
  for (const model::PolicyRule& rule : role.rules) {
    if (rule.resources.empty()) continue;
    model::PolicyRule any_name = rule;
    any_name.resource_names.clear();
    for (size_t i = 0; i < kCapabilityCount; ++i) {
      const auto capability = static_cast<Capability>(i);
      const Probe& probe = Probes()[i];
      if (!rule.resource_names.empty() && !probe.named) continue;
      const bool allows =
          std::any_of(probe.requests.begin(), probe.requests.end(),
                      [&](const AccessRequest& request) { return RuleAllows(any_name, request); });
      if (!allows) continue;
      if (rule.resource_names.empty()) capabilities.all.Add(capability);
      for (const std::string& name : rule.resource_names) {
        capabilities.named.push_back({capability, name});
      }
    }
  }
  return capabilities;
}

}  // namespace narrows::findings::rights
