#include "findings/misconfiguration/patch.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string_view>

#include "base/json.h"
#include "base/yaml.h"

namespace narrows::findings::misconfiguration {
namespace {

namespace json = boost::json;

// The member that tells a list's elements apart when patches are merged
// (patchMergeKey in k8s.io/api/core/v1); empty: the list is replaced as a whole.
std::string_view MergeKey(std::string_view list) {
  if (list == "containers" || list == "initContainers" || list == "ephemeralContainers" ||
      list == "volumes" || list == "env")
    return "name";
  if (list == "ports") return "containerPort";
  return "";
}

// Walks down `at` along the steps from `next` on and gives what the patch has there.
std::optional<json::value> Below(const json::value* at, const FieldPath& path, size_t next,
                                 const json::value& wanted) {
  if (next == path.steps().size()) return wanted;
  const FieldPath::Step& step = path.steps()[next];
  if (step.is_index) return std::nullopt;
  const json::object* object = at ? at->if_object() : nullptr;
  const json::value* child = object ? object->if_contains(step.key) : nullptr;
  json::object patch;
  if (next + 1 == path.steps().size() || !path.steps()[next + 1].is_index) {
    auto below = Below(child, path, next + 1, wanted);
    if (!below) return std::nullopt;
    patch[step.key] = *std::move(below);
    return patch;
  }
  const json::array* list = child ? child->if_array() : nullptr;
  const size_t index = path.steps()[next + 1].index;
  const std::string_view key = MergeKey(step.key);
  const json::object* element = list && index < list->size() ? (*list)[index].if_object() : nullptr;
  const json::value* name = element && !key.empty() ? element->if_contains(key) : nullptr;
  if (!name) return std::nullopt;
  auto below = Below(&(*list)[index], path, next + 2, wanted);
  if (!below || !below->is_object()) return std::nullopt;
  json::object merged{{key, *name}};
  for (auto& member : below->get_object()) merged[member.key()] = member.value();
  patch[step.key] = json::array{std::move(merged)};
  return patch;
}

// Quoted as JSON unless it reads back as the same word.
std::string Scalar(const json::value& value) {
  const json::string* text = value.if_string();
  if (!text) return json::serialize(value);
  const std::string_view word = *text;
  const bool simple = !word.empty() && word.size() < 200 &&
                      std::all_of(word.begin(), word.end(),
                                  [](char c) {
                                    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                           (c >= '0' && c <= '9') || c == '_' || c == '/' ||
                                           c == '.' || c == '-';
                                  }) &&
                      word[0] != '-' && word[0] != '.';
  if (!simple) return json::serialize(value);
  const auto read = ParseYaml(word);
  return read.has_value() && read->is_string() ? std::string(word) : json::serialize(value);
}

bool IsBlock(const json::value& value) {
  return (value.is_object() && !value.get_object().empty()) ||
         (value.is_array() && !value.get_array().empty());
}

// A block that stands at `indent`; its first line is not indented.
void WriteBlock(const json::value& value, size_t indent, std::string& out) {
  const std::string margin(indent, ' ');
  bool first = true;
  const auto begin_line = [&] {
    if (!first) out += margin;
    first = false;
  };
  if (const json::array* list = value.if_array()) {
    for (const json::value& element : *list) {
      begin_line();
      out += "- ";
      if (IsBlock(element)) {
        WriteBlock(element, indent + 2, out);
      } else {
        out += Scalar(element) + "\n";
      }
    }
    return;
  }
  for (const auto& member : value.get_object()) {
    begin_line();
    out += Scalar(json::string(member.key())) + ":";
    if (!IsBlock(member.value())) {
      out += " " + Scalar(member.value()) + "\n";
      continue;
    }
    const size_t inner = member.value().is_array() ? indent : indent + 2;
    out += "\n" + std::string(inner, ' ');
    WriteBlock(member.value(), inner, out);
  }
}

}  // namespace

std::string ToYaml(const json::value& value) {
  if (!IsBlock(value)) return Scalar(value) + "\n";
  std::string out;
  WriteBlock(value, 0, out);
  return out;
}

std::string StrategicMergePatch(const json::object& object, const FieldPath& path,
                                const json::value& wanted) {
  const json::value root(object);
  const auto change = Below(&root, path, 0, wanted);
  if (!change || !change->is_object()) return "";
  json::object patch;
  for (const std::string_view field : {"apiVersion", "kind"}) {
    if (const std::string text = JsonString(object, field); !text.empty())
      patch[field] = json::string(text);
  }
  json::object metadata;
  if (const json::object* own = JsonObject(object, "metadata")) {
    for (const std::string_view field : {"name", "namespace"}) {
      if (const std::string text = JsonString(*own, field); !text.empty())
        metadata[field] = json::string(text);
    }
  }
  for (const auto& member : change->get_object()) {
    if (member.key() == "metadata" && member.value().is_object()) {
      for (const auto& inner : member.value().get_object()) metadata[inner.key()] = inner.value();
    }
  }
  patch["metadata"] = std::move(metadata);
  for (const auto& member : change->get_object()) {
    if (member.key() != "metadata") patch[member.key()] = member.value();
  }
  return ToYaml(patch);
}

}  // namespace narrows::findings::misconfiguration
