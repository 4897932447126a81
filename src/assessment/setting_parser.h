#pragma once

#include <string_view>

#include "assessment/setting.h"
#include "base/result.h"

namespace narrows::assessment {

// Reads a Setting object, as ParsePolicy reads a policy.
Result<Setting> ParseSetting(std::string_view object_json);

}  // namespace narrows::assessment
