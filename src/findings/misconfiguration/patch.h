#pragma once

#include <boost/json/fwd.hpp>
#include <string>

#include "findings/misconfiguration/field_path.h"

namespace narrows::findings::misconfiguration {

// The YAML of a strategic-merge patch that sets one field of an object to `wanted` (null removes
// it), to be given to `kubectl patch --type strategic --patch-file`; it names the object itself,
// so that it is a readable change. Empty where there is none: the path leads through a list whose
// elements have no name.
std::string StrategicMergePatch(const boost::json::object& object, const FieldPath& path,
                                const boost::json::value& wanted);

// Block YAML of a value.
std::string ToYaml(const boost::json::value& value);

}  // namespace narrows::findings::misconfiguration
