#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/action.h"
#include "model/workload.h"

// What stands in the cluster about a quarantine. The cluster alone suffices to go on after a
// restart or a lost store.
namespace narrows::response::quarantine {

// The ancestor's labels; both together make a pod quarantined.
inline constexpr std::string_view kControllerLabel = "goharbor.io/controller";
inline constexpr std::string_view kControllerValue = "CNSI";
inline constexpr std::string_view kInspectionLabel = "goharbor.io/inspection";
inline constexpr std::string_view kInspectionValue = "risk";
// Which allow-list applies to the pod; see AllowKey.
inline constexpr std::string_view kAllowLabel = "narrows.goharbor.io/allow";

// The ancestor's annotations of its NetworkPolicy.
inline constexpr std::string_view kRoleAnnotation = "goharbor.io/role";
inline constexpr std::string_view kDenyAllRole = "deny-all";
inline constexpr std::string_view kVendorAnnotation = "goharbor.io/vendor";
inline constexpr std::string_view kVendorValue = "CNSI";

// On each NetworkPolicy that we made, and on no other.
inline constexpr std::string_view kManagedByAnnotation = "narrows.goharbor.io/managed-by";
inline constexpr std::string_view kManagedByValue = "narrows";
inline constexpr std::string_view kAllowRole = "allow";

// On a pod: its QuarantineRecord. A pod without it is not ours, whatever its labels.
inline constexpr std::string_view kRecordAnnotation = "narrows.goharbor.io/quarantine";
// On a detached pod: the labels taken off, as a JSON object.
inline constexpr std::string_view kDetachedAnnotation = "narrows.goharbor.io/detached-labels";
// On the deny-all NetworkPolicy: the records of the namespace's workloads, as a JSON array.
inline constexpr std::string_view kRecordsAnnotation = "narrows.goharbor.io/quarantined";

// Names of the NetworkPolicies.
std::string DenyPolicyName(std::string_view name_space);  // "cnsi-networkpolicy--NAMESPACE"
std::string AllowPolicyName(std::string_view allow_key);  // "narrows-allow--KEY"

// One policy's demand that a workload be isolated.
struct Claim {
  std::string policy;
  TimePoint since;  // whole seconds
  std::optional<TimePoint> until;

  friend bool operator==(const Claim&, const Claim&) = default;
};

struct QuarantineRecord {
  std::string workload;  // "namespace/Kind/name" it was begun for
  model::Isolation isolation = model::Isolation::kDeny;
  std::string allow;  // the value of kAllowLabel; empty: nothing is allowed
  std::string reason;
  std::vector<Claim> claims;  // sorted by policy, not empty
  // Pods chosen to be detached when the action started; only in the NetworkPolicy's records.
  std::vector<std::string> detach;

  TimePoint Since() const;                 // of the oldest claim
  std::optional<TimePoint> Until() const;  // of the latest claim; nothing where one has no end
  std::vector<std::string> Policies() const;
  const Claim* Find(std::string_view policy) const;
  friend bool operator==(const QuarantineRecord&, const QuarantineRecord&) = default;
};

std::string FormatRecord(const QuarantineRecord& record);
std::string FormatRecords(const std::vector<QuarantineRecord>& records);
// Anybody who may edit the object can have written it: damaged parts are kInvalidArgument.
Result<QuarantineRecord> ParseRecord(std::string_view json);
// Damaged elements are left out.
std::vector<QuarantineRecord> ParseRecords(std::string_view json);

// The value of kDetachedAnnotation. Nothing where it would be too large: annotations have 256 KiB
// in all, and a patch that puts the labels back 10,000 operations.
std::optional<std::string> FormatLabels(const model::Labels& labels);
// Anybody who may edit the pod can have written it. `damage` says what is left out and why: no JSON
// object, too large, or what the API server would refuse as a label or is the quarantine's own.
struct SavedLabels {
  model::Labels labels;
  std::string damage;  // empty when all of it can be put back
};
SavedLabels ParseLabels(std::string_view json);

// A label of goharbor.io or below it.
bool IsOurDomain(std::string_view key);

// The pod carries our annotation.
bool IsOurs(const model::Pod& pod);
bool IsDetached(const model::Pod& pod);
// Both of the ancestor's labels.
bool IsLabelled(const model::Pod& pod);

}  // namespace narrows::response::quarantine
