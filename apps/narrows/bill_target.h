#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "commands.h"
#include "model/image.h"

namespace narrows::app {

// Reads the bill of materials that the flags name; "-" is standard input. What is to be said of it
// is added to the warnings.
Result<model::ImageAnalysis> ReadBill(const TargetFlags& flags, std::vector<std::string>& warnings);

}  // namespace narrows::app
