#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "model/action.h"

namespace narrows::storage {

struct ActionFilter {
  std::optional<model::WorkloadRef> workload;
  std::optional<TimePoint> since;
  size_t most = 1000;
};

// The audit trail.
class ActionStore {
 public:
  virtual ~ActionStore() = default;

  // Newest first.
  virtual Result<std::vector<model::ActionRecord>> List(const ActionFilter& filter) const = 0;

  // Adds the record; one with the same id is replaced, so that an action which is tried again, or
  // whose effectiveness changes, stays one line. kInvalidArgument when the id is empty.
  virtual Status Put(const model::ActionRecord& action) = 0;
};

}  // namespace narrows::storage
