#pragma once

#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/finding.h"

namespace narrows::findings {

// What of the findings is shown; nothing of this changes a verdict.
struct Filter {
  std::optional<std::set<model::Severity>> severities;  // none: all
  bool ignore_unfixed = false;  // leaves out vulnerabilities without a fixed version
};

// "high,Critical": kInvalidArgument names the word that is no severity and lists those that are.
Result<std::set<model::Severity>> ParseSeverities(std::string_view text);

struct Filtered {
  std::vector<model::Finding> shown;
  size_t hidden = 0;
};
Filtered ApplyFilter(const Filter& filter, std::vector<model::Finding> findings);

}  // namespace narrows::findings
