#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace narrows::storage {

struct PolicyVersion {
  std::string name;
  int64_t generation = 0;
  std::string document;  // JSON, already redacted; "" records that the policy was deleted
  TimePoint time;        // when the store learned of it; set by the store
};

// Which policies held when.
class PolicyStore {
 public:
  virtual ~PolicyStore() = default;

  // Newest first.
  virtual Result<std::vector<PolicyVersion>> History(std::string_view name) const = 0;

  // Nothing happens when this is what the newest version already says. The caller has taken all
  // secrets out of `document`.
  virtual Status Record(const PolicyVersion& version) = 0;
};

}  // namespace narrows::storage
