#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

// What a JSONPath template is made of; for json_path.cc and its parser only.
namespace narrows::json_path {

struct Step;

// A path: each step takes the values of the one before.
using Path = std::vector<Step>;

struct Step {
  enum class Kind {
    kConstant,   // text or a number; replaces what there is
    kField,      // .name
    kSlice,      // [from:to:step]
    kWildcard,   // .*
    kRecursive,  // ..
    kUnion,      // [a,b]
    kFilter,     // [?(left op right)]
  };
  Kind kind = Kind::kField;
  boost::json::value constant;
  std::string field;
  std::optional<int64_t> from, to, step;
  bool to_is_next = false;     // [n]: `to` was made up from `from`
  std::vector<Path> branches;  // of a union; left and right of a filter
  std::string op;              // of a filter; "exists" without one
};

// What stands between braces, or the text outside of them.
struct Action {
  enum class Kind { kPath, kRange, kEnd };
  Kind kind = Kind::kPath;
  Path path;
};

Result<std::vector<Action>> ParseTemplate(std::string_view text);

}  // namespace narrows::json_path
