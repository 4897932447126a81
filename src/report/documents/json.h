#pragma once

#include <iosfwd>

#include "report/scan_report.h"

namespace narrows::report::documents {

// The documents that api/schema/scan-report.v1.json and api/schema/assessment-report.v1.json
// describe. Members without a value are left out.
void WriteJson(const ScanReport& report, std::ostream& out);
void WriteJson(const AssessmentReport& report, std::ostream& out);

}  // namespace narrows::report::documents
