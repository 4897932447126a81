#pragma once

#include <iosfwd>

#include "report/scan_report.h"

namespace narrows::report::documents {

// An SPDX 2.3 document (ISO/IEC 5962) as JSON: the target, its operating system and its packages.
// Each package has its package URL as external reference, its source in sourceInfo as trivy writes
// it, and what SPDX has no member for (path, layer, owner, …) as annotations "KEY: value". Findings
// are external references to their advisories. The same report gives the same bytes.
void WriteSpdxJson(const ScanReport& report, std::ostream& out);

}  // namespace narrows::report::documents
