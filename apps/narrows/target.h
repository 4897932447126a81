#pragma once

#include <optional>

#include "base/call_context.h"
#include "base/result.h"
#include "commands.h"
#include "model/image.h"
#include "registry/image_reference.h"
#include "report/scan_report.h"
#include "report/terminal/progress.h"

namespace narrows::app {

// Reads the packages of the image or folder that the flags name. Layers read before come from the
// user's cache.
Result<model::ImageAnalysis> ReadTarget(const TargetFlags& flags,
                                        report::terminal::Progress& progress,
                                        const CallContext& context);

// The image on a registry that the flags name; nothing for a file or a folder.
std::optional<registry::ImageReference> RegistryReference(const TargetFlags& flags);

// A report about it that has no findings yet.
report::ScanReport MakeReport(const TargetFlags& flags, model::ImageAnalysis image);

}  // namespace narrows::app
