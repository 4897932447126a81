#pragma once

// Kubernetes' JSONPath templates, as `kubectl -o jsonpath=` and its custom columns take them.
// Included by .cc files only: it needs Boost.JSON.

#include <boost/json/value.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace narrows {

namespace json_path {
struct Action;
}

// How a value reads where Go prints it with %v: 1e+06, true, <nil>, [a b], map[k:v].
std::string GoText(const boost::json::value& value);

// One parsed template, e.g. "{.spec.hostPID}" or "{range .items[*]}{.name}{','}{end}". Immutable
// and thread-safe.
class JsonPath {
 public:
  // kInvalidArgument for what is no template, or one nested too deeply.
  static Result<JsonPath> Parse(std::string_view text);

  // The values that each part of the template finds, absent fields left out. They are copies: a
  // template's own text is among them. kInvalidArgument where the template asks for what the
  // document cannot have (an index beyond the end, a filter on a map), kResourceExhausted above
  // 100,000 values.
  Result<std::vector<std::vector<boost::json::value>>> Find(
      const boost::json::value& document) const;

  // What the template prints: the values of one part with spaces between them, lists and maps as
  // JSON.
  Result<std::string> Print(const boost::json::value& document) const;

 private:
  explicit JsonPath(std::vector<json_path::Action> actions);
  std::shared_ptr<const std::vector<json_path::Action>>
      actions_;  // shared by copies, never changed
};

}  // namespace narrows
