#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/assessment.h"
#include "model/finding.h"

namespace narrows::findings {

// One line of an ignore file: a vulnerability that was looked at and is accepted, for a time.
struct IgnoreRule {
  std::string id;                    // of the vulnerability, its advisory or an alias; any case
  std::optional<TimePoint> expires;  // from this moment on the rule is void
  std::string reason;
  int line = 0;
};

inline constexpr size_t kMostIgnoreFileBytes = 1 << 20;

// Reads an ignore file, one rule a line, as .trivyignore is written:
//
//   # a comment
//   CVE-2024-1234
//   CVE-2024-5678 exp:2026-03-31  # not reachable, see the ticket
//
// A rule with `exp:` is void from the start of that day (UTC). kInvalidArgument names the line and
// what is wrong with it; kResourceExhausted above kMostIgnoreFileBytes.
Result<std::vector<IgnoreRule>> ParseIgnoreFile(std::string_view text);

struct Ignored {
  std::vector<model::Finding> kept;
  std::vector<model::Suppression> suppressed;  // by "ignore-file"
  std::vector<std::string> statuses;           // rules that would have applied but for their expiry
};

// Sorts findings out by the rules, in their order.
Ignored ApplyIgnoreRules(const std::vector<IgnoreRule>& rules, TimePoint now,
                         std::vector<model::Finding> findings);

}  // namespace narrows::findings
