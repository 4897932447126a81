#include "response/quarantine/record.h"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "base/json.h"
#include "base/strings.h"
#include "model/label_selector.h"

namespace narrows::response::quarantine {
namespace {

namespace json = boost::json;

constexpr size_t kMostSavedLabels = 1000;
constexpr size_t kMostSavedBytes = 64 << 10;

json::object RecordJson(const QuarantineRecord& record) {
  json::array claims;
  for (const Claim& claim : record.claims) {
    json::object object = {{"policy", claim.policy}, {"since", FormatRfc3339(claim.since)}};
    if (claim.until) object["until"] = FormatRfc3339(*claim.until);
    claims.push_back(std::move(object));
  }
  json::object object = {{"workload", record.workload},
                         {"isolation", model::ToString(record.isolation)},
                         {"reason", record.reason},
                         {"claims", std::move(claims)}};
  if (!record.allow.empty()) object["allow"] = record.allow;
  if (!record.detach.empty())
    object["detach"] = json::array(record.detach.begin(), record.detach.end());
  return object;
}

std::optional<Claim> ReadClaim(const json::value& value) {
  const auto* object = value.if_object();
  if (!object) return std::nullopt;
  Claim claim;
  claim.policy = JsonString(*object, "policy");
  const auto since = ParseRfc3339(JsonString(*object, "since"));
  if (claim.policy.empty() || !since.has_value()) return std::nullopt;
  claim.since = *since;
  if (object->contains("until")) {
    const auto until = ParseRfc3339(JsonString(*object, "until"));
    if (!until.has_value()) return std::nullopt;
    claim.until = *until;
  }
  return claim;
}

Result<QuarantineRecord> ReadRecord(const json::value& value) {
  const auto* object = value.if_object();
  if (!object) return InvalidArgument("the record of a quarantine is not a JSON object");
  QuarantineRecord record;
  record.workload = JsonString(*object, "workload");
  record.allow = JsonString(*object, "allow");
  record.reason = JsonString(*object, "reason");
  if (JsonString(*object, "isolation") == model::ToString(model::Isolation::kDetach)) {
    record.isolation = model::Isolation::kDetach;
  }
  if (const auto* claims = JsonArray(*object, "claims")) {
    for (const json::value& element : *claims) {
      auto claim = ReadClaim(element);
      if (!claim) return InvalidArgument("the record of a quarantine has a damaged claim");
      record.claims.push_back(*std::move(claim));
    }
  }
  if (const auto* pods = JsonArray(*object, "detach")) {
    for (const json::value& pod : *pods) {
      if (const auto* name = pod.if_string()) record.detach.emplace_back(*name);
    }
  }
  std::stable_sort(record.claims.begin(), record.claims.end(),
                   [](const Claim& a, const Claim& b) { return a.policy < b.policy; });
  if (record.workload.empty()) {
    return InvalidArgument("the record of a quarantine names no workload");
  }
  return record;
}

}  // namespace

std::string DenyPolicyName(std::string_view name_space) {
  return "cnsi-networkpolicy--" + std::string(name_space);
}

std::string AllowPolicyName(std::string_view allow_key) {
  return "narrows-allow--" + std::string(allow_key);
}

TimePoint QuarantineRecord::Since() const {
  TimePoint since = claims.empty() ? TimePoint() : claims.front().since;
  for (const Claim& claim : claims) since = std::min(since, claim.since);
  return since;
}

std::optional<TimePoint> QuarantineRecord::Until() const {
  std::optional<TimePoint> until;
  for (const Claim& claim : claims) {
    if (!claim.until) return std::nullopt;
    until = until ? std::max(*until, *claim.until) : *claim.until;
  }
  return until;
}

std::vector<std::string> QuarantineRecord::Policies() const {
  std::vector<std::string> policies;
  for (const Claim& claim : claims) policies.push_back(claim.policy);
  return policies;
}

const Claim* QuarantineRecord::Find(std::string_view policy) const {
  for (const Claim& claim : claims) {
    if (claim.policy == policy) return &claim;
  }
  return nullptr;
}

std::string FormatRecord(const QuarantineRecord& record) {
  return json::serialize(RecordJson(record));
}

std::string FormatRecords(const std::vector<QuarantineRecord>& records) {
  json::array array;
  for (const QuarantineRecord& record : records) array.push_back(RecordJson(record));
  return json::serialize(array);
}

Result<QuarantineRecord> ParseRecord(std::string_view text) {
  ASSIGN_OR_RETURN(const json::value value, ParseJson(text));
  return ReadRecord(value);
}

std::vector<QuarantineRecord> ParseRecords(std::string_view text) {
  std::vector<QuarantineRecord> records;
  const auto value = ParseJson(text);
  if (!value.has_value() || !value->is_array()) return records;
  for (const json::value& element : value->get_array()) {
    auto record = ReadRecord(element);
    if (record.has_value()) records.push_back(*std::move(record));
  }
  return records;
}

std::optional<std::string> FormatLabels(const model::Labels& labels) {
  if (labels.size() > kMostSavedLabels) return std::nullopt;
  json::object object;
  for (const auto& [key, value] : labels) object[key] = value;
  std::string text = json::serialize(object);
  if (text.size() > kMostSavedBytes) return std::nullopt;
  return text;
}

SavedLabels ParseLabels(std::string_view text) {
  SavedLabels saved;
  const std::string annotation = "annotation " + std::string(kDetachedAnnotation);
  const auto value = ParseJson(text);
  if (!value.has_value() || !value->is_object()) {
    saved.damage = annotation + " is no JSON object of labels";
    return saved;
  }
  const json::object& object = value->get_object();
  if (object.size() > kMostSavedLabels || text.size() > kMostSavedBytes) {
    saved.damage = annotation + " is larger than Narrows writes it";
    return saved;
  }
  for (const auto& member : object) {
    const auto* label = member.value().if_string();
    const std::string key(member.key());
    if (label && model::IsLabelKey(key) && model::IsLabelValue(*label) && !IsOurDomain(key)) {
      saved.labels.emplace(key, std::string(*label));
    } else if (saved.damage.empty()) {
      saved.damage = annotation + " has a label that cannot be put back: " + Printable(key, 80);
    }
  }
  return saved;
}

bool IsOurDomain(std::string_view key) {
  const std::string_view domain = key.substr(0, key.find('/'));
  return domain.size() < key.size() &&
         (domain == "goharbor.io" || domain.ends_with(".goharbor.io"));
}

bool IsOurs(const model::Pod& pod) { return pod.annotations.contains(kRecordAnnotation); }

bool IsDetached(const model::Pod& pod) { return pod.annotations.contains(kDetachedAnnotation); }

bool IsLabelled(const model::Pod& pod) {
  const auto has = [&](std::string_view key, std::string_view value) {
    const auto label = pod.labels.find(key);
    return label != pod.labels.end() && label->second == value;
  };
  return has(kControllerLabel, kControllerValue) && has(kInspectionLabel, kInspectionValue);
}

}  // namespace narrows::response::quarantine
