#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace narrows::findings::benchmark {

// What a test item compares what it found with. An operator nobody knows never holds.
struct Comparison {
  std::string op;  // eq noteq gt gte lt lte has nothave regex bitmask valid_elements; or empty
  std::string value;
};

// One thing looked for in an audit's output. The one that names a flag is looked up in the output
// of `audit`, a path in that of `audit_config`, an environment variable in that of `audit_env`.
struct TestItem {
  std::string flag;
  std::string env;
  std::string path;  // JSONPath
  bool set = true;   // it must be there; false: it must not
  Comparison compare;
};

struct Tests {
  std::string bin_op;  // "and", "or"; empty: and
  std::vector<TestItem> items;
};

struct Check {
  std::string id;
  std::string text;
  std::string audit;
  std::string audit_env;
  std::string audit_config;
  std::string type;  // "manual", "skip" or empty
  bool has_tests = false;
  Tests tests;
  std::string remediation;
  bool scored = false;
  bool use_multiple_values = false;
  bool disable_environment = false;  // no audit_env is made up for it
  int line = 0;                      // of the file
};

struct Group {
  std::string id;
  std::string type;  // "skip" or empty
  std::string text;
  std::vector<Check> checks;
};

// One control file: the format is documented in kube-bench's docs/controls.md.
struct Controls {
  std::string version;  // of the benchmark: "cis-1.10"
  std::string id;
  std::string text;
  std::string type;  // the target: "master", "node", …
  std::vector<Group> groups;
};

// Reads one control file, whose variables have been replaced (substitution.h). Members nobody knows
// are ignored. kInvalidArgument with the line for malformed YAML, a member of the wrong type, or a
// check without an id.
Result<Controls> ParseControls(std::string_view yaml);

}  // namespace narrows::findings::benchmark
