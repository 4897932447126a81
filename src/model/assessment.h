#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/finding.h"
#include "model/vex_statement.h"
#include "model/workload.h"

namespace narrows::model {

// Over several parts violated > unknown > passed.
enum class Verdict { kPassed, kUnknown, kViolated };
std::string_view ToString(Verdict verdict);  // "passed", "unknown", "violated"
constexpr Verdict Worst(Verdict a, Verdict b) { return a > b ? a : b; }

// A finding that breaks a baseline, and which rule it breaks.
struct Violation {
  // Shared with the scan and with every other workload that runs the image; never null.
  std::shared_ptr<const Finding> finding;
  std::string rule;    // "severity", "kev", "epss"
  std::string reason;  // "High exceeds the accepted Medium"
};

// A finding that would have violated but for an exception. Kept with its reason.
struct Suppression {
  std::shared_ptr<const Finding> finding;  // as a Violation's
  std::string by;                          // "exception", "onlyFixed", "ignore-file", "vex"
  std::string reason;
  // By "vex": the statement, of which `reason` is the text. Shared with whoever else it suppresses;
  // null where only the text was kept.
  std::shared_ptr<const VexStatement> statement = nullptr;
};

struct ContainerAssessment {
  std::string container;
  std::string image;         // as the pod's spec writes it
  std::string image_digest;  // of the manifest that was judged; empty when unknown
  Verdict verdict = Verdict::kUnknown;
  std::string unknown_reason;  // set when the verdict is unknown
  std::vector<Violation> violations;
  std::vector<Suppression> suppressions;
  int findings = 0;  // all, before baselines
};

// One workload under one policy.
struct Assessment {
  WorkloadRef workload;
  std::string policy;
  Verdict verdict = Verdict::kUnknown;
  std::vector<ContainerAssessment>
      containers;  // one per distinct (name, image, digest) over the workload's pods
  TimePoint time;
};

}  // namespace narrows::model
