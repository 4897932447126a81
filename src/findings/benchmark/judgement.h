#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "findings/benchmark/control_set.h"
#include "findings/benchmark/controls.h"
#include "findings/benchmark/evaluation.h"
#include "inventory/node/node_facts.h"

namespace narrows::findings::benchmark {

// Which checks are judged. Empty sets of groups and checks: all.
struct Selection {
  std::set<std::string> groups;
  std::set<std::string> checks;
  std::set<std::string> skipped;  // groups and checks, which become INFO
  bool scored = true;
  bool unscored = true;
};

struct Counts {
  int pass = 0;
  int fail = 0;
  int warn = 0;
  int info = 0;
  void Add(State state);
  void Add(const Counts& other);
};

struct JudgedCheck {
  Check check;
  CheckResult result;
};

struct JudgedGroup {
  std::string id;
  std::string text;
  Counts counts;
  std::vector<JudgedCheck> checks;
};

struct JudgedTarget {
  std::string version;
  std::string id;
  std::string text;
  std::string type;                  // the target
  std::vector<std::string> missing;  // programs that must run and do not
  Counts counts;
  std::vector<JudgedGroup> groups;
};

// The targets of a set that concern this node: those of the control plane where its programs run,
// etcd where that runs, the worker's and the cluster's always.
Result<std::vector<std::string>> TargetsOf(const ControlSet& set,
                                           const inventory::node::NodeFacts& node);

// Judges one target of a set. kNotFound when the set has no file for it, naming those it has;
// an Error for a file of the wrong type and for what the node will not tell.
Result<JudgedTarget> JudgeTarget(const ControlSet& set, const std::string& target,
                                 const inventory::node::NodeFacts& node, const Selection& selection,
                                 const AuditRunner& run);

}  // namespace narrows::findings::benchmark
