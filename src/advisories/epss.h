#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/finding.h"

namespace narrows::advisories {

struct EpssRow {
  uint64_t cve = 0;         // PackCveId
  uint32_t score = 0;       // in 1/100000
  uint32_t percentile = 0;  // in 1/100000
  friend bool operator==(const EpssRow&, const EpssRow&) = default;
};

// A row's numbers as the shares they stand for.
model::Epss ScoreOf(const EpssRow& row);

// FIRST's Exploit Prediction Scoring System: one row a CVE.
struct EpssTable {
  std::string model_version;  // as written; may be empty
  std::string score_date;
  std::vector<EpssRow> rows;  // sorted by CVE, none twice
};

// Reads the unpacked CSV of https://www.first.org/epss/data_stats: a comment line with model
// version and date (optional), the header "cve,epss,percentile", a row a line. kInvalidArgument,
// with the number of the line, for anything else.
Result<EpssTable> ParseEpss(std::string_view csv);

}  // namespace narrows::advisories
