#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "model/severity.h"

namespace narrows::findings::misconfiguration {

// Lists of requirements that checks belong to.
enum class Framework { kCis, kNsa, kPodSecurity, kMitre };
std::string_view ToString(Framework framework);  // "cis", "nsa", "pss", "mitre"
std::optional<Framework> ParseFramework(std::string_view text);

// What a check looks at; others neither pass nor fail it.
enum class CheckTarget { kPodTemplate, kConfigMap, kReachable, kAnyObject };

// One thing that can be wrong. All texts are constants.
struct Check {
  std::string_view id;      // stable; lower-case words joined by '-'
  std::string_view title;   // what is wrong, a clause
  std::string_view risk;    // why that matters, one sentence
  std::string_view remedy;  // what to do, one sentence
  model::Severity severity;
  CheckTarget target;
  std::string_view cis;    // number in the CIS Kubernetes Benchmark 1.10, or empty
  std::string_view nsa;    // section of the NSA/CISA Kubernetes Hardening Guide 1.2, or empty
  std::string_view pss;    // "baseline" or "restricted", or empty
  std::string_view mitre;  // technique of MITRE ATT&CK, or empty

  // What the framework calls the requirement; empty when it has none.
  std::string_view Of(Framework framework) const;
};

// Sorted by identifier.
const std::vector<Check>& AllChecks();

// Null for an unknown identifier.
const Check* FindCheck(std::string_view id);

}  // namespace narrows::findings::misconfiguration
