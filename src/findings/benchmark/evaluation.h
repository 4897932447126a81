#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "findings/benchmark/controls.h"

namespace narrows::findings::benchmark {

enum class State { kPass, kFail, kWarn, kInfo };
std::string_view ToString(State state);  // "PASS", "FAIL", "WARN", "INFO"

struct AuditOutput {
  std::string text;   // standard output and standard error, as they came
  int exit_code = 0;  // 128 + number after a signal
};

// Runs one audit; an Error when it cannot be understood or was stopped by a limit.
using AuditRunner = std::function<Result<AuditOutput>(const std::string& script)>;

struct CheckResult {
  State state = State::kWarn;
  std::string actual_value;
  std::string expected_result;
  std::string reason;     // why it has its state, where the tests do not say it
  bool evaluated = true;  // false: an audit could not be understood
};

// The state that kube-bench gives: PASS where the tests hold, else FAIL for a scored check and WARN
// for others; an audit that fails makes the check fail. Unlike kube-bench, a check whose audit is
// not understood is WARN with a reason, scored or not.
CheckResult Evaluate(const Check& check, const AuditRunner& run);

}  // namespace narrows::findings::benchmark
