#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace narrows::findings::misconfiguration {

// Where a field stands in an object, from its root.
class FieldPath {
 public:
  struct Step {
    std::string key;   // of a map; empty for an element of a list
    size_t index = 0;  // of a list
    bool is_index = false;
    friend bool operator==(const Step&, const Step&) = default;
  };

  FieldPath() = default;

  FieldPath Key(std::string_view key) const;
  // Several keys at once: "spec.template".
  FieldPath Keys(std::string_view dotted) const;
  FieldPath Index(size_t index) const;

  const std::vector<Step>& steps() const { return steps_; }
  // spec.containers[0].securityContext, metadata.annotations['a.b/c']
  std::string ToString() const;

  friend bool operator==(const FieldPath&, const FieldPath&) = default;

 private:
  std::vector<Step> steps_;
};

}  // namespace narrows::findings::misconfiguration
