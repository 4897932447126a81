#pragma once

#include <string>

#include "report/scan_report.h"

namespace narrows::report::documents {

// A UUID (RFC 9562, version 8) from the digest of what makes this report itself: the same report
// has the same one. Without a prefix.
std::string ReportUuid(const ScanReport& report);

}  // namespace narrows::report::documents
