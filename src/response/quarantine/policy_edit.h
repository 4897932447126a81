#pragma once

#include <string>
#include <string_view>

#include "assessment/policy.h"
#include "base/clock.h"
#include "base/result.h"

// Edits of a policy object, as JSON patches that refuse to be applied to any other version of it.
namespace narrows::response::quarantine {

// Adds a release to the policy's list, in place of an older one of the same workload and of those
// that are over. `until` is filled in with 24 h from now where it is missing.
Result<std::string> ReleasePatch(std::string_view policy_json, assessment::Release release,
                                 TimePoint now);

// Puts our finalizer on, or takes it off; empty when it is so already.
Result<std::string> FinalizerPatch(std::string_view policy_json, bool present);

}  // namespace narrows::response::quarantine
