#pragma once

#include <string_view>

#include "base/result.h"

namespace narrows::advisories {

enum class CvssVersion { k2, k30, k31, k40 };

struct CvssScore {
  CvssVersion version = CvssVersion::k2;
  double score = 0;  // 0 to 10, one decimal
};

// The score of a vector string by FIRST's specifications:
//   2.0  "A Complete Guide to the Common Vulnerability Scoring System", section 3.2.1: base score
//   3.x  "CVSS v3.0/v3.1 Specification Document", section 7.1 (3.0: 8.1): base score
//   4.0  "CVSS v4.0 Specification Document", section 8: the score of all metrics given
// Temporal and environmental metrics of 2.0 and 3.x must be well-formed and do not change the base
// score. kInvalidArgument for a vector that is none: unknown, repeated or missing metrics. The
// order of metrics is not looked at.
Result<CvssScore> ScoreCvss(std::string_view vector);

}  // namespace narrows::advisories
