#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"

namespace narrows {

// Told of a TOML document's contents in their order. The views last for the call.
class TomlVisitor {
 public:
  virtual ~TomlVisitor() = default;

  // A header: "[a.b]", or "[[a.b]]" for the next element of an array of tables.
  virtual void OnTable(std::string_view name, bool element) = 0;

  // A string, unescaped, or another scalar as it is written. The key is what leads to it from the
  // last header, joined by dots: `a = { b = ["x", "y"] }` gives "a.b" twice.
  virtual void OnValue(std::string_view key, std::string_view value, bool is_string) = 0;
};

// Reads TOML 1.0 (https://toml.io/en/v1.0.0) without making a tree of it: lock files have
// megabytes, of which a few fields matter. It takes more than the specification allows: keys and
// tables may repeat, and scalars other than strings are not checked. kInvalidArgument with the line
// of the mistake; kResourceExhausted when values are nested deeper than 64.
Status ReadToml(std::string_view text, TomlVisitor& visitor);

}  // namespace narrows
