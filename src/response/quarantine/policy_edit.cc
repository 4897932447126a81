#include "response/quarantine/policy_edit.h"

#include <boost/json/serialize.hpp>

#include "base/json.h"
#include "base/strings.h"

namespace narrows::response::quarantine {
namespace {

namespace json = boost::json;

json::object OfThisVersion(const json::object& policy) {
  const auto* metadata = JsonObject(policy, "metadata");
  return {{"op", "test"},
          {"path", "/metadata/resourceVersion"},
          {"value", metadata ? JsonString(*metadata, "resourceVersion") : ""}};
}

bool Stale(const json::value& entry, const assessment::Release& release, TimePoint now) {
  const auto* object = entry.if_object();
  if (!object) return true;
  if (JsonString(*object, "namespace") == release.name_space &&
      ToLower(JsonString(*object, "kind")) == ToLower(release.kind) &&
      JsonString(*object, "name") == release.name) {
    return true;
  }
  const auto until = ParseRfc3339(JsonString(*object, "until"));
  return until.has_value() && *until <= now;
}

}  // namespace

Result<std::string> ReleasePatch(std::string_view policy_json, assessment::Release release,
                                 TimePoint now) {
  ASSIGN_OR_RETURN(const json::value document, ParseJson(policy_json));
  const auto* policy = document.if_object();
  const auto* spec = policy ? JsonObject(*policy, "spec") : nullptr;
  const auto* inspection = spec ? JsonObject(*spec, "inspection") : nullptr;
  if (!inspection) return InvalidArgument("the policy has no spec.inspection");
  if (!release.until) release.until = now + std::chrono::hours(24);
  if (*release.until <= now) return InvalidArgument("a release must end in the future");
  json::array releases;
  if (const auto* existing = JsonArray(*inspection, "releases")) {
    for (const json::value& entry : *existing) {
      if (!Stale(entry, release, now)) releases.push_back(entry);
    }
  }
  releases.push_back(json::object{
      {"namespace", release.name_space},
      {"kind", release.kind},
      {"name", release.name},
      {"reason", release.reason},
      {"until", FormatRfc3339(std::chrono::floor<std::chrono::seconds>(*release.until))}});
  // "add" also replaces a member that is there.
  return json::serialize(json::array{
      OfThisVersion(*policy),
      json::object{
          {"op", "add"}, {"path", "/spec/inspection/releases"}, {"value", std::move(releases)}}});
}

Result<std::string> FinalizerPatch(std::string_view policy_json, bool present) {
  ASSIGN_OR_RETURN(const json::value document, ParseJson(policy_json));
  const auto* policy = document.if_object();
  const auto* metadata = policy ? JsonObject(*policy, "metadata") : nullptr;
  if (!metadata) return InvalidArgument("the policy has no metadata");
  json::array finalizers;
  bool found = false;
  if (const auto* existing = JsonArray(*metadata, "finalizers")) {
    for (const json::value& entry : *existing) {
      const bool ours = entry.is_string() && entry.get_string() == assessment::kFinalizer;
      found = found || ours;
      if (!ours) finalizers.push_back(entry);
    }
  }
  if (found == present) return "";
  if (present) finalizers.push_back(json::value(assessment::kFinalizer));
  return json::serialize(json::array{
      OfThisVersion(*policy),
      json::object{
          {"op", "add"}, {"path", "/metadata/finalizers"}, {"value", std::move(finalizers)}}});
}

}  // namespace narrows::response::quarantine
