#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "findings/misconfiguration/compliance.h"
#include "report/documents/text_table.h"

namespace narrows::report::documents {

// One misconfiguration of one object in a file.
struct PlacedMisconfiguration {
  const findings::misconfiguration::Check* check = nullptr;
  std::string file;
  int line = 1;
  std::string object;  // "namespace/Kind/name"
  std::string field;
  std::string value;
  std::string patch;
  std::string suppressed_by;  // the exception, with its reason; empty: none
};

struct MisconfigurationReport {
  std::string tool_version;
  TimePoint created;
  std::string target;
  size_t objects = 0;
  std::vector<PlacedMisconfiguration> findings;  // in the order of files and lines
  size_t hidden = 0;                             // left out by --severity
  std::optional<findings::misconfiguration::Framework> framework;
  std::vector<findings::misconfiguration::CheckScore> scores;
  double compliance = 100;
  std::vector<std::string> warnings;
};

void WriteTable(const MisconfigurationReport& report, const TextOptions& options,
                std::ostream& out);
void WriteJson(const MisconfigurationReport& report, std::ostream& out);
// SARIF 2.1.0 with files and lines.
void WriteSarif(const MisconfigurationReport& report, std::ostream& out);

}  // namespace narrows::report::documents
