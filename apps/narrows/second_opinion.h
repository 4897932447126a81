#pragma once

#include <string>
#include <vector>

#include "base/call_context.h"
#include "base/result.h"
#include "commands.h"
#include "model/image.h"

namespace narrows::app {

// Adds to an image's analysis the packages that only bills of materials attached to it name. What
// was found, and what could not be read, is added to the warnings. Nothing where the flags name no
// image on a registry.
Status AskAttachedBills(const TargetFlags& flags, model::ImageAnalysis& image,
                        std::vector<std::string>& warnings, const CallContext& context);

}  // namespace narrows::app
