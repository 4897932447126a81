#pragma once

// How objects.h's readers are written. Included by .cc files only: it needs simdjson.

// Without these, a conversion that forgets the error does not compile.
#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "kubernetes/objects.h"

namespace narrows::kubernetes {
namespace fields {

namespace dom = simdjson::dom;
namespace ondemand = simdjson::ondemand;
using simdjson::SUCCESS;
using Value = simdjson::simdjson_result<dom::element>;

inline constexpr size_t kMostDepth = 64;

inline std::string Text(const Value& value) {
  std::string_view text;
  return value.get(text) == SUCCESS ? std::string(text) : std::string();
}

inline bool Flag(const Value& value) {
  bool flag = false;
  return value.get(flag) == SUCCESS && flag;
}

inline int64_t Number(const Value& value) {
  int64_t number = 0;
  return value.get(number) == SUCCESS ? number : 0;
}

inline bool IsObject(const Value& value) {
  dom::object object;
  return value.get(object) == SUCCESS;
}

template <typename OnElement>
void ForEach(const Value& list, OnElement on_element) {
  dom::array array;
  if (list.get(array) != SUCCESS) return;
  for (const dom::element element : array) on_element(Value(dom::element(element)));
}

inline model::Labels Map(const Value& map) {
  model::Labels labels;
  dom::object object;
  if (map.get(object) != SUCCESS) return labels;
  for (const dom::key_value_pair field : object) {
    std::string_view value;
    if (field.value.get(value) == SUCCESS) labels.emplace(field.key, value);
  }
  return labels;
}

inline ObjectMeta Meta(const Value& document) {
  const Value metadata = document["metadata"];
  ObjectMeta meta{.name_space = Text(metadata["namespace"]),
                  .name = Text(metadata["name"]),
                  .uid = Text(metadata["uid"]),
                  .resource_version = Text(metadata["resourceVersion"]),
                  .deleting = !Text(metadata["deletionTimestamp"]).empty(),
                  .labels = Map(metadata["labels"]),
                  .annotations = Map(metadata["annotations"])};
  std::erase_if(meta.annotations, [](const auto& entry) { return !IsOurAnnotation(entry.first); });
  ForEach(metadata["ownerReferences"], [&](const Value& owner) {
    if (!Flag(owner["controller"])) return;
    meta.controller = OwnerReference{.api_version = Text(owner["apiVersion"]),
                                     .kind = Text(owner["kind"]),
                                     .name = Text(owner["name"]),
                                     .uid = Text(owner["uid"])};
  });
  return meta;
}

inline std::vector<std::string> Texts(const Value& list) {
  std::vector<std::string> texts;
  ForEach(list, [&](const Value& entry) {
    std::string_view text;
    if (entry.get(text) == SUCCESS) texts.emplace_back(text);
  });
  return texts;
}

inline Error Malformed(simdjson::error_code error, std::string_view what) {
  return InvalidArgument("malformed " + std::string(what) + ": " + simdjson::error_message(error));
}

}  // namespace fields

struct ObjectReader::Buffers {
  fields::dom::parser parser;
  fields::ondemand::parser bulk;
  fields::ondemand::parser inner;
  std::string padded;

  Buffers() { NARROWS_CHECK(parser.allocate(16u << 10, fields::kMostDepth) == simdjson::SUCCESS); }

  // Room behind the text that simdjson may read.
  simdjson::padded_string_view Pad(std::string_view json) {
    padded.reserve(json.size() + simdjson::SIMDJSON_PADDING);
    padded.assign(json);
    return simdjson::padded_string_view(padded.data(), padded.size(), padded.capacity());
  }

  Result<fields::dom::element> Parse(std::string_view json, std::string_view what) {
    fields::dom::element document;
    if (const auto error = parser.parse(json.data(), json.size()).get(document)) {
      return fields::Malformed(error, what);
    }
    std::string_view name;
    if (document["metadata"]["name"].get(name) != simdjson::SUCCESS || name.empty()) {
      return InvalidArgument("malformed " + std::string(what) + ": no metadata.name");
    }
    return document;
  }
};

}  // namespace narrows::kubernetes
