#include "findings/benchmark/judgement.h"

#include <algorithm>

#include "base/strings.h"
#include "findings/benchmark/substitution.h"

namespace narrows::findings::benchmark {
namespace {

using inventory::node::NodeFacts;

// Where a test asks for an environment variable and the check has no audit for it, that of the
// target's only program is looked at.
void AddEnvironmentAudit(Check& check, const std::vector<std::string>& programs) {
  const bool asks = std::any_of(check.tests.items.begin(), check.tests.items.end(),
                                [](const TestItem& item) { return !item.env.empty(); });
  if (!asks || !check.audit_env.empty() || check.disable_environment) return;
  const std::string program = programs.size() == 1 ? programs.front() : "";
  check.audit_env =
      "cat \"/proc/$(/bin/ps -C " + program + " -o pid= | tr -d ' ')/environ\" | tr '\\0' '\\n'";
}

bool IsSelected(const Selection& selection, const Group& group, const Check& check) {
  if (!selection.groups.empty() && selection.groups.count(group.id) == 0) return false;
  if (!selection.checks.empty() && selection.checks.count(check.id) == 0) return false;
  return check.scored ? selection.scored : selection.unscored;
}

JudgedGroup& GroupOf(JudgedTarget& target, const Group& group) {
  for (JudgedGroup& judged : target.groups) {
    if (judged.id == group.id) return judged;
  }
  target.groups.push_back({group.id, group.text, {}, {}});
  return target.groups.back();
}

bool Configures(const ControlSet& set, const std::string& target) {
  const auto targets = set.configuration.target_mapping.find(ToLower(set.id));
  if (targets == set.configuration.target_mapping.end()) return set.files.count(target) > 0;
  return std::find(targets->second.begin(), targets->second.end(), target) != targets->second.end();
}

Result<bool> RunsHere(const ControlSet& set, const std::string& target, const NodeFacts& node) {
  const auto components = set.configuration.targets.find(target);
  if (components == set.configuration.targets.end()) return false;
  return Runs(components->second, node);
}

}  // namespace

void Counts::Add(State state) {
  ++(state == State::kPass   ? pass
     : state == State::kFail ? fail
     : state == State::kWarn ? warn
                             : info);
}

void Counts::Add(const Counts& other) {
  pass += other.pass;
  fail += other.fail;
  warn += other.warn;
  info += other.info;
}

Result<std::vector<std::string>> TargetsOf(const ControlSet& set, const NodeFacts& node) {
  std::vector<std::string> targets;
  ASSIGN_OR_RETURN(const bool control_plane, RunsHere(set, "master", node));
  if (control_plane) {
    targets.push_back("master");
    if (Configures(set, "controlplane")) targets.push_back("controlplane");
  }
  ASSIGN_OR_RETURN(const bool etcd, RunsHere(set, "etcd", node));
  if (etcd && Configures(set, "etcd")) targets.push_back("etcd");
  targets.push_back("node");
  for (const char* target : {"policies", "managedservices"}) {
    if (Configures(set, target)) targets.push_back(target);
  }
  return targets;
}

Result<JudgedTarget> JudgeTarget(const ControlSet& set, const std::string& target,
                                 const NodeFacts& node, const Selection& selection,
                                 const AuditRunner& run) {
  const auto file = set.files.find(target);
  if (file == set.files.end()) {
    std::vector<std::string> names;
    for (const auto& known : set.files) names.push_back(known.first);
    return NotFound("the set " + set.id + " has no target '" + Printable(target) +
                    "'; it has: " + Join(names, ", "));
  }
  const auto components = set.configuration.targets.find(target);
  if (components == set.configuration.targets.end())
    return NotFound("config.yaml says nothing of the target '" + Printable(target) + "'");
  ASSIGN_OR_RETURN(const Substitutions substitutions, FindSubstitutions(components->second, node));
  const Substituted substituted = Substitute(file->second, substitutions);
  ASSIGN_OR_RETURN_WITHIN(Controls controls, ParseControls(substituted.text), target + ".yaml");
  if (controls.type != target) {
    return InvalidArgument(target + ".yaml is of the type '" + Printable(controls.type) +
                           "', not '" + target + "'");
  }
  JudgedTarget judged;
  judged.version = controls.version;
  judged.id = controls.id;
  judged.text = controls.text;
  judged.type = controls.type;
  judged.missing = substitutions.missing;
  for (Group& group : controls.groups) {
    const bool skipped = group.type == "skip" || selection.skipped.count(group.id) > 0;
    for (Check& check : group.checks) {
      if (!IsSelected(selection, group, check)) continue;
      if (skipped || selection.skipped.count(check.id) > 0) check.type = "skip";
      AddEnvironmentAudit(check, substituted.programs);
      CheckResult result = Evaluate(check, run);
      JudgedGroup& into = GroupOf(judged, group);
      into.counts.Add(result.state);
      judged.counts.Add(result.state);
      into.checks.push_back({std::move(check), std::move(result)});
    }
  }
  return judged;
}

}  // namespace narrows::findings::benchmark
