#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/assessment.h"
#include "model/finding.h"

namespace narrows::findings {

// One line of an ignore file: what was looked at and is accepted, for a time.
struct IgnoreRule {
  std::string id;        // of the vulnerability, its advisory or an alias, or a check; any case
  std::string workload;  // NAMESPACE/KIND/NAME, "*" for any of them; empty: everywhere
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
//   host-network in:kube-system/DaemonSet/* exp:2026-03-31  # it is the network plug-in
//
// A rule with `in:` is of misconfigurations only.
// A rule with `exp:` is void from the start of that day (UTC). kInvalidArgument names the line and
// what is wrong with it; kResourceExhausted above kMostIgnoreFileBytes.
Result<std::vector<IgnoreRule>> ParseIgnoreFile(std::string_view text);

// Whether the rule, its expiry aside, speaks of the check in the workload (NAMESPACE/KIND/NAME).
bool IgnoresMisconfiguration(const IgnoreRule& rule, std::string_view check,
                             std::string_view workload);

struct Ignored {
  std::vector<model::Finding> kept;
  std::vector<model::Suppression> suppressed;  // by "ignore-file"
  std::vector<std::string> statuses;           // rules that would have applied but for their expiry
};

// Sorts findings out by the rules, in their order.
Ignored ApplyIgnoreRules(const std::vector<IgnoreRule>& rules, TimePoint now,
                         std::vector<model::Finding> findings);

}  // namespace narrows::findings
