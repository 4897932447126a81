#pragma once

#include <string>

#include "assessment/policy.h"
#include "base/result.h"

namespace narrows::app {

// The InspectionPolicy in a YAML or JSON file with one document. Errors name the file and the
// field.
Result<assessment::Policy> ReadPolicyFile(const std::string& path);

}  // namespace narrows::app
