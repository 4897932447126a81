#include "assessment/custom_resource.h"

#include <boost/json/serialize.hpp>

#include "assessment/field_reader.h"
#include "assessment/policy_parser.h"
#include "base/json.h"
#include "base/strings.h"

namespace narrows::assessment {

namespace json = boost::json;

Result<json::value> ReadCustomResource(std::string_view text, std::string_view kind) {
  JsonLimits limits;
  limits.bytes = 1u << 20;
  ASSIGN_OR_RETURN_WITHIN(json::value value, ParseJson(text, limits), std::string(kind));
  const auto* object = value.if_object();
  if (!object) return InvalidArgument(std::string(kind) + ": is not a JSON object");
  const std::string actual = JsonString(*object, "kind", kind);
  const std::string api_version = JsonString(*object, "apiVersion", kApiVersion);
  if (actual != kind || api_version != kApiVersion) {
    return InvalidArgument("this is a " + Printable(api_version, 80) + " " + Printable(actual, 80) +
                           ", not a " + std::string(kApiVersion) + " " + std::string(kind));
  }
  return value;
}

ObjectMeta ReadMetadata(const json::object& root, std::vector<std::string>& errors) {
  const FieldReader metadata(JsonObject(root, "metadata"), "metadata", errors);
  ObjectMeta meta;
  meta.name = metadata.Text("name", 253);
  meta.uid = metadata.Text("uid", 128);
  meta.resource_version = metadata.Text("resourceVersion", 128);
  meta.generation = metadata.Number("generation", 0, INT64_MAX).value_or(0);
  meta.deleting = metadata.Has("deletionTimestamp");
  meta.finalizers = metadata.Texts("finalizers", 64);
  return meta;
}

Result<ObjectMeta> ParseObjectMeta(std::string_view object_json) {
  JsonLimits limits;
  limits.bytes = 1u << 20;
  ASSIGN_OR_RETURN(const json::value document, ParseJson(object_json, limits));
  const auto* root = document.if_object();
  if (!root) return InvalidArgument("is not a JSON object");
  std::vector<std::string> errors;
  ObjectMeta meta = ReadMetadata(*root, errors);
  if (!errors.empty()) return InvalidArgument(JoinErrors(errors));
  return meta;
}

namespace {

// Anywhere, so that a password in a place we don't know of is removed too.
void RemovePasswords(json::value& value) {
  if (auto* array = value.if_array()) {
    for (json::value& element : *array) RemovePasswords(element);
  } else if (auto* object = value.if_object()) {
    for (auto& member : *object) {
      if (ToLower(member.key()).find("password") != std::string::npos) {
        member.value() = "REDACTED";
      } else {
        RemovePasswords(member.value());
      }
    }
  }
}

}  // namespace

Result<std::string> RedactedJson(std::string_view object_json) {
  ASSIGN_OR_RETURN(json::value document, ParseJson(object_json));
  if (auto* object = document.if_object()) {
    if (auto* metadata = object->if_contains("metadata"); metadata && metadata->is_object()) {
      metadata->get_object().erase("managedFields");
      if (auto* annotations = metadata->get_object().if_contains("annotations");
          annotations && annotations->is_object()) {
        annotations->get_object().erase("kubectl.kubernetes.io/last-applied-configuration");
      }
    }
  }
  RemovePasswords(document);
  return json::serialize(document);
}

}  // namespace narrows::assessment
