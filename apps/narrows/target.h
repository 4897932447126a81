#pragma once

#include <optional>
#include <utility>

#include "base/call_context.h"
#include "base/result.h"
#include "commands.h"
#include "image_reading.h"
#include "model/image.h"
#include "registry/image_reference.h"
#include "report/scan_report.h"
#include "report/terminal/progress.h"

namespace narrows::app {

// Reads the packages of an image or a folder. Layers read before come from the user's cache.
class TargetReader {
 public:
  // To be called first of all, as ImageReading::Start, which it calls for images. A folder is read
  // in this process. `flags` outlive it.
  static Result<TargetReader> Start(const TargetFlags& flags);

  Result<model::ImageAnalysis> Read(report::terminal::Progress& progress,
                                    const CallContext& context) const;

 private:
  TargetReader(const TargetFlags& flags, std::optional<ImageReading> reading)
      : flags_(flags), reading_(std::move(reading)) {}

  const TargetFlags& flags_;
  std::optional<ImageReading> reading_;  // none for a folder or a bill of materials
};

// The image on a registry that the flags name; nothing for a file or a folder.
std::optional<registry::ImageReference> RegistryReference(const TargetFlags& flags);

// A report about it that has no findings yet.
report::ScanReport MakeReport(const TargetFlags& flags, model::ImageAnalysis image);

}  // namespace narrows::app
