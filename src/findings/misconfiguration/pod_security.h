#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "findings/misconfiguration/field_path.h"
#include "findings/misconfiguration/pod_template.h"

namespace narrows::findings::misconfiguration {

// Kubernetes' Pod Security Standards
// (https://kubernetes.io/docs/concepts/security/pod-security-standards/).
enum class PodSecurityLevel { kBaseline, kRestricted };
std::optional<PodSecurityLevel> ParsePodSecurityLevel(std::string_view text);

// Named as the standards' own implementation names its checks.
enum class PodSecurityControl {
  kAllowPrivilegeEscalation,
  kAppArmorProfile,
  kCapabilitiesBaseline,
  kCapabilitiesRestricted,
  kHostNamespaces,
  kHostPathVolumes,
  kHostPorts,
  kHostProbesAndHostLifecycle,
  kPrivileged,
  kProcMount,
  kRestrictedVolumes,
  kRunAsNonRoot,
  kRunAsUser,
  kSeLinuxOptions,
  kSeccompProfileBaseline,
  kSeccompProfileRestricted,
  kSysctls,
  kWindowsHostProcess,
};
inline constexpr size_t kPodSecurityControls = 18;
std::string_view ToString(PodSecurityControl control);  // "allowPrivilegeEscalation", …
PodSecurityLevel LevelOf(PodSecurityControl control);

// The standards change with Kubernetes 1.MINOR. What is newer than the newest known is judged as
// that one.
inline constexpr int kOldestPodSecurityMinor = 25;
inline constexpr int kNewestPodSecurityMinor = 34;

struct PodSecurityViolation {
  PodSecurityControl control;
  FieldPath path;     // of the field; where one is missing, of where it belongs
  std::string value;  // as JSON; "undefined" where the field is missing
};

// What a namespace that enforces the level would refuse the pod for: of restricted, the baseline's
// controls too, but for those that a stricter control of the same field stands in for.
std::vector<PodSecurityViolation> EvaluatePodSecurity(const PodTemplate& pod,
                                                      PodSecurityLevel level,
                                                      int minor = kNewestPodSecurityMinor);

// Each control by itself.
std::vector<PodSecurityViolation> EvaluateControl(PodSecurityControl control,
                                                  const PodTemplate& pod,
                                                  int minor = kNewestPodSecurityMinor);

}  // namespace narrows::findings::misconfiguration
