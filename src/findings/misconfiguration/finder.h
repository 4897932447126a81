#pragma once

// Shared by the checks; included by .cc files only.

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/strings.h"
#include "findings/misconfiguration/inspection.h"
#include "findings/misconfiguration/patch.h"
#include "findings/misconfiguration/pod_template.h"

namespace narrows::findings::misconfiguration {

// Collects what is wrong with one object.
class Finder {
 public:
  Finder(const boost::json::object& object, size_t index, std::vector<Misconfiguration>& found)
      : object_(object), index_(index), found_(found) {}

  const boost::json::object& object() const { return object_; }

  // `value` is shown as it is; `patch` is YAML.
  void Add(std::string_view check, FieldPath path, std::string value, std::string patch = "") {
    const Check* known = FindCheck(check);
    NARROWS_CHECK(known != nullptr);
    found_.push_back({known, index_, std::move(path), std::move(value), std::move(patch)});
  }
  // Mended by setting `field` to `wanted`.
  void AddSet(std::string_view check, const FieldPath& path, std::string value,
              const FieldPath& field, const boost::json::value& wanted) {
    Add(check, path, std::move(value), StrategicMergePatch(object_, field, wanted));
  }

 private:
  const boost::json::object& object_;
  const size_t index_;
  std::vector<Misconfiguration>& found_;
};

inline std::string Shown(const boost::json::value& value) {
  return Printable(boost::json::serialize(value));
}

void CheckPodSecurity(const PodTemplate& pod, int minor, Finder& finder);
void CheckPods(const PodTemplate& pod, Finder& finder);
void CheckEnvironment(const PodTemplate& pod, Finder& finder);
void CheckConfigMap(Finder& finder);
void CheckReachable(Finder& finder);
void CheckNamespace(Finder& finder);
void CheckApiVersion(int minor, Finder& finder);

}  // namespace narrows::findings::misconfiguration
