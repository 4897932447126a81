#include <iostream>

#include "commands.h"
#include "parts.h"
#include "report/documents/cyclonedx.h"
#include "report/documents/spdx.h"
#include "target.h"

namespace narrows::app {

int RunSbom(const SbomFlags& flags) {
  const Result<TargetReader> target = TargetReader::Start(flags.target);
  if (!target.has_value()) return Fail(target.error());
  report::terminal::Progress progress(ProgressOptionsFor(flags.target.quiet));
  const CallContext context = CallContext::WithTimeout(flags.target.timeout);
  Result<model::ImageAnalysis> image = target->Read(progress, context);
  progress.Finish();
  if (!image.has_value()) return Fail(image.error());
  for (const std::string& status : image->statuses) Warn(status);
  if (!image->has_package_database) Warn("no package database was found in " + flags.target.target);
  const report::ScanReport report = MakeReport(flags.target, *std::move(image));
  if (flags.output == OutputFormat::kSpdxJson) {
    report::documents::WriteSpdxJson(report, std::cout);
  } else {
    report::documents::WriteCycloneDx(report, std::cout);
  }
  return kDone;
}

}  // namespace narrows::app
