#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/call_context.h"
#include "model/finding.h"
#include "model/image.h"
#include "model/vex_statement.h"

namespace narrows::findings {

// What a scanner found, and what it could not look at: partial failure is data.
struct ScanOutcome {
  std::vector<model::Finding> findings;
  // Why the target as a whole cannot be judged (no package data base, a release no advisory speaks
  // of); empty when it can. Findings may be there all the same.
  std::string unknown_reason;
  std::vector<std::string> statuses;  // what was left out, one sentence each
  model::StatedOfFindings stated;     // what the advisories hold beside them (VEX)
};

// Judges one image: each package by itself, in their order. Stateless and thread-safe.
class Scanner {
 public:
  virtual ~Scanner() = default;
  virtual std::string_view Name() const = 0;
  virtual std::string_view Version() const = 0;
  virtual Result<ScanOutcome> Scan(const model::ImageAnalysis& image,
                                   const CallContext& context) const = 0;
};

}  // namespace narrows::findings
