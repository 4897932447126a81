#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ecosystems/runtimes/byte_pattern.h"

namespace narrows::ecosystems::runtimes {

// A line of data/runtimes.tsv, whose head says what its parts are. Views into the table's text.
struct Runtime {
  std::string_view name;
  std::string_view ecosystem;  // whose advisories speak of it; "generic" where nobody's do
  std::string_view judged_as;  // its name there
  std::vector<std::string_view> programs;  // ends of paths, with "*"
  std::vector<std::string_view> texts;
  BytePattern pattern;
};

// The table that is compiled in.
std::string_view RuntimeTableText();

// kInvalidArgument with the line of the mistake. `text` must outlive the result.
Result<std::vector<Runtime>> ParseRuntimeTable(std::string_view text);

// Whether a path ends as `end` says, from the beginning of a name on. `name` is then what the first
// "*" stands for, as far as it is numbers with dots between them.
bool EndsAs(std::string_view path, std::string_view end, std::string_view& name);

}  // namespace narrows::ecosystems::runtimes
