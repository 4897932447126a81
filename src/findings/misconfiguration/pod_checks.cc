#include <boost/json/array.hpp>

#include "base/json.h"
#include "findings/misconfiguration/finder.h"

namespace narrows::findings::misconfiguration {
namespace {

namespace json = boost::json;

constexpr std::string_view kUndefined = "undefined";

struct Image {
  bool digest = false;
  std::string_view tag;  // empty: none
};

Image ReadImage(std::string_view image) {
  const size_t at = image.find('@');
  if (at != std::string_view::npos) return {true, ""};
  const size_t colon = image.rfind(':');
  const size_t slash = image.rfind('/');
  const bool tagged =
      colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash);
  return {false, tagged ? image.substr(colon + 1) : std::string_view()};
}

void CheckImage(const Container& container, Finder& finder) {
  const std::string image = JsonString(*container.object, "image");
  if (image.empty()) return;
  const Image parts = ReadImage(image);
  if (parts.digest) return;
  const bool latest = parts.tag.empty() || parts.tag == "latest";
  finder.Add(latest ? "image-latest-tag" : "image-not-by-digest", container.path.Key("image"),
             Shown(json::string(image)));
}

void CheckRootFileSystem(const Container& container, Finder& finder) {
  const auto read_only =
      container.security ? JsonBool(*container.security, "readOnlyRootFilesystem") : std::nullopt;
  if (read_only == true) return;
  const FieldPath field = container.path.Keys("securityContext.readOnlyRootFilesystem");
  finder.AddSet("writable-root-file-system", field, read_only ? "false" : std::string(kUndefined),
                field, true);
}

void CheckResources(const Container& container, Finder& finder) {
  struct Wanted {
    std::string_view check, kind, resource, example;
  };
  const json::object* resources = JsonObject(*container.object, "resources");
  const auto has = [&](std::string_view kind, std::string_view resource) {
    const json::object* of_kind = resources ? JsonObject(*resources, kind) : nullptr;
    const json::value* value = of_kind ? of_kind->if_contains(resource) : nullptr;
    return value && !value->is_null();
  };
  for (const Wanted& wanted : {Wanted{"cpu-limit-missing", "limits", "cpu", "500m"},
                               Wanted{"cpu-request-missing", "requests", "cpu", "100m"},
                               Wanted{"memory-limit-missing", "limits", "memory", "256Mi"},
                               Wanted{"memory-request-missing", "requests", "memory", "128Mi"}}) {
    if (has(wanted.kind, wanted.resource)) continue;
    // A limit is also the request where there is none.
    if (wanted.kind == "requests" && has("limits", wanted.resource)) continue;
    const FieldPath field = container.path.Key("resources").Key(wanted.kind).Key(wanted.resource);
    const std::string patch =
        StrategicMergePatch(finder.object(), field, json::string(wanted.example));
    finder.Add(wanted.check, field, std::string(kUndefined),
               patch.empty() ? ""
                             : "# " + std::string(wanted.example) +
                                   " stands for what the container needs\n" + patch);
  }
}

// Only of what is meant to go on running.
void CheckProbes(const Container& container, Finder& finder) {
  if (!JsonObject(*container.object, "livenessProbe"))
    finder.Add("liveness-probe-missing", container.path.Key("livenessProbe"),
               std::string(kUndefined));
  if (!JsonObject(*container.object, "readinessProbe"))
    finder.Add("readiness-probe-missing", container.path.Key("readinessProbe"),
               std::string(kUndefined));
}

void CheckServiceAccount(const PodTemplate& pod, Finder& finder) {
  if (JsonBool(*pod.spec, "automountServiceAccountToken") == false) return;
  const FieldPath spec = pod.path.Key("spec");
  const FieldPath mount = spec.Key("automountServiceAccountToken");
  const bool said = JsonBool(*pod.spec, "automountServiceAccountToken").has_value();
  finder.AddSet("service-account-token", mount, said ? "true" : std::string(kUndefined), mount,
                false);
  std::string account = JsonString(*pod.spec, "serviceAccountName");
  if (account.empty()) account = JsonString(*pod.spec, "serviceAccount");
  if (account.empty() || account == "default") {
    finder.Add("default-service-account", spec.Key("serviceAccountName"),
               account.empty() ? std::string(kUndefined) : Shown(json::string(account)));
  }
}

}  // namespace

void CheckPods(const PodTemplate& pod, Finder& finder) {
  const std::string kind = JsonString(finder.object(), "kind");
  const bool runs_to_an_end = kind == "Job" || kind == "CronJob";
  for (const Container& container : ContainersOf(pod)) {
    CheckImage(container, finder);
    CheckRootFileSystem(container, finder);
    if (container.role == Container::Role::kEphemeral) continue;
    CheckResources(container, finder);
    if (container.role == Container::Role::kOrdinary && !runs_to_an_end)
      CheckProbes(container, finder);
  }
  CheckServiceAccount(pod, finder);
  if (JsonBool(*pod.spec, "shareProcessNamespace") == true) {
    const FieldPath field = pod.path.Keys("spec.shareProcessNamespace");
    finder.AddSet("share-process-namespace", field, "true", field, false);
  }
}

}  // namespace narrows::findings::misconfiguration
