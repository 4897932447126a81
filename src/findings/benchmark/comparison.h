#pragma once

#include <string>
#include <string_view>

#include "findings/benchmark/controls.h"

namespace narrows::findings::benchmark {

struct ComparisonOutcome {
  bool holds = false;
  std::string expected;  // "'--profiling' is equal to 'false'"; empty for an unknown operator
};

// Compares what was found with what a test asks for, by kube-bench's rules: "eq" ignores the case
// of a found boolean; "bitmask" holds when no bit of the found octal mode is outside the given one;
// "valid_elements" when each of the found list, split at commas, is in the given one. `name` is the
// flag's, for the text.
ComparisonOutcome Compare(const Comparison& comparison, std::string_view found,
                          std::string_view name);

}  // namespace narrows::findings::benchmark
