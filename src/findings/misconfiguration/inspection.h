#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "findings/misconfiguration/check.h"
#include "findings/misconfiguration/field_path.h"
#include "findings/misconfiguration/pod_security.h"

namespace narrows::findings::misconfiguration {

// One thing that is wrong with one object.
struct Misconfiguration {
  const Check* check;
  size_t object;      // index in what was inspected
  FieldPath path;     // of the field; where one is missing, of where it belongs
  std::string value;  // as JSON, "undefined" where it is missing; never a secret's
  std::string patch;  // YAML that mends it; empty where only a person can decide
};

// Whether a check of the target looks at the object at all.
bool Concerns(CheckTarget target, const boost::json::object& object);

// "namespace/Kind/name" of an object; the namespace is empty where none is written.
std::string NameOf(const boost::json::object& object);

// What is wrong with the objects, each by itself, but for network policies, which are looked for
// among all of them. In the order of the objects; no field is reported for two checks that mean
// the same. Kubernetes 1.MINOR decides about Pod Security Standards and API versions.
std::vector<Misconfiguration> Inspect(const std::vector<const boost::json::object*>& objects,
                                      int minor = kNewestPodSecurityMinor);

}  // namespace narrows::findings::misconfiguration
