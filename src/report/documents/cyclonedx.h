#pragma once

#include <iosfwd>

#include "report/scan_report.h"

namespace narrows::report::documents {

// CycloneDX 1.6 (ECMA-424) in JSON: the packages of the target as components; the findings and the
// suppressed findings as vulnerabilities where a data base was read (`report.database`), so that a
// report without one is the plain bill of materials.
//
// A suppressed finding carries an `analysis`: it is accepted, not refuted, hence state
// "exploitable" with the response "will_not_fix" ("can_not_fix" where there is no fix), and says by
// what and why. What CycloneDX has no member for stands in properties "narrows:…". The serial
// number is derived from the content and the time of creation: the same report gives the same
// bytes.
void WriteCycloneDx(const ScanReport& report, std::ostream& out);

}  // namespace narrows::report::documents
