#include "findings/misconfiguration/manifest.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <utility>

#include "base/json.h"
#include "base/strings.h"

namespace narrows::findings::misconfiguration {
namespace {

namespace json = boost::json;

constexpr int kMostNestedLists = 4;

// JSON is read by its own rules; the lines come from the YAML reader, where that can read it.
Result<std::vector<PlacedYaml>> ReadDocuments(std::string_view text, const YamlLimits& limits) {
  const std::string_view trimmed = Trim(text);
  if (!trimmed.starts_with('{') && !trimmed.starts_with('[')) return ParsePlacedYaml(text, limits);
  JsonLimits json_limits;
  json_limits.bytes = limits.bytes;
  json_limits.depth = limits.depth;
  json_limits.memory_bytes = size_t{400} << 20;
  auto document = ParseJson(text, json_limits);
  auto placed = ParsePlacedYaml(text, limits);
  if (!document.has_value()) {
    if (document.error().code == ErrorCode::kResourceExhausted) return document.error();
    return placed;  // several documents, or YAML that begins like JSON
  }
  std::vector<PlacedYaml> documents;
  documents.push_back({*std::move(document), {}});
  if (placed.has_value() && placed->size() == 1)
    documents[0].place = std::move(placed->front().place);
  return documents;
}

void Flatten(PlacedYaml document, const std::string& file, int nested,
             std::vector<ManifestObject>& objects) {
  json::object* object = document.value.if_object();
  if (!object) return;
  const std::string kind = JsonString(*object, "kind");
  if (kind.empty() || JsonString(*object, "apiVersion").empty()) return;
  auto* items = object->find("items");
  if (!kind.ends_with("List") || items == object->end() || !items->value().is_array()) {
    objects.push_back({std::move(document.value), file, std::move(document.place)});
    return;
  }
  if (nested >= kMostNestedLists) return;
  const auto index = static_cast<size_t>(items - object->begin());
  YamlPlace* places =
      index < document.place.children.size() ? &document.place.children[index] : nullptr;
  json::array& list = items->value().get_array();
  for (size_t i = 0; i < list.size(); ++i) {
    YamlPlace place{document.place.line, {}};
    if (places && i < places->children.size()) place = std::move(places->children[i]);
    Flatten({std::move(list[i]), std::move(place)}, file, nested + 1, objects);
  }
}

}  // namespace

Result<std::vector<ManifestObject>> ReadManifest(std::string_view text, const std::string& file,
                                                 const YamlLimits& limits) {
  ASSIGN_OR_RETURN(auto documents, ReadDocuments(text, limits));
  std::vector<ManifestObject> objects;
  for (PlacedYaml& document : documents) Flatten(std::move(document), file, 0, objects);
  return objects;
}

int LineOf(const ManifestObject& object, const FieldPath& path) {
  const json::value* value = &object.value;
  const YamlPlace* place = &object.place;
  for (const FieldPath::Step& step : path.steps()) {
    size_t index = step.index;
    if (step.is_index) {
      const json::array* list = value->if_array();
      if (!list || index >= list->size()) break;
      value = &(*list)[index];
    } else {
      const json::object* map = value->if_object();
      const auto* member = map ? map->find(step.key) : nullptr;
      if (!map || member == map->end()) break;
      index = static_cast<size_t>(member - map->begin());
      value = &member->value();
    }
    if (index >= place->children.size()) break;
    place = &place->children[index];
  }
  return place->line;
}

}  // namespace narrows::findings::misconfiguration
