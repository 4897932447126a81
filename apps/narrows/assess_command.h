#pragma once

#include "base/call_context.h"
#include "base/result.h"
#include "commands.h"
#include "image_reading.h"
#include "report/scan_report.h"
#include "response/response_action.h"

namespace narrows::app {

struct AssessedCluster {
  report::AssessmentReport report;  // without actions
  response::ActionPlan plan;
};

// Judges everything once and plans; changes nothing.
Result<AssessedCluster> AssessForReport(const AssessFlags& flags, const ImageReading& reading,
                                        const CallContext& context);

// On standard output.
void WriteReport(const report::AssessmentReport& report, OutputFormat output);

}  // namespace narrows::app
