#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assessment/package_pattern.h"
#include "assessment/schedule.h"
#include "base/clock.h"
#include "findings/vex/statements.h"
#include "model/action.h"
#include "model/label_selector.h"
#include "model/network_policy.h"
#include "model/severity.h"

namespace narrows::assessment {

// What is accepted of vulnerabilities. Each part that is set is a rule of its own; breaking one
// suffices.
struct Baseline {
  model::Severity accepted = model::Severity::kCritical;  // the highest severity that is accepted
  bool only_fixed = false;     // what has no fixed version breaks none of the rules
  bool kev = false;            // known exploited: violating at any severity
  std::optional<double> epss;  // at least this probability: violating at any severity
};

// Findings accepted all the same; at least one of `id` and `package` is there.
struct Exception {
  std::string id;  // CVE, alias or advisory; compared without case
  std::optional<PackagePattern> package;
  std::optional<model::LabelSelector> workloads;  // of the pods' labels; nothing: all
  std::string reason;
  std::optional<TimePoint> expires;  // not applied from then on

  bool ExpiredAt(TimePoint now) const { return expires.has_value() && now >= *expires; }
};

enum class OnUnknown { kReport, kFail };
enum class ActionKind { kQuarantine, kForbidDeployment, kAlert };
enum class ActionMode { kApply, kPlan };
std::string_view ToString(ActionKind kind);  // the ancestor's spelling

// What a quarantined pod may still talk to.
struct AllowList {
  bool dns = false;
  std::vector<model::NetworkPeer> peers;  // in both directions

  bool empty() const { return !dns && peers.empty(); }
  friend bool operator==(const AllowList&, const AllowList&) = default;
};

struct Action {
  ActionKind kind = ActionKind::kQuarantine;
  ActionMode mode = ActionMode::kApply;
  // Workloads with a pod of these labels are left alone; nothing (or an empty selector): none are.
  std::optional<model::LabelSelector> ignore;
  // Of kQuarantine only.
  model::Isolation isolation = model::Isolation::kDeny;
  AllowList allow;
  std::optional<Duration> expires_after;
  int max_percent = 50;  // of a namespace's workloads; one at least
};

// A workload released by hand.
struct Release {
  std::string name_space;
  std::string kind;
  std::string name;
  std::string reason;
  std::optional<TimePoint> until;  // nothing: 24 h from when it was first seen
};

// A release or an expiry that has begun: what was known then. Kept in the policy's status, so that
// only a finding which is not among `findings` ends it.
struct Waiver {
  enum class Cause { kRelease, kExpired };

  std::string workload;  // "namespace/Kind/name"
  Cause cause = Cause::kRelease;
  std::string
      entry;  // digest of the release's text; a changed one is a new one. Empty for kExpired
  TimePoint since;
  std::optional<TimePoint> until;  // of kRelease
  bool ended = false;              // by a new finding
  std::vector<std::string>
      findings;      // Fingerprints, sorted; the least of them where `total` is set
  size_t total = 0;  // how many there were, where not all are remembered; else 0

  friend bool operator==(const Waiver&, const Waiver&) = default;
};

// Which scanners the policy switches on.
struct Scanners {
  bool image = true;
  bool benchmark = false;
  bool risk = false;
  bool package_load = false;
  bool workload = false;
};

// The parts of an object's metadata that we act on.
struct ObjectMeta {
  std::string name;
  std::string uid;
  std::string resource_version;
  int64_t generation = 0;
  bool deleting = false;
  std::vector<std::string> finalizers;
};

// Something accepted but not acted on yet.
struct Notice {
  std::string field;  // "spec.inspection.baselines[1].kind"
  std::string text;   // "malware is not judged yet"
};

inline constexpr std::string_view kApiVersion = "goharbor.goharbor.io/v1alpha1";
// While it is on a policy, the API server keeps the deleted object until all of it is undone.
inline constexpr std::string_view kFinalizer = "narrows.goharbor.io/quarantine";

// An InspectionPolicy as a value: the metadata, the spec, and what the status remembers. No secret
// is in it.
struct Policy {
  ObjectMeta meta;

  bool enabled = true;
  bool suspend = false;
  std::string settings_name;
  std::string work_namespace;  // never inspected; empty where it isn't said
  std::optional<Schedule> schedule;
  Scanners scanners;
  model::LabelSelector namespace_selector;  // empty: all
  model::LabelSelector workload_selector;   // of the pods' labels
  std::vector<Baseline> baselines;
  OnUnknown on_unknown = OnUnknown::kReport;
  std::vector<Exception> exceptions;
  // Shared by the copies of the policy; null: none.
  std::shared_ptr<const findings::vex::Statements> vex;
  std::vector<Action> actions;
  std::vector<Release> releases;

  std::vector<Waiver> waivers;  // of the status
  std::vector<Notice> notices;
  bool carries_password = false;

  // Neither deleted nor switched off: it may ask for something.
  bool Active() const { return enabled && !meta.deleting; }
  const Action* Find(ActionKind kind) const;
};

}  // namespace narrows::assessment
