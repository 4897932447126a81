#pragma once

#include <iosfwd>

#include "report/documents/text_table.h"
#include "report/scan_report.h"

namespace narrows::report::documents {

// What a person reads: the target, warnings, findings worst first, what was suppressed, a line of
// totals. The same words with and without a terminal.
void WriteTable(const ScanReport& report, const TextOptions& options, std::ostream& out);

// Workloads with their verdict, the worst violation, the reason and what was done; then a whole
// sentence on each action.
void WriteTable(const AssessmentReport& report, const TextOptions& options, std::ostream& out);

// One sentence about an action: "quarantined until 2026-01-02T03:04:05Z, not effective: …".
std::string DescribeAction(const model::ActionRecord& action);

}  // namespace narrows::report::documents
