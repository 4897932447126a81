// `narrows bench`: this node and the cluster by control files.
#include <algorithm>
#include <filesystem>
#include <iostream>

#include "base/strings.h"
#include "bench_cluster.h"
#include "cluster_parts.h"
#include "commands.h"
#include "findings/benchmark/audit/interpreter.h"
#include "findings/benchmark/control_set.h"
#include "findings/benchmark/judgement.h"
#include "findings/benchmark/substitution.h"
#include "inventory/node/live_node.h"
#include "parts.h"
#include "report/benchmark/documents.h"

namespace narrows::app {
namespace {

using namespace findings::benchmark;  // NOLINT(google-build-using-namespace): its only user here
using inventory::node::NodeFacts;
using report::benchmark::BenchmarkReport;

struct Choice {
  std::string set;
  std::string detected_version = "none";
};

// "v1.28.4" → "1.28"
std::string MinorVersion(std::string_view version) {
  const auto parts = Split(version.substr(version.substr(0, 1) == "v" ? 1 : 0), '.');
  return parts.size() < 2 ? std::string(version)
                          : std::string(parts[0]) + "." + std::string(parts[1]);
}

Result<Choice> ChooseSet(const BenchFlags& flags, const BenchCluster& cluster) {
  if (!flags.benchmark.empty()) return Choice{flags.benchmark};
  ASSIGN_OR_RETURN(const Configuration configuration, LoadConfiguration(flags.controls));
  if (!flags.version.empty()) {
    ASSIGN_OR_RETURN(std::string set, SetForVersion(configuration, flags.version));
    return Choice{std::move(set)};
  }
  Result<std::string> version = cluster.KubernetesVersion();
  if (!version.has_value()) {
    return FailedPrecondition("the Kubernetes version is not known (" + version.error().message +
                              "); give --benchmark or --version");
  }
  const std::string distribution = SetForDistribution(*version);
  if (!distribution.empty()) return Choice{distribution, distribution};
  const std::string minor = MinorVersion(*version);
  ASSIGN_OR_RETURN(std::string set, SetForVersion(configuration, minor));
  return Choice{std::move(set), minor};
}

Result<std::unique_ptr<NodeFacts>> OpenNode(const std::string& root) {
  inventory::node::LiveNodeOptions options;
  std::error_code ignored;
  if (!root.empty()) {
    options.root = root;
  } else if (std::filesystem::exists("/host/etc", ignored)) {
    options.root = "/host";
  }
  return inventory::node::MakeLiveNode(options);
}

std::set<std::string> AsSet(const std::vector<std::string>& ids) {
  std::set<std::string> set;
  for (const std::string& id : ids) set.emplace(Trim(id));
  return set;
}

// "worker" is another word for "node".
Result<std::vector<std::string>> Targets(const BenchFlags& flags, const ControlSet& set,
                                         const NodeFacts& node) {
  if (flags.targets.empty()) return TargetsOf(set, node);
  std::vector<std::string> targets;
  for (const std::string& target : flags.targets) {
    const std::string name = ToLower(Trim(target));
    targets.push_back(name == "worker" ? "node" : name);
  }
  return targets;
}

Result<BenchmarkReport> Judge(const BenchFlags& flags, const CallContext& context) {
  const BenchCluster cluster(flags.cluster, context);
  ASSIGN_OR_RETURN(const Choice choice, ChooseSet(flags, cluster));
  ASSIGN_OR_RETURN(const ControlSet set, LoadControlSet(flags.controls, choice.set));
  ASSIGN_OR_RETURN(const auto node, OpenNode(flags.root));
  ASSIGN_OR_RETURN(const auto targets, Targets(flags, set, *node));
  Selection selection{AsSet(flags.groups), AsSet(flags.checks), AsSet(flags.skipped), flags.scored,
                      flags.unscored};
  audit::Interpreter interpreter(*node, &cluster);
  const AuditRunner run = [&](const std::string& script) -> Result<AuditOutput> {
    ASSIGN_OR_RETURN(audit::Outcome outcome, interpreter.Run(script, context));
    return AuditOutput{std::move(outcome.output), outcome.exit_code};
  };
  BenchmarkReport report;
  report.set = choice.set;
  report.detected_version = choice.detected_version;
  for (const std::string& target : targets) {
    ASSIGN_OR_RETURN(JudgedTarget judged, JudgeTarget(set, target, *node, selection, run));
    RETURN_IF_ERROR(context.Check());
    report.targets.push_back(std::move(judged));
  }
  std::stable_sort(report.targets.begin(), report.targets.end(),
                   [](const JudgedTarget& a, const JudgedTarget& b) {
                     return ParseInt(a.id).value_or(0) < ParseInt(b.id).value_or(0);
                   });
  return report;
}

void Print(const BenchFlags& flags, const BenchmarkReport& report) {
  if (flags.output == "json") {
    report::benchmark::WriteJson(report, std::cout);
  } else if (flags.output == "kube-bench") {
    report::benchmark::WriteKubeBench(report, std::cout);
  } else if (flags.output == "junit") {
    report::benchmark::WriteJunit(report, std::cout);
  } else if (flags.output == "sarif") {
    report::benchmark::WriteSarif(report, kVersion, std::cout);
  } else {
    report::benchmark::WriteTable(report, !flags.no_remediations, StandardOutput(), std::cout);
  }
}

void ExplainAudit(const char* name, const std::string& audit) {
  if (Trim(audit).empty()) return;
  std::cout << name << ":\n";
  const Result<std::string> text = audit::Explain(Trim(audit));
  for (const std::string_view line :
       Split(Trim(text.has_value() ? *text : text.error().message), '\n'))
    std::cout << "  " << report::documents::OneLine(line) << '\n';
}

Status Explain(const BenchFlags& flags, const CallContext& context) {
  const BenchCluster cluster(flags.cluster, context);
  ASSIGN_OR_RETURN(const Choice choice, ChooseSet(flags, cluster));
  ASSIGN_OR_RETURN(const ControlSet set, LoadControlSet(flags.controls, choice.set));
  ASSIGN_OR_RETURN(const auto node, OpenNode(flags.root));
  for (const auto& [target, text] : set.files) {
    const auto components = set.configuration.targets.find(target);
    if (components == set.configuration.targets.end()) continue;
    ASSIGN_OR_RETURN(const Substitutions substitutions,
                     FindSubstitutions(components->second, *node));
    ASSIGN_OR_RETURN_WITHIN(const Controls controls,
                            ParseControls(Substitute(text, substitutions).text), target + ".yaml");
    for (const Group& group : controls.groups) {
      for (const Check& check : group.checks) {
        if (check.id != flags.explain) continue;
        std::cout << check.id << " " << report::documents::OneLine(check.text) << "\n";
        ExplainAudit("audit", check.audit);
        ExplainAudit("audit_config", check.audit_config);
        ExplainAudit("audit_env", check.audit_env);
        return Ok();
      }
    }
  }
  return NotFound("the set " + choice.set + " has no check " + Printable(flags.explain));
}

int Run(const BenchFlags& flags, const CallContext& context) {
  if (!flags.explain.empty()) {
    const Status explained = Explain(flags, context);
    return explained.has_value() ? kDone : Fail(explained.error());
  }
  const Result<BenchmarkReport> report = Judge(flags, context);
  if (!report.has_value()) return Fail(report.error());
  Print(flags, *report);
  const Counts total = report::benchmark::Total(*report);
  const bool violated =
      (!flags.fail_on.empty() && total.fail > 0) || (flags.fail_on == "warn" && total.warn > 0);
  return violated ? kViolated : kDone;
}

}  // namespace

int RunBench(const BenchFlags& flags) {
  if (!flags.groups.empty() && !flags.checks.empty())
    return Fail(InvalidArgument("--group and --check cannot be given together"));
  return RunUntilSignal(flags.timeout,
                        [&](const CallContext& context) { return Run(flags, context); });
}

}  // namespace narrows::app
