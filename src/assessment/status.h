#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assessment/policy.h"
#include "assessment/setting.h"
#include "base/result.h"

// The short status of policies and settings: conditions, counts, what must be remembered.
namespace narrows::assessment {

enum class ConditionStatus { kTrue, kFalse, kUnknown };

struct Condition {
  std::string type;
  ConditionStatus status = ConditionStatus::kUnknown;
  std::string reason;   // CamelCase
  std::string message;  // names the field
};

struct Counts {
  int workloads = 0;
  int passed = 0;
  int violated = 0;
  int unknown = 0;
  int quarantined = 0;
};

// What is to stand in the status. Parts that are absent stay as they are.
struct ObjectStatus {
  std::string word;  // of the column Status
  std::vector<Condition> conditions;
  std::optional<Counts> counts;
  std::optional<TimePoint> last_assessed;
  std::optional<std::vector<Waiver>> waivers;
};

// Ready (False/Suspended, False/Disabled, True/InEffect), NotActedOn (the notices),
// PlainTextPassword. The word is the ancestor's: Standby or Suspend.
ObjectStatus StatusOf(const Policy& policy);
// Ready, NotActedOn, and the ancestor's DataSourceReady, KnownRegistryRegistered, ApplyConfigReady,
// which are Unknown as long as Harbor is not connected; so is the word.
ObjectStatus StatusOf(const Setting& setting);
// Ready is False/InvalidSpec with the message of ParsePolicy or ParseSetting.
ObjectStatus StatusOfInvalid(const Error& error);

// The merge patch for the object's status subresource that brings it to `wanted`; empty when
// nothing changes. observedGeneration becomes the object's generation; a condition keeps its
// lastTransitionTime as long as its status stays; conditions of other types are dropped.
Result<std::string> StatusPatch(std::string_view object_json, const ObjectStatus& wanted,
                                TimePoint now);

// The same for the waivers alone.
std::string WaiversPatch(const std::vector<Waiver>& waivers);

}  // namespace narrows::assessment
