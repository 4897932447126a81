// With command_line.cc and cluster_questions.cc what knows CLI11.
#include "command_options.h"

#include <CLI/CLI.hpp>
#include <map>
#include <utility>

#include "base/clock.h"
#include "base/result.h"

namespace narrows::app {

void AddOutput(CLI::App& command, OutputFormat& output, const std::vector<std::string>& allowed) {
  static const std::map<std::string, OutputFormat> kAll = {{"table", OutputFormat::kTable},
                                                           {"json", OutputFormat::kJson},
                                                           {"sarif", OutputFormat::kSarif},
                                                           {"cyclonedx", OutputFormat::kCycloneDx},
                                                           {"spdx-json", OutputFormat::kSpdxJson}};
  std::map<std::string, OutputFormat> choices;
  std::string names;
  for (const std::string& name : allowed) {
    choices[name] = kAll.at(name);
    names += (names.empty() ? "" : "|") + name;
  }
  command.add_option("-o,--output", output, "Output format: " + names)
      ->transform(CLI::CheckedTransformer(choices, CLI::ignore_case).description(""))
      ->type_name("FORMAT");
}

void AddSeconds(CLI::App& command, const std::string& name, std::chrono::seconds& target,
                const std::string& help) {
  command
      .add_option_function<std::string>(
          name,
          [&target, name](const std::string& text) {
            const Result<Duration> duration = ParseDuration(text);
            if (!duration.has_value() || duration->count() <= 0)
              throw CLI::ValidationError(name,
                                         "\"" + text + "\" is not a duration such as 90s or 5m");
            target = std::chrono::ceil<std::chrono::seconds>(*duration);
          },
          help)
      ->type_name("DURATION");
}

CLI::Option* AddRepeated(CLI::App& command, const std::string& name,
                         std::vector<std::string>& values, const std::string& help) {
  return command.add_option(name, values, help)->allow_extra_args(false);
}

void AddCluster(CLI::App& command, ClusterFlags& flags) {
  command
      .add_option("--kubeconfig", flags.kubeconfig,
                  "Kubeconfig file; default: KUBECONFIG, ~/.kube/config, "
                  "the pod's service account")
      ->type_name("FILE");
  command.add_option("--context", flags.context, "Context of the kubeconfig")->type_name("NAME");
}

void AddBench(CLI::App& app, BenchFlags& f, std::function<int()>& run) {
  CLI::App* bench = app.add_subcommand(
      "bench", "Check this node and the cluster by control files of a CIS benchmark");
  bench->footer("Example: narrows bench --controls /opt/kube-bench/cfg --benchmark cis-1.10");
  bench
      ->add_option("-D,--controls", f.controls, "Folder of control files, such as kube-bench's cfg")
      ->required()
      ->type_name("DIR");
  CLI::Option* set = bench->add_option("--benchmark", f.benchmark, "Set of controls: cis-1.10");
  bench->add_option("--version", f.version, "Kubernetes version; default: the cluster's")
      ->excludes(set)
      ->type_name("VERSION");
  const std::pair<const char*, std::vector<std::string>*> lists[] = {{"-s,--targets", &f.targets},
                                                                     {"-c,--check", &f.checks},
                                                                     {"-g,--group", &f.groups},
                                                                     {"--skip", &f.skipped}};
  for (const auto& [name, values] : lists) {
    const std::string what = name == lists[0].first   ? "Targets; default: those of this node"
                             : name == lists[1].first ? "Only these checks"
                             : name == lists[2].first ? "Only these groups"
                                                      : "Groups and checks that become INFO";
    AddRepeated(*bench, name, *values, what)->delimiter(',')->type_name("LIST");
  }
  bench->add_option("--scored", f.scored, "Judge the scored checks")->capture_default_str();
  bench->add_option("--unscored", f.unscored, "Judge the others")->capture_default_str();
  bench->add_flag("--noremediations", f.no_remediations, "Do not print what to do");
  bench->add_option("--root", f.root, "The node's root; default: /host where there is one, else /")
      ->type_name("DIR");
  bench->add_option("--explain", f.explain, "Print how a check's audits are understood")
      ->type_name("ID");
  bench->add_option("-o,--output", f.output, "Output format: table|json|kube-bench|junit|sarif")
      ->check(CLI::IsMember({"table", "json", "kube-bench", "junit", "sarif"}).description(""))
      ->type_name("FORMAT");
  bench->add_option("--fail-on", f.fail_on, "Exit with 2 when a check is FAIL, or WARN or FAIL")
      ->check(CLI::IsMember({"fail", "warn"}).description(""))
      ->type_name("fail|warn");
  AddSeconds(*bench, "--timeout", f.timeout, "Most time to take (default 5m)");
  AddCluster(*bench, f.cluster);
  bench->callback([&] { run = [&] { return RunBench(f); }; });
}

}  // namespace narrows::app
