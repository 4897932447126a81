#pragma once

#include <compare>
#include <string_view>

#include "base/result.h"

namespace narrows::ecosystems {

// The order of versions of one ecosystem. Stateless and thread-safe.
class VersionOrder {
 public:
  virtual ~VersionOrder() = default;

  // OSV's ecosystem name without a release: "Debian", "Alpine".
  virtual std::string_view Ecosystem() const = 0;

  // kInvalidArgument, naming the fault, when `version` is none by the ecosystem's rules.
  virtual Status Validate(std::string_view version) const = 0;

  // Both must be valid; an invalid one is ordered somehow, but consistently.
  virtual std::weak_ordering Compare(std::string_view a, std::string_view b) const = 0;
};

}  // namespace narrows::ecosystems
