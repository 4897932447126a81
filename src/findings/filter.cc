#include "findings/filter.h"

#include "base/strings.h"

namespace narrows::findings {

Result<std::set<model::Severity>> ParseSeverities(std::string_view text) {
  std::set<model::Severity> severities;
  for (const std::string_view word : Split(text, ',')) {
    const auto severity = model::ParseSeverity(Trim(word));
    if (!severity) {
      return InvalidArgument("\"" + Printable(Trim(word), 40) +
                             "\" is not a severity: use unknown, none, negligible, low, medium, "
                             "high or critical, separated by commas");
    }
    severities.insert(*severity);
  }
  return severities;
}

Filtered ApplyFilter(const Filter& filter, std::vector<model::Finding> findings) {
  Filtered filtered;
  for (model::Finding& finding : findings) {
    const bool unfixed = finding.kind == model::FindingKind::kVulnerability &&
                         finding.vulnerability.fixed_version.empty();
    const bool hidden = (filter.severities && !filter.severities->contains(finding.severity)) ||
                        (filter.ignore_unfixed && unfixed);
    if (hidden) {
      ++filtered.hidden;
    } else {
      filtered.shown.push_back(std::move(finding));
    }
  }
  return filtered;
}

}  // namespace narrows::findings
