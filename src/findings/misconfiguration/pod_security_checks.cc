#include <array>
#include <boost/json/array.hpp>
#include <set>

#include "base/json.h"
#include "findings/misconfiguration/finder.h"

namespace narrows::findings::misconfiguration {
namespace {

namespace json = boost::json;
using Control = PodSecurityControl;

// Volumes of these are told by checks of more weight.
bool IsContainerSocket(std::string_view path) {
  constexpr std::array<std::string_view, 5> kSockets = {
      "docker.sock", "containerd.sock", "crio.sock", "cri-dockerd.sock", "podman.sock"};
  for (const std::string_view socket : kSockets) {
    if (path.ends_with(socket)) return true;
  }
  while (path.ends_with('/')) path.remove_suffix(1);
  return path == "/run/containerd" || path == "/run/crio" || path == "/var/run/containerd" ||
         path == "/var/run/crio";
}

const json::value* At(const json::object& object, const FieldPath& path) {
  const json::object* map = &object;
  const json::value* at = nullptr;
  for (const FieldPath::Step& step : path.steps()) {
    if (step.is_index) {
      const json::array* list = at ? at->if_array() : nullptr;
      at = list && step.index < list->size() ? &(*list)[step.index] : nullptr;
    } else {
      map = at ? at->if_object() : map;
      at = map ? map->if_contains(step.key) : nullptr;
    }
    if (!at) return nullptr;
  }
  return at;
}

FieldPath Parent(const FieldPath& path, size_t levels) {
  FieldPath parent;
  for (size_t i = 0; i + levels < path.steps().size(); ++i) {
    const FieldPath::Step& step = path.steps()[i];
    parent = step.is_index ? parent.Index(step.index) : parent.Key(step.key);
  }
  return parent;
}

std::string_view LastKey(const FieldPath& path) {
  for (auto step = path.steps().rbegin(); step != path.steps().rend(); ++step) {
    if (!step->is_index) return step->key;
  }
  return "";
}

// Capabilities are a list that a patch replaces: the new one holds what may stay.
json::value AllowedCapabilities(const json::object& object, const FieldPath& list) {
  json::array kept;
  const json::value* added = At(object, list);
  if (added && added->is_array()) {
    for (const json::value& name : added->get_array()) {
      if (name == "NET_BIND_SERVICE") kept.push_back(name);
    }
  }
  return kept;
}

std::string_view CheckOf(const PodSecurityViolation& violation, const json::object& object) {
  switch (violation.control) {
    case Control::kAllowPrivilegeEscalation:
      return "privilege-escalation";
    case Control::kAppArmorProfile:
      return "apparmor-profile";
    case Control::kCapabilitiesBaseline:
      return "dangerous-capability";
    case Control::kCapabilitiesRestricted:
      return LastKey(violation.path) == "drop" ? "capabilities-not-dropped" : "added-capability";
    case Control::kHostNamespaces:
      return LastKey(violation.path) == "hostNetwork" ? "host-network"
             : LastKey(violation.path) == "hostPID"   ? "host-pid"
                                                      : "host-ipc";
    case Control::kHostPathVolumes: {
      const json::value* source = At(object, violation.path);
      const bool socket = source && source->is_object() &&
                          IsContainerSocket(JsonString(source->get_object(), "path"));
      return socket ? "container-socket" : "host-path-volume";
    }
    case Control::kHostPorts:
      return "host-port";
    case Control::kHostProbesAndHostLifecycle:
      return "probe-host";
    case Control::kPrivileged:
      return "privileged-container";
    case Control::kProcMount:
      return "proc-mount";
    case Control::kRestrictedVolumes:
      return "restricted-volume";
    case Control::kRunAsNonRoot:
      return "run-as-root-allowed";
    case Control::kRunAsUser:
      return "run-as-root";
    case Control::kSeLinuxOptions:
      return "selinux-options";
    case Control::kSeccompProfileBaseline:
      return "seccomp-unconfined";
    case Control::kSeccompProfileRestricted:
      return "seccomp-missing";
    case Control::kSysctls:
      return "unsafe-sysctl";
    case Control::kWindowsHostProcess:
      return "windows-host-process";
  }
  return "";
}

std::string PatchOf(const PodSecurityViolation& violation, const json::object& object) {
  const auto set = [&](const json::value& wanted) {
    return StrategicMergePatch(object, violation.path, wanted);
  };
  switch (violation.control) {
    case Control::kAllowPrivilegeEscalation:
    case Control::kHostNamespaces:
    case Control::kPrivileged:
    case Control::kWindowsHostProcess:
      return set(false);
    case Control::kRunAsNonRoot:
      return set(true);
    case Control::kHostPorts:
    case Control::kHostProbesAndHostLifecycle:
    case Control::kRunAsUser:
    case Control::kSeLinuxOptions:
      return set(nullptr);
    case Control::kProcMount:
      return set("Default");
    case Control::kSeccompProfileBaseline:
    case Control::kSeccompProfileRestricted:
      return set("RuntimeDefault");
    case Control::kAppArmorProfile:
      return LastKey(violation.path) == "type" ? set("RuntimeDefault") : set(nullptr);
    case Control::kCapabilitiesBaseline:
    case Control::kCapabilitiesRestricted: {
      if (LastKey(violation.path) == "drop") return set(json::array{"ALL"});
      const FieldPath list = Parent(violation.path, 1);
      return StrategicMergePatch(object, list, AllowedCapabilities(object, list));
    }
    case Control::kSysctls: {
      // The list is replaced as a whole, without this one.
      const FieldPath element = Parent(violation.path, 1);
      const FieldPath list = Parent(violation.path, 2);
      const json::value* sysctls = At(object, list);
      if (!sysctls || !sysctls->is_array()) return "";
      json::array kept = sysctls->get_array();
      const size_t index = element.steps().back().index;
      if (index < kept.size()) kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(index));
      return StrategicMergePatch(object, list, kept);
    }
    case Control::kHostPathVolumes:
    case Control::kRestrictedVolumes:
      return "";
  }
  return "";
}

}  // namespace

void CheckPodSecurity(const PodTemplate& pod, int minor, Finder& finder) {
  // Of two controls that speak of one field the baseline's comes first, and is told alone.
  std::set<std::string> told;
  for (const PodSecurityLevel level :
       {PodSecurityLevel::kBaseline, PodSecurityLevel::kRestricted}) {
    for (const PodSecurityViolation& violation : EvaluatePodSecurity(pod, level, minor)) {
      if (!told.insert(violation.path.ToString()).second) continue;
      finder.Add(CheckOf(violation, finder.object()), violation.path, violation.value,
                 PatchOf(violation, finder.object()));
    }
  }
}

}  // namespace narrows::findings::misconfiguration
