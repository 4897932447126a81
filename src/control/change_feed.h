#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "storage/store.h"

namespace narrows::control {

// Something that happened, as people want to be told.
struct ChangeNote {
  TimePoint time;
  std::string what;  // "image", "found", "resolved", "verdict", "quarantine", "release", "policy" …
  std::string subject;  // a workload, an image's reference, a policy
  std::string text;     // one line
};

// Tells what is written into a store from its start on. Not thread-safe.
class ChangeFeed {
 public:
  // `store` outlives it.
  explicit ChangeFeed(const storage::Store& store) : store_(store) {}

  // What came since the last call, oldest first; the first call only takes the place to begin.
  // kOutOfRange: so much happened that some of it is gone; the next call goes on from now.
  Result<std::vector<ChangeNote>> Next();

 private:
  const storage::Store& store_;
  std::string cursor_;
  TimePoint began_;                        // of the newest change of a verdict that is not told
  std::map<std::string, TimePoint> told_;  // the newest that is, by workload and policy
};

}  // namespace narrows::control
