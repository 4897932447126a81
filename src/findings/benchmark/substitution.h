#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "findings/benchmark/audit/facts.h"
#include "findings/benchmark/configuration.h"

namespace narrows::findings::benchmark {

// What the variables of a target's control file stand for on this node.
struct Substitutions {
  // "$apiserverbin" → "kube-apiserver". Empty where a program that must run does not.
  std::vector<std::pair<std::string, std::string>> programs;
  std::vector<std::pair<std::string, std::string>> files;  // "$kubeletconf" → its path
  std::vector<std::string> missing;                        // components that must run and do not
};

// Looks for the programs among the node's processes and for the files on its disk. An Error when
// the node will not tell.
Result<Substitutions> FindSubstitutions(const std::vector<Component>& components,
                                        const audit::NodeFacts& node);

// True when every component that must run does, and there is one.
Result<bool> Runs(const std::vector<Component>& components, const audit::NodeFacts& node);

struct Substituted {
  std::string text;
  std::vector<std::string> programs;  // those that occur in the text
};

// A control file with its variables replaced; a value of several words gets single quotes.
Substituted Substitute(std::string_view text, const Substitutions& substitutions);

}  // namespace narrows::findings::benchmark
