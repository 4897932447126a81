#include "assessment/status.h"

#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>

#include "base/json.h"
#include "base/strings.h"

namespace narrows::assessment {
namespace {

namespace json = boost::json;

constexpr size_t kMostMessage = 4096;

std::string_view ToString(ConditionStatus status) {
  switch (status) {
    case ConditionStatus::kTrue:
      return "True";
    case ConditionStatus::kFalse:
      return "False";
    case ConditionStatus::kUnknown:
      return "Unknown";
  }
  return "Unknown";
}

Condition NotActedOn(const std::vector<Notice>& notices) {
  if (notices.empty()) {
    return {"NotActedOn", ConditionStatus::kFalse, "AllInEffect", "every field is in effect"};
  }
  std::string message;
  for (const Notice& notice : notices) {
    message += (message.empty() ? "" : "; ") + notice.field + ": " + notice.text;
  }
  return {"NotActedOn", ConditionStatus::kTrue, "Accepted", message};
}

Condition PlainTextPassword(bool carried) {
  if (!carried) {
    return {"PlainTextPassword", ConditionStatus::kFalse, "NoPassword", "there is no password"};
  }
  return {"PlainTextPassword", ConditionStatus::kTrue, "PasswordInPolicy",
          "spec.inspector.exportConfig.openSearch.password: whoever may read policies can read it; "
          "put it into a Secret, name that in credentialRef, and change the password"};
}

json::object ConditionJson(const Condition& condition, const json::object* before,
                           int64_t generation, TimePoint now) {
  const std::string status(ToString(condition.status));
  std::string since;
  if (before && JsonString(*before, "status") == status) {
    since = JsonString(*before, "lastTransitionTime");
  }
  if (since.empty()) since = FormatRfc3339(std::chrono::floor<std::chrono::seconds>(now));
  return {
      {"type", condition.type},           {"status", status},
      {"observedGeneration", generation}, {"lastTransitionTime", since},
      {"reason", condition.reason},       {"message", Printable(condition.message, kMostMessage)}};
}

const json::object* FindCondition(const json::object& status, std::string_view type) {
  const auto* conditions = JsonArray(status, "conditions");
  if (!conditions) return nullptr;
  for (const json::value& condition : *conditions) {
    const auto* object = condition.if_object();
    if (object && JsonString(*object, "type") == type) return object;
  }
  return nullptr;
}

json::object CountsJson(const Counts& counts) {
  return {{"workloads", counts.workloads},
          {"passed", counts.passed},
          {"violated", counts.violated},
          {"unknown", counts.unknown},
          {"quarantined", counts.quarantined}};
}

json::object WaiverJson(const Waiver& waiver) {
  json::object object = {{"workload", waiver.workload},
                         {"cause", waiver.cause == Waiver::Cause::kExpired ? "expired" : "release"},
                         {"since", FormatRfc3339(waiver.since)},
                         {"findings", Join(waiver.findings, " ")}};
  if (waiver.total > 0) object["total"] = waiver.total;
  if (!waiver.entry.empty()) object["entry"] = waiver.entry;
  if (waiver.until) object["until"] = FormatRfc3339(*waiver.until);
  if (waiver.ended) object["ended"] = true;
  return object;
}

json::array WaiversJson(const std::vector<Waiver>& waivers) {
  json::array array;
  for (const Waiver& waiver : waivers) array.push_back(WaiverJson(waiver));
  return array;
}

// The members of `wanted` that `current` has not.
json::object Difference(const json::object& wanted, const json::object& current) {
  json::object difference;
  for (const auto& member : wanted) {
    const auto* value = current.if_contains(member.key());
    if (!value || *value != member.value()) difference[member.key()] = member.value();
  }
  return difference;
}

}  // namespace

ObjectStatus StatusOf(const Policy& policy) {
  ObjectStatus status;
  status.word = policy.suspend ? "Suspend" : "Standby";
  Condition ready = {"Ready", ConditionStatus::kTrue, "InEffect", "the policy is in effect"};
  if (policy.meta.deleting) {
    ready = {"Ready", ConditionStatus::kFalse, "Deleting", "what it had isolated is released"};
  } else if (!policy.enabled) {
    ready = {"Ready", ConditionStatus::kFalse, "Disabled",
             "spec.enabled is false: it asks for nothing"};
  } else if (policy.suspend) {
    ready = {"Ready", ConditionStatus::kFalse, "Suspended",
             "spec.strategy.suspend is true: nothing new is isolated, nothing released"};
  }
  status.conditions = {ready, NotActedOn(policy.notices),
                       PlainTextPassword(policy.carries_password)};
  return status;
}

ObjectStatus StatusOf(const Setting& setting) {
  ObjectStatus status;
  status.word = "Unknown";
  status.conditions = {{"Ready", ConditionStatus::kTrue, "Accepted", "the spec is valid"},
                       NotActedOn(setting.notices)};
  for (const char* type : {"DataSourceReady", "KnownRegistryRegistered", "ApplyConfigReady"}) {
    status.conditions.push_back(
        {type, ConditionStatus::kUnknown, "NotActedOn", "Harbor is not connected yet"});
  }
  return status;
}

ObjectStatus StatusOfInvalid(const Error& error) {
  ObjectStatus status;
  status.conditions = {
      {"Ready", ConditionStatus::kFalse, "InvalidSpec",
       error.message + " (until this is mended nothing new is done and nothing undone)"}};
  return status;
}

Result<std::string> StatusPatch(std::string_view object_json, const ObjectStatus& wanted,
                                TimePoint now) {
  ASSIGN_OR_RETURN(const json::value document, ParseJson(object_json));
  const auto* root = document.if_object();
  if (!root) return InvalidArgument("is not a JSON object");
  const json::object empty;
  const auto* metadata = JsonObject(*root, "metadata");
  const auto* found = JsonObject(*root, "status");
  const json::object& current = found ? *found : empty;
  const int64_t generation = metadata ? JsonInt(*metadata, "generation").value_or(0) : 0;
  json::array conditions;
  for (const Condition& condition : wanted.conditions) {
    conditions.push_back(
        ConditionJson(condition, FindCondition(current, condition.type), generation, now));
  }
  json::object status = {{"conditions", conditions}, {"observedGeneration", generation}};
  if (!wanted.word.empty()) status["status"] = wanted.word;
  if (wanted.counts) status["counts"] = CountsJson(*wanted.counts);
  if (wanted.last_assessed) status["lastAssessed"] = FormatRfc3339(*wanted.last_assessed);
  if (wanted.waivers) {
    json::array waivers = WaiversJson(*wanted.waivers);
    if (!waivers.empty() || current.contains("waivers")) status["waivers"] = waivers;
  }
  const json::object difference = Difference(status, current);
  if (difference.empty()) return "";
  return json::serialize(json::object{{"status", difference}});
}

std::string WaiversPatch(const std::vector<Waiver>& waivers) {
  return json::serialize(json::object{{"status", {{"waivers", WaiversJson(waivers)}}}});
}

}  // namespace narrows::assessment
