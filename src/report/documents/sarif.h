#pragma once

#include <iosfwd>

#include "report/scan_report.h"

namespace narrows::report::documents {

// SARIF 2.1.0 (OASIS Standard, 2020): one run; a rule for each vulnerability, a result for each
// finding, suppressed ones with their suppression. The location is the package data base inside the
// target; `partialFingerprints` holds the finding's identity, so that a result keeps its history.
void WriteSarif(const ScanReport& report, std::ostream& out);

}  // namespace narrows::report::documents
