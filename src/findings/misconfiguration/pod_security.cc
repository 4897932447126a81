#include "findings/misconfiguration/pod_security.h"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "base/json.h"
#include "base/strings.h"

namespace narrows::findings::misconfiguration {
namespace {

namespace json = boost::json;

constexpr std::string_view kUndefined = "undefined";
constexpr size_t kMostValueBytes = 200;

using Control = PodSecurityControl;

// One evaluation of one control.
struct Evaluation {
  const PodTemplate& pod;
  const json::object* security;  // of the pod, or null
  FieldPath spec;                // of the pod
  std::vector<Container> containers;
  int minor;
  Control control;
  std::vector<PodSecurityViolation> violations;

  void Missing(FieldPath path) {
    violations.push_back({control, std::move(path), std::string(kUndefined)});
  }
  void Wrong(FieldPath path, const json::value& value) {
    violations.push_back(
        {control, std::move(path), Printable(json::serialize(value), kMostValueBytes)});
  }
  FieldPath PodSecurity() const { return spec.Key("securityContext"); }
  bool OnWindows() const {
    const json::object* os = JsonObject(*pod.spec, "os");
    return os && JsonString(*os, "name") == "windows";
  }
};

FieldPath SecurityOf(const Container& container) { return container.path.Key("securityContext"); }

// The member, unless it is absent or null.
const json::value* Member(const json::object* object, std::string_view key) {
  const json::value* value = object ? object->if_contains(key) : nullptr;
  return value && !value->is_null() ? value : nullptr;
}

template <size_t N>
bool IsOneOf(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// Calls `visit(security, path)` for the security context of the pod and of each container that has
// one.
template <typename Visit>
void EachSecurityContext(const Evaluation& evaluation, const Visit& visit) {
  if (evaluation.security) visit(*evaluation.security, evaluation.PodSecurity());
  for (const Container& container : evaluation.containers) {
    if (container.security) visit(*container.security, SecurityOf(container));
  }
}

void AllowPrivilegeEscalation(Evaluation& e) {
  if (e.OnWindows()) return;
  for (const Container& container : e.containers) {
    const FieldPath path = SecurityOf(container).Key("allowPrivilegeEscalation");
    const json::value* value = Member(container.security, "allowPrivilegeEscalation");
    if (!value) {
      e.Missing(path);
    } else if (*value != false) {
      e.Wrong(path, *value);
    }
  }
}

void AppArmorProfile(Evaluation& e) {
  EachSecurityContext(e, [&](const json::object& security, const FieldPath& path) {
    const json::object* profile = JsonObject(security, "appArmorProfile");
    if (!profile) return;
    const std::string type = JsonString(*profile, "type");
    if (type != "RuntimeDefault" && type != "Localhost")
      e.Wrong(path.Keys("appArmorProfile.type"), json::string(type));
  });
  const json::object* annotations =
      e.pod.metadata ? JsonObject(*e.pod.metadata, "annotations") : nullptr;
  if (!annotations) return;
  constexpr std::string_view kPrefix = "container.apparmor.security.beta.kubernetes.io/";
  for (const auto& [key, value] : *annotations) {
    if (!std::string_view(key).starts_with(kPrefix) || !value.is_string()) continue;
    const std::string_view profile = value.get_string();
    if (!profile.empty() && profile != "runtime/default" && !profile.starts_with("localhost/"))
      e.Wrong(e.pod.path.Keys("metadata.annotations").Key(key), value);
  }
}

void AddedCapabilities(Evaluation& e, const Container& container,
                       bool (*allowed)(std::string_view)) {
  const json::object* capabilities =
      container.security ? JsonObject(*container.security, "capabilities") : nullptr;
  const json::array* added = capabilities ? JsonArray(*capabilities, "add") : nullptr;
  if (!added) return;
  const FieldPath path = SecurityOf(container).Keys("capabilities.add");
  for (size_t i = 0; i < added->size(); ++i) {
    const json::string* name = (*added)[i].if_string();
    if (!name || !allowed(*name)) e.Wrong(path.Index(i), (*added)[i]);
  }
}

void CapabilitiesBaseline(Evaluation& e) {
  for (const Container& container : e.containers) {
    AddedCapabilities(e, container, [](std::string_view name) {
      constexpr std::array<std::string_view, 13> kAllowed = {
          "AUDIT_WRITE", "CHOWN",   "DAC_OVERRIDE", "FOWNER",           "FSETID",
          "KILL",        "MKNOD",   "SETGID",       "NET_BIND_SERVICE", "SETFCAP",
          "SETUID",      "SETPCAP", "SYS_CHROOT"};
      return IsOneOf(name, kAllowed);
    });
  }
}

void CapabilitiesRestricted(Evaluation& e) {
  if (e.OnWindows()) return;
  for (const Container& container : e.containers) {
    AddedCapabilities(e, container,
                      [](std::string_view name) { return name == "NET_BIND_SERVICE"; });
    const FieldPath path = SecurityOf(container).Keys("capabilities.drop");
    const json::object* capabilities =
        container.security ? JsonObject(*container.security, "capabilities") : nullptr;
    const json::array* dropped = capabilities ? JsonArray(*capabilities, "drop") : nullptr;
    if (!dropped) {
      e.Missing(path);
    } else if (std::find(dropped->begin(), dropped->end(), json::value("ALL")) == dropped->end()) {
      e.Wrong(path, *dropped);
    }
  }
}

void HostNamespaces(Evaluation& e) {
  for (const std::string_view field : {"hostNetwork", "hostPID", "hostIPC"}) {
    if (JsonBool(*e.pod.spec, field) == true) e.Wrong(e.spec.Key(field), true);
  }
}

template <typename Visit>
void EachVolume(const Evaluation& e, const Visit& visit) {
  const json::array* volumes = JsonArray(*e.pod.spec, "volumes");
  if (!volumes) return;
  for (size_t i = 0; i < volumes->size(); ++i) {
    if (const json::object* volume = (*volumes)[i].if_object())
      visit(*volume, e.spec.Key("volumes").Index(i));
  }
}

void HostPathVolumes(Evaluation& e) {
  EachVolume(e, [&](const json::object& volume, const FieldPath& path) {
    if (const json::value* source = Member(&volume, "hostPath"))
      e.Wrong(path.Key("hostPath"), *source);
  });
}

void RestrictedVolumes(Evaluation& e) {
  constexpr std::array<std::string_view, 9> kAllowed = {
      "configMap", "csi",   "downwardAPI",           "emptyDir",
      "ephemeral", "image", "persistentVolumeClaim", "projected",
      "secret"};
  EachVolume(e, [&](const json::object& volume, const FieldPath& path) {
    if (std::any_of(kAllowed.begin(), kAllowed.end(),
                    [&](std::string_view source) { return Member(&volume, source); }))
      return;
    for (const auto& [key, value] : volume) {
      if (key == "name" || value.is_null()) continue;
      e.Wrong(path.Key(key), value);
      return;
    }  // a volume of no kind is an emptyDir
  });
}

void HostPorts(Evaluation& e) {
  for (const Container& container : e.containers) {
    const json::array* ports = JsonArray(*container.object, "ports");
    for (size_t i = 0; ports && i < ports->size(); ++i) {
      const json::object* port = (*ports)[i].if_object();
      const auto number = port ? JsonInt(*port, "hostPort") : std::nullopt;
      if (number && *number != 0)
        e.Wrong(container.path.Key("ports").Index(i).Key("hostPort"), *number);
    }
  }
}

// Of a probe or a lifecycle's handler.
void HandlerHosts(Evaluation& e, const json::object* handler, const FieldPath& path) {
  if (!handler) return;
  for (const std::string_view action : {"httpGet", "tcpSocket"}) {
    const json::object* target = JsonObject(*handler, action);
    const std::string host = target ? JsonString(*target, "host") : "";
    if (!host.empty()) e.Wrong(path.Key(action).Key("host"), json::string(host));
  }
}

void HostProbesAndHostLifecycle(Evaluation& e) {
  if (e.minor < 34) return;
  for (const Container& container : e.containers) {
    for (const std::string_view probe : {"livenessProbe", "readinessProbe", "startupProbe"})
      HandlerHosts(e, JsonObject(*container.object, probe), container.path.Key(probe));
    const json::object* lifecycle = JsonObject(*container.object, "lifecycle");
    if (!lifecycle) continue;
    for (const std::string_view hook : {"postStart", "preStop"})
      HandlerHosts(e, JsonObject(*lifecycle, hook), container.path.Key("lifecycle").Key(hook));
  }
}

void Privileged(Evaluation& e) {
  for (const Container& container : e.containers) {
    if (container.security && JsonBool(*container.security, "privileged") == true)
      e.Wrong(SecurityOf(container).Key("privileged"), true);
  }
}

void ProcMount(Evaluation& e) {
  for (const Container& container : e.containers) {
    const json::value* value = Member(container.security, "procMount");
    if (value && *value != "Default") e.Wrong(SecurityOf(container).Key("procMount"), *value);
  }
}

void RunAsNonRoot(Evaluation& e) {
  const auto of_pod = e.security ? JsonBool(*e.security, "runAsNonRoot") : std::nullopt;
  if (of_pod == false) e.Wrong(e.PodSecurity().Key("runAsNonRoot"), false);
  for (const Container& container : e.containers) {
    const FieldPath path = SecurityOf(container).Key("runAsNonRoot");
    const auto own =
        container.security ? JsonBool(*container.security, "runAsNonRoot") : std::nullopt;
    if (own == false) e.Wrong(path, false);
    if (!own && !of_pod) e.Missing(path);
  }
}

void RunAsUser(Evaluation& e) {
  EachSecurityContext(e, [&](const json::object& security, const FieldPath& path) {
    if (JsonInt(security, "runAsUser") == 0) e.Wrong(path.Key("runAsUser"), 0);
  });
}

void SeLinuxOptions(Evaluation& e) {
  constexpr std::array<std::string_view, 4> kAllowed = {"", "container_t", "container_init_t",
                                                        "container_kvm_t"};
  EachSecurityContext(e, [&](const json::object& security, const FieldPath& path) {
    const json::object* options = JsonObject(security, "seLinuxOptions");
    if (!options) return;
    const std::string type = JsonString(*options, "type");
    if (!IsOneOf(type, kAllowed) && !(type == "container_engine_t" && e.minor >= 31))
      e.Wrong(path.Keys("seLinuxOptions.type"), json::string(type));
    for (const std::string_view field : {"user", "role"}) {
      const std::string value = JsonString(*options, field);
      if (!value.empty()) e.Wrong(path.Key("seLinuxOptions").Key(field), json::string(value));
    }
  });
}

// None: no profile is given. Else whether it is one of those that confine.
std::optional<bool> Confines(const json::object* security) {
  const json::object* profile = security ? JsonObject(*security, "seccompProfile") : nullptr;
  if (!profile) return std::nullopt;
  const std::string type = JsonString(*profile, "type");
  return type == "RuntimeDefault" || type == "Localhost";
}

void SeccompProfileBaseline(Evaluation& e) {
  EachSecurityContext(e, [&](const json::object& security, const FieldPath& path) {
    if (Confines(&security) == false) {
      e.Wrong(path.Keys("seccompProfile.type"),
              json::string(JsonString(*JsonObject(security, "seccompProfile"), "type")));
    }
  });
}

void SeccompProfileRestricted(Evaluation& e) {
  if (e.OnWindows()) return;
  SeccompProfileBaseline(e);
  if (Confines(e.security)) return;  // right, or told above
  for (const Container& container : e.containers) {
    if (!Confines(container.security)) e.Missing(SecurityOf(container).Keys("seccompProfile.type"));
  }
}

void Sysctls(Evaluation& e) {
  struct Allowed {
    std::string_view name;
    int since;
  };
  constexpr std::array<Allowed, 12> kAllowed = {{{"kernel.shm_rmid_forced", 0},
                                                 {"net.ipv4.ip_local_port_range", 0},
                                                 {"net.ipv4.tcp_syncookies", 0},
                                                 {"net.ipv4.ping_group_range", 0},
                                                 {"net.ipv4.ip_unprivileged_port_start", 0},
                                                 {"net.ipv4.ip_local_reserved_ports", 27},
                                                 {"net.ipv4.tcp_keepalive_time", 29},
                                                 {"net.ipv4.tcp_fin_timeout", 29},
                                                 {"net.ipv4.tcp_keepalive_intvl", 29},
                                                 {"net.ipv4.tcp_keepalive_probes", 29},
                                                 {"net.ipv4.tcp_rmem", 32},
                                                 {"net.ipv4.tcp_wmem", 32}}};
  const json::array* sysctls = e.security ? JsonArray(*e.security, "sysctls") : nullptr;
  for (size_t i = 0; sysctls && i < sysctls->size(); ++i) {
    const json::object* sysctl = (*sysctls)[i].if_object();
    const std::string name = sysctl ? JsonString(*sysctl, "name") : "";
    if (std::none_of(kAllowed.begin(), kAllowed.end(), [&](const Allowed& allowed) {
          return allowed.name == name && allowed.since <= e.minor;
        }))
      e.Wrong(e.PodSecurity().Key("sysctls").Index(i).Key("name"), json::string(name));
  }
}

void WindowsHostProcess(Evaluation& e) {
  EachSecurityContext(e, [&](const json::object& security, const FieldPath& path) {
    const json::object* options = JsonObject(security, "windowsOptions");
    if (options && JsonBool(*options, "hostProcess") == true)
      e.Wrong(path.Keys("windowsOptions.hostProcess"), true);
  });
}

struct Definition {
  Control control;
  std::string_view name;
  PodSecurityLevel level;
  void (*evaluate)(Evaluation&);
};

constexpr auto kBase = PodSecurityLevel::kBaseline;
constexpr auto kStrict = PodSecurityLevel::kRestricted;
constexpr std::array<Definition, kPodSecurityControls> kDefinitions = {
    {{Control::kAllowPrivilegeEscalation, "allowPrivilegeEscalation", kStrict,
      AllowPrivilegeEscalation},
     {Control::kAppArmorProfile, "appArmorProfile", kBase, AppArmorProfile},
     {Control::kCapabilitiesBaseline, "capabilities_baseline", kBase, CapabilitiesBaseline},
     {Control::kCapabilitiesRestricted, "capabilities_restricted", kStrict, CapabilitiesRestricted},
     {Control::kHostNamespaces, "hostNamespaces", kBase, HostNamespaces},
     {Control::kHostPathVolumes, "hostPathVolumes", kBase, HostPathVolumes},
     {Control::kHostPorts, "hostPorts", kBase, HostPorts},
     {Control::kHostProbesAndHostLifecycle, "hostProbesAndHostLifecycle", kBase,
      HostProbesAndHostLifecycle},
     {Control::kPrivileged, "privileged", kBase, Privileged},
     {Control::kProcMount, "procMount", kBase, ProcMount},
     {Control::kRestrictedVolumes, "restrictedVolumes", kStrict, RestrictedVolumes},
     {Control::kRunAsNonRoot, "runAsNonRoot", kStrict, RunAsNonRoot},
     {Control::kRunAsUser, "runAsUser", kStrict, RunAsUser},
     {Control::kSeLinuxOptions, "seLinuxOptions", kBase, SeLinuxOptions},
     {Control::kSeccompProfileBaseline, "seccompProfile_baseline", kBase, SeccompProfileBaseline},
     {Control::kSeccompProfileRestricted, "seccompProfile_restricted", kStrict,
      SeccompProfileRestricted},
     {Control::kSysctls, "sysctls", kBase, Sysctls},
     {Control::kWindowsHostProcess, "windowsHostProcess", kBase, WindowsHostProcess}}};

const Definition& DefinitionOf(Control control) {
  return kDefinitions.at(static_cast<size_t>(control));
}

// At the restricted level a stricter control of the same field is evaluated instead.
bool StoodInFor(Control control) {
  return control == Control::kCapabilitiesBaseline || control == Control::kHostPathVolumes ||
         control == Control::kSeccompProfileBaseline;
}

}  // namespace

std::optional<PodSecurityLevel> ParsePodSecurityLevel(std::string_view text) {
  if (text == "baseline") return PodSecurityLevel::kBaseline;
  if (text == "restricted") return PodSecurityLevel::kRestricted;
  return std::nullopt;
}

std::string_view ToString(PodSecurityControl control) { return DefinitionOf(control).name; }

PodSecurityLevel LevelOf(PodSecurityControl control) { return DefinitionOf(control).level; }

std::vector<PodSecurityViolation> EvaluateControl(PodSecurityControl control,
                                                  const PodTemplate& pod, int minor) {
  Evaluation evaluation{pod,
                        JsonObject(*pod.spec, "securityContext"),
                        pod.path.Key("spec"),
                        ContainersOf(pod),
                        minor,
                        control,
                        {}};
  DefinitionOf(control).evaluate(evaluation);
  return std::move(evaluation.violations);
}

std::vector<PodSecurityViolation> EvaluatePodSecurity(const PodTemplate& pod,
                                                      PodSecurityLevel level, int minor) {
  std::vector<PodSecurityViolation> violations;
  for (const Definition& definition : kDefinitions) {
    const bool judged = level == PodSecurityLevel::kBaseline
                            ? definition.level == PodSecurityLevel::kBaseline
                            : !StoodInFor(definition.control);
    if (!judged) continue;
    for (PodSecurityViolation& violation : EvaluateControl(definition.control, pod, minor))
      violations.push_back(std::move(violation));
  }
  return violations;
}

}  // namespace narrows::findings::misconfiguration
