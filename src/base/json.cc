#include "base/json.h"

#include <boost/json/parser.hpp>

namespace narrows {

Result<boost::json::value> ParseJson(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes) {
    return ResourceExhausted("JSON document of " + std::to_string(text.size()) + " bytes, limit " +
                             std::to_string(limits.bytes));
  }
  boost::json::parse_options options;
  options.max_depth = limits.depth;
  boost::json::parser parser({}, options);
  boost::json::error_code error;
  const size_t parsed = parser.write(text.data(), text.size(), error);
  if (error) {
    const auto message =
        "malformed JSON: " + error.message() + " near byte " + std::to_string(parsed);
    if (error == boost::json::error::too_deep) return ResourceExhausted(message);
    return InvalidArgument(message);
  }
  return parser.release();
}

const boost::json::object* JsonObject(const boost::json::object& parent, std::string_view key) {
  const auto* value = parent.if_contains(key);
  return value ? value->if_object() : nullptr;
}

const boost::json::array* JsonArray(const boost::json::object& parent, std::string_view key) {
  const auto* value = parent.if_contains(key);
  return value ? value->if_array() : nullptr;
}

std::string JsonString(const boost::json::object& parent, std::string_view key,
                       std::string_view otherwise) {
  const auto* value = parent.if_contains(key);
  if (const auto* text = value ? value->if_string() : nullptr) return std::string(*text);
  return std::string(otherwise);
}

std::optional<int64_t> JsonInt(const boost::json::object& parent, std::string_view key) {
  const auto* value = parent.if_contains(key);
  if (!value) return std::nullopt;
  boost::json::error_code error;
  const auto number = value->to_number<int64_t>(error);
  if (error) return std::nullopt;
  return number;
}

std::optional<bool> JsonBool(const boost::json::object& parent, std::string_view key) {
  const auto* value = parent.if_contains(key);
  if (const bool* flag = value ? value->if_bool() : nullptr) return *flag;
  return std::nullopt;
}

}  // namespace narrows
