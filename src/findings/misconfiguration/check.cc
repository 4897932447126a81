#include "findings/misconfiguration/check.h"

#include <algorithm>

namespace narrows::findings::misconfiguration {
namespace {

using model::Severity;

constexpr CheckTarget kPods = CheckTarget::kPodTemplate;
constexpr CheckTarget kConfig = CheckTarget::kConfigMap;
constexpr CheckTarget kReach = CheckTarget::kReachable;
constexpr CheckTarget kAny = CheckTarget::kAnyObject;

}  // namespace

std::string_view ToString(Framework framework) {
  switch (framework) {
    case Framework::kCis:
      return "cis";
    case Framework::kNsa:
      return "nsa";
    case Framework::kPodSecurity:
      return "pss";
    case Framework::kMitre:
      return "mitre";
  }
  return "";
}

std::optional<Framework> ParseFramework(std::string_view text) {
  for (const Framework framework :
       {Framework::kCis, Framework::kNsa, Framework::kPodSecurity, Framework::kMitre}) {
    if (text == ToString(framework)) return framework;
  }
  return std::nullopt;
}

std::string_view Check::Of(Framework framework) const {
  switch (framework) {
    case Framework::kCis:
      return cis;
    case Framework::kNsa:
      return nsa;
    case Framework::kPodSecurity:
      return pss;
    case Framework::kMitre:
      return mitre;
  }
  return "";
}

const std::vector<Check>& AllChecks() {
  static const std::vector<Check> checks = {
      {"added-capability",
       "a container is given a capability that the restricted level does not allow",
       "Each capability is a piece of root's power that an intruder inherits.",
       "Take the capability out of capabilities.add; only NET_BIND_SERVICE may stay.",
       Severity::kMedium, kPods, "5.2.9", "Linux capabilities", "restricted", "T1611"},
      {"apparmor-profile", "AppArmor is switched off or set to a profile that does not confine",
       "Without its profile a process may use files and mounts that the default would deny.",
       "Use the profile RuntimeDefault or Localhost.", Severity::kMedium, kPods, "5.7.3",
       "Hardening applications", "baseline", "T1611"},
      {"capabilities-not-dropped", "a container keeps the runtime's default capabilities",
       "Most programs need none of them; an intruder makes use of what was left.",
       "Drop ALL in capabilities.drop and add back only what is needed.", Severity::kMedium, kPods,
       "5.2.10", "Linux capabilities", "restricted", "T1611"},
      {"container-socket", "a container runtime's socket is mounted from the node",
       "Who can write to the socket can start a privileged container, and so owns the node.",
       "Take the volume out; build images and read metrics without the runtime's socket.",
       Severity::kCritical, kPods, "5.2.12", "Host file system", "baseline", "T1611"},
      {"cpu-limit-missing", "a container has no limit of processor time",
       "One container can starve every other one of the node.", "Set resources.limits.cpu.",
       Severity::kLow, kPods, "", "Resource policies", "", "T1496"},
      {"cpu-request-missing", "a container does not say how much processor time it needs",
       "The scheduler places it on nodes that are full.", "Set resources.requests.cpu.",
       Severity::kLow, kPods, "", "Resource policies", "", ""},
      {"dangerous-capability", "a container is given a capability beyond the runtime's defaults",
       "Capabilities such as SYS_ADMIN or NET_RAW are enough to leave the container or to forge "
       "traffic.",
       "Take the capability out of capabilities.add.", Severity::kHigh, kPods, "5.2.8",
       "Linux capabilities", "baseline", "T1611"},
      {"default-namespace", "an object is put into the namespace default",
       "What shares one namespace shares its policies, quotas and rights.",
       "Give the application a namespace of its own.", Severity::kLow, kAny, "5.7.4", "Namespaces",
       "", ""},
      {"default-service-account", "pods use the service account default and mount its token",
       "Rights given to it for one workload are held by every other one of the namespace.",
       "Give the workload a service account of its own, or mount no token.", Severity::kLow, kPods,
       "5.1.5", "Service account tokens", "", "T1078.001"},
      {"deprecated-api-version",
       "the object is written in an API version that Kubernetes has removed",
       "The API server refuses it, and what the object protects is not there after an upgrade.",
       "Write it in the version that replaced this one.", Severity::kMedium, kAny, "", "Upgrading",
       "", ""},
      {"exposed-dashboard", "an administrative interface is reachable from outside the cluster",
       "Such interfaces act with rights of their own; they are found by scanning and used within "
       "hours.",
       "Make the service ClusterIP and reach it by kubectl port-forward.", Severity::kHigh, kReach,
       "", "Network separation", "", "T1133"},
      {"host-ipc", "pods share the node's inter-process communication",
       "Shared memory and semaphores of processes of the node can be read and written.",
       "Set hostIPC to false.", Severity::kHigh, kPods, "5.2.4", "Host namespaces", "baseline",
       "T1611"},
      {"host-network", "pods share the node's network",
       "They reach services that listen on the node only, see its traffic, and no NetworkPolicy "
       "holds them.",
       "Set hostNetwork to false.", Severity::kHigh, kPods, "5.2.5", "Host namespaces", "baseline",
       "T1611"},
      {"host-path-volume", "a folder or file of the node is mounted",
       "What is written there outlives the pod and may be run by the node; what is read may be its "
       "keys.",
       "Use a persistent, projected or empty volume instead.", Severity::kHigh, kPods, "5.2.12",
       "Host file system", "baseline", "T1611"},
      {"host-pid", "pods see and may signal the node's processes",
       "Environment and memory of processes of the node, other pods' included, lie open.",
       "Set hostPID to false.", Severity::kHigh, kPods, "5.2.3", "Host namespaces", "baseline",
       "T1611"},
      {"host-port", "a container binds a port of the node",
       "It can be reached past Services and network policies, and keeps others off the port.",
       "Take hostPort out and use a Service.", Severity::kMedium, kPods, "5.2.13",
       "Network separation", "baseline", ""},
      {"image-latest-tag", "an image has no tag, or the tag latest",
       "What runs changes without anybody having decided it, and differs from node to node.",
       "Name a version, better a digest.", Severity::kMedium, kPods, "5.5.1", "Image scanning", "",
       "T1525"},
      {"image-not-by-digest", "an image is named by a tag that can be moved",
       "Who can write to the repository can replace what runs under the same name.",
       "Name the image by digest: name@sha256:….", Severity::kLow, kPods, "5.5.1", "Image scanning",
       "", "T1525"},
      {"liveness-probe-missing", "a container has no liveness probe",
       "A process that hangs is never restarted.",
       "Add a livenessProbe that asks the program itself.", Severity::kLow, kPods, "", "", "", ""},
      {"memory-limit-missing", "a container has no limit of memory",
       "A leak or an attack takes the memory of everything else on the node.",
       "Set resources.limits.memory.", Severity::kMedium, kPods, "", "Resource policies", "",
       "T1499"},
      {"memory-request-missing", "a container does not say how much memory it needs",
       "It is the first to be killed when the node runs short.", "Set resources.requests.memory.",
       Severity::kLow, kPods, "", "Resource policies", "", ""},
      {"network-policy-missing", "no NetworkPolicy of the given objects selects the pods",
       "Every pod of the cluster may open connections to them, and they to anything.",
       "Add a NetworkPolicy that denies by default and allow what is needed.", Severity::kMedium,
       kPods, "5.3.2", "Network separation", "", "T1046"},
      {"privilege-escalation", "a process may gain more privileges than its parent",
       "A set-user-ID program or file capability in the image turns a small foothold into root.",
       "Set allowPrivilegeEscalation to false.", Severity::kMedium, kPods, "5.2.6",
       "Privilege escalation", "restricted", "T1548"},
      {"privileged-container", "a container is privileged",
       "It holds every capability and every device: it is root on the node.",
       "Set privileged to false and add the one capability or device that is needed.",
       Severity::kCritical, kPods, "5.2.2", "Privileged containers", "baseline", "T1611"},
      {"probe-host", "a probe or lifecycle hook names a host",
       "The kubelet can be made to send requests to any address it reaches.",
       "Take host out: the pod's own address is meant then.", Severity::kMedium, kPods, "", "",
       "baseline", ""},
      {"proc-mount", "a container sees /proc without the usual masks",
       "Kernel interfaces that the runtime hides become readable and writable.",
       "Set procMount to Default.", Severity::kHigh, kPods, "5.7.3", "Hardening applications",
       "baseline", "T1611"},
      {"readiness-probe-missing", "a container has no readiness probe",
       "Requests are sent to it before it can answer them.", "Add a readinessProbe.",
       Severity::kLow, kPods, "", "", "", ""},
      {"restricted-volume", "a volume of a kind that the restricted level does not allow",
       "The kubelet mounts it with the node's rights from a server that the pod's author chose.",
       "Use a PersistentVolumeClaim or a CSI driver.", Severity::kMedium, kPods, "",
       "Hardening applications", "restricted", ""},
      {"run-as-root", "a container is told to run as user 0",
       "Root inside is root outside as soon as anything of the isolation fails.",
       "Take runAsUser 0 out and run as an ordinary user.", Severity::kHigh, kPods, "5.2.7",
       "Non-root containers", "restricted", "T1611"},
      {"run-as-root-allowed", "a container may run as root",
       "An image without a user runs as root, and nothing here forbids it.",
       "Set runAsNonRoot to true.", Severity::kMedium, kPods, "5.2.7", "Non-root containers",
       "restricted", "T1611"},
      {"seccomp-missing", "no seccomp profile is set",
       "Every system call of the kernel can be tried, those that only exploits use included.",
       "Set seccompProfile.type to RuntimeDefault.", Severity::kMedium, kPods, "5.7.2",
       "Hardening applications", "restricted", "T1611"},
      {"seccomp-unconfined", "seccomp is switched off",
       "Every system call of the kernel can be tried, those that only exploits use included.",
       "Set seccompProfile.type to RuntimeDefault.", Severity::kMedium, kPods, "5.7.2",
       "Hardening applications", "baseline", "T1611"},
      {"secret-from-environment", "a Secret is handed over in the environment",
       "Environments end in logs, crash reports and child processes, and do not follow a rotation.",
       "Mount the Secret as a file.", Severity::kLow, kPods, "5.4.1", "Secrets", "", "T1552"},
      {"secret-in-config-map", "a ConfigMap holds what looks like a secret",
       "ConfigMaps are read by many, encrypted by none, and printed freely.",
       "Move the value into a Secret, or better into a store of secrets, and replace it.",
       Severity::kHigh, kConfig, "5.4.1", "Secrets", "", "T1552"},
      {"secret-in-environment", "what looks like a secret is written into the manifest",
       "Everybody who can read the manifest, the object or its history has it.",
       "Move the value into a Secret, mount that as a file, and replace the value.",
       Severity::kHigh, kPods, "5.4.1", "Secrets", "", "T1552"},
      {"selinux-options", "SELinux is given a user, role or type of the author's choice",
       "The type decides what a process may touch on the node.",
       "Leave user and role out, and type to one of the container types.", Severity::kMedium, kPods,
       "5.7.3", "Hardening applications", "baseline", "T1611"},
      {"service-account-token", "the token of the service account is mounted",
       "An intruder finds in it a way into the API server with the workload's rights.",
       "Set automountServiceAccountToken to false where the program does not speak to the API "
       "server.",
       Severity::kMedium, kPods, "5.1.6", "Service account tokens", "", "T1528"},
      {"share-process-namespace", "the containers of a pod see one another's processes",
       "One taken container reads environment and memory of all the others.",
       "Set shareProcessNamespace to false.", Severity::kLow, kPods, "", "Host namespaces", "", ""},
      {"unsafe-sysctl", "a kernel parameter outside the safe set is set",
       "Some parameters reach beyond the pod, or weaken the node's network.",
       "Take the parameter out.", Severity::kMedium, kPods, "", "Hardening applications",
       "baseline", ""},
      {"windows-host-process", "a Windows container runs as a process of the host",
       "It has the rights of the node's own services.", "Set windowsOptions.hostProcess to false.",
       Severity::kHigh, kPods, "5.2.11", "Privileged containers", "baseline", "T1611"},
      {"writable-root-file-system", "a container's root file system is writable",
       "An intruder can store tools and change the program that runs.",
       "Set readOnlyRootFilesystem to true and mount an emptyDir where files must be written.",
       Severity::kMedium, kPods, "", "Immutable container file systems", "", "T1105"}};
  return checks;
}

const Check* FindCheck(std::string_view id) {
  const auto& checks = AllChecks();
  const auto found = std::lower_bound(
      checks.begin(), checks.end(), id,
      [](const Check& check, std::string_view wanted) { return check.id < wanted; });
  return found != checks.end() && found->id == id ? &*found : nullptr;
}

}  // namespace narrows::findings::misconfiguration
