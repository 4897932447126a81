#include "findings/misconfiguration/inspection.h"

#include <boost/json/array.hpp>

#include "base/json.h"
#include "findings/misconfiguration/finder.h"
#include "model/label_selector.h"

namespace narrows::findings::misconfiguration {
namespace {

namespace json = boost::json;

std::string NamespaceOf(const json::object& object) {
  const json::object* metadata = JsonObject(object, "metadata");
  return metadata ? JsonString(*metadata, "namespace") : "";
}

model::Labels StringsOf(const json::object* object) {
  model::Labels labels;
  if (!object) return labels;
  for (const auto& [key, value] : *object) {
    if (value.is_string()) labels.emplace(key, value.get_string());
  }
  return labels;
}

model::LabelSelector SelectorOf(const json::object* object) {
  model::LabelSelector selector;
  if (!object) return selector;
  selector.match_labels = StringsOf(JsonObject(*object, "matchLabels"));
  const json::array* expressions = JsonArray(*object, "matchExpressions");
  for (size_t i = 0; expressions && i < expressions->size(); ++i) {
    const json::object* expression = (*expressions)[i].if_object();
    if (!expression) continue;
    model::LabelRequirement requirement;
    requirement.key = JsonString(*expression, "key");
    const auto op = model::ParseLabelOperator(JsonString(*expression, "operator"));
    if (!op) continue;
    requirement.op = *op;
    const json::array* values = JsonArray(*expression, "values");
    for (size_t j = 0; values && j < values->size(); ++j) {
      if ((*values)[j].is_string()) requirement.values.emplace_back((*values)[j].get_string());
    }
    selector.match_expressions.push_back(std::move(requirement));
  }
  return selector;
}

struct Policy {
  std::string name_space;
  model::LabelSelector pods;
};

std::vector<Policy> NetworkPolicies(const std::vector<const json::object*>& objects) {
  std::vector<Policy> policies;
  for (const json::object* object : objects) {
    if (JsonString(*object, "kind") != "NetworkPolicy") continue;
    const json::object* spec = JsonObject(*object, "spec");
    if (spec)
      policies.push_back({NamespaceOf(*object), SelectorOf(JsonObject(*spec, "podSelector"))});
  }
  return policies;
}

void CheckNetworkPolicies(const PodTemplate& pod, const std::vector<Policy>& policies,
                          Finder& finder) {
  if (JsonBool(*pod.spec, "hostNetwork") == true) return;  // no policy holds them
  const std::string name_space = NamespaceOf(finder.object());
  const model::Labels labels =
      StringsOf(pod.metadata ? JsonObject(*pod.metadata, "labels") : nullptr);
  for (const Policy& policy : policies) {
    if (policy.name_space == name_space && policy.pods.Matches(labels)) return;
  }
  json::object metadata{{"name", "deny-by-default"}};
  if (!name_space.empty()) metadata["namespace"] = json::string(name_space);
  const json::object deny{
      {"apiVersion", "networking.k8s.io/v1"},
      {"kind", "NetworkPolicy"},
      {"metadata", metadata},
      {"spec",
       {{"podSelector", json::object()}, {"policyTypes", json::array{"Ingress", "Egress"}}}}};
  finder.Add("network-policy-missing", pod.path.Keys("metadata.labels"), "undefined",
             "# to be applied; then allow what is needed\n" + ToYaml(deny));
}

}  // namespace

bool Concerns(CheckTarget target, const json::object& object) {
  const std::string kind = JsonString(object, "kind");
  switch (target) {
    case CheckTarget::kPodTemplate:
      return PodTemplateOf(object).has_value();
    case CheckTarget::kConfigMap:
      return kind == "ConfigMap";
    case CheckTarget::kReachable:
      return kind == "Service" || kind == "Ingress";
    case CheckTarget::kAnyObject:
      return true;
  }
  return false;
}

std::string NameOf(const json::object& object) {
  const json::object* metadata = JsonObject(object, "metadata");
  std::string name = metadata ? JsonString(*metadata, "name") : "";
  if (name.empty() && metadata) name = JsonString(*metadata, "generateName");
  return Printable(NamespaceOf(object)) + "/" + Printable(JsonString(object, "kind")) + "/" +
         Printable(name);
}

std::vector<Misconfiguration> Inspect(const std::vector<const json::object*>& objects, int minor) {
  std::vector<Misconfiguration> found;
  const std::vector<Policy> policies = NetworkPolicies(objects);
  for (size_t i = 0; i < objects.size(); ++i) {
    Finder finder(*objects[i], i, found);
    if (const auto pod = PodTemplateOf(*objects[i])) {
      CheckPodSecurity(*pod, minor, finder);
      CheckPods(*pod, finder);
      CheckEnvironment(*pod, finder);
      CheckNetworkPolicies(*pod, policies, finder);
    }
    if (Concerns(CheckTarget::kConfigMap, *objects[i])) CheckConfigMap(finder);
    CheckReachable(finder);
    CheckNamespace(finder);
    CheckApiVersion(minor, finder);
  }
  return found;
}

}  // namespace narrows::findings::misconfiguration
