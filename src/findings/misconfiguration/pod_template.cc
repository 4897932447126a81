#include "findings/misconfiguration/pod_template.h"

#include <string_view>

#include "base/json.h"

namespace narrows::findings::misconfiguration {
namespace {

namespace json = boost::json;

std::optional<PodTemplate> At(const json::object& holder, FieldPath path) {
  const json::object* spec = JsonObject(holder, "spec");
  if (!spec) return std::nullopt;
  return PodTemplate{JsonObject(holder, "metadata"), spec, std::move(path)};
}

// What is at the end of the keys, each of them a map.
const json::object* Follow(const json::object& object, const FieldPath& path) {
  const json::object* at = &object;
  for (const FieldPath::Step& step : path.steps()) {
    at = JsonObject(*at, step.key);
    if (!at) return nullptr;
  }
  return at;
}

void Append(const PodTemplate& pod, std::string_view list, Container::Role role,
            std::vector<Container>& containers) {
  const json::array* array = JsonArray(*pod.spec, list);
  if (!array) return;
  const FieldPath path = pod.path.Key("spec").Key(list);
  for (size_t i = 0; i < array->size(); ++i) {
    const json::object* object = (*array)[i].if_object();
    if (!object) continue;
    containers.push_back({object, JsonObject(*object, "securityContext"), path.Index(i),
                          JsonString(*object, "name"), role});
  }
}

}  // namespace

std::optional<PodTemplate> PodTemplateOf(const json::object& object) {
  const std::string kind = JsonString(object, "kind");
  if (kind == "Pod") return At(object, {});
  const FieldPath path = FieldPath().Keys(kind == "PodTemplate" ? "template"
                                          : kind == "CronJob"   ? "spec.jobTemplate.spec.template"
                                                                : "spec.template");
  const json::object* holder = Follow(object, path);
  if (!holder) return std::nullopt;
  auto pod = At(*holder, path);
  if (pod && !JsonArray(*pod->spec, "containers")) return std::nullopt;
  return pod;
}

std::vector<Container> ContainersOf(const PodTemplate& pod) {
  std::vector<Container> containers;
  Append(pod, "initContainers", Container::Role::kInit, containers);
  Append(pod, "containers", Container::Role::kOrdinary, containers);
  Append(pod, "ephemeralContainers", Container::Role::kEphemeral, containers);
  return containers;
}

}  // namespace narrows::findings::misconfiguration
