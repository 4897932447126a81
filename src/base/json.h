#pragma once

// Reading small JSON documents without exceptions. Included by .cc files only: it needs Boost.JSON.

#include <boost/json/fwd.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace narrows {

struct JsonLimits {
  size_t bytes = 16u << 20;
  size_t depth = 64;
  size_t memory_bytes = size_t{40} << 20;  // what the values take: up to 24 times the text
  bool relaxed = false;                    // comments, and commas before a closing bracket, may be
};

// kInvalidArgument with the place of the mistake; kResourceExhausted above a limit.
Result<boost::json::value> ParseJson(std::string_view text, const JsonLimits& limits = {});

// The member, or nothing/the default when it is absent, null or of another type.
const boost::json::object* JsonObject(const boost::json::object& parent, std::string_view key);
const boost::json::array* JsonArray(const boost::json::object& parent, std::string_view key);
std::string JsonString(const boost::json::object& parent, std::string_view key,
                       std::string_view otherwise = "");
std::optional<int64_t> JsonInt(const boost::json::object& parent, std::string_view key);
std::optional<bool> JsonBool(const boost::json::object& parent, std::string_view key);

}  // namespace narrows
