#pragma once

#include "base/call_context.h"
#include "base/result.h"
#include "commands.h"
#include "model/image.h"
#include "report/scan_report.h"
#include "report/terminal/progress.h"

namespace narrows::app {

// Reads the packages of the image or folder that the flags name. Layers read before come from the
// user's cache.
Result<model::ImageAnalysis> ReadTarget(const TargetFlags& flags,
                                        report::terminal::Progress& progress,
                                        const CallContext& context);

// A report about it that has no findings yet.
report::ScanReport MakeReport(const TargetFlags& flags, model::ImageAnalysis image);

}  // namespace narrows::app
