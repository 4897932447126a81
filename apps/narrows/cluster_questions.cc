#include "cluster_questions.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "command_options.h"
#include "exposure_command.h"
#include "rbac_command.h"

namespace narrows::app {
namespace {

void AddWhoCan(CLI::App& rbac, const std::shared_ptr<RbacFlags>& flags, std::function<int()>& run) {
  CLI::App* who_can = rbac.add_subcommand("who-can", "Who may do something, and by what binding");
  who_can->footer(
      "Examples: narrows rbac who-can create pods -n shop\n"
      "          narrows rbac who-can create pods/exec\n"
      "          narrows rbac who-can get /metrics");
  who_can->add_option("verb", flags->verb, "get, list, create, … or *")
      ->required()
      ->type_name("VERB");
  who_can
      ->add_option("resource", flags->resource,
                   "Type as kubectl writes it, or a path of the API server")
      ->required()
      ->type_name("TYPE[.GROUP][/SUBRESOURCE]|/PATH");
  who_can->add_option("name", flags->name, "One object; default: any")->type_name("NAME");
  who_can->add_option("--subresource", flags->subresource, "Such as exec, log or status")
      ->type_name("NAME");
  CLI::Option* name_space = who_can->add_option("-n,--namespace", flags->name_space,
                                                "Where; default: the context's namespace");
  name_space->type_name("NAME");
  who_can
      ->add_flag("-A,--all-namespaces", flags->all_namespaces,
                 "In the whole cluster, and in each namespace")
      ->excludes(name_space);
  who_can->callback([flags, &run] { run = [flags] { return RunRbacWhoCan(*flags); }; });
}

void AddExposure(CLI::App& app, std::function<int()>& run) {
  const auto flags = std::make_shared<ExposureFlags>();
  CLI::App* exposure = app.add_subcommand(
      "exposure", "What reaches workloads from outside, and what NetworkPolicies leave open");
  exposure->footer(
      "Examples: narrows exposure -n shop\n"
      "          narrows exposure shop/Deployment/web");
  exposure->add_option("workload", flags->workload, "Only this workload, in detail")
      ->type_name("NAMESPACE/KIND/NAME");
  exposure->add_option("-n,--namespace", flags->name_space, "Only this namespace")
      ->type_name("NAME");
  AddCluster(*exposure, flags->cluster);
  AddOutput(*exposure, flags->output, {"table", "json"});
  exposure->callback([flags, &run] { run = [flags] { return RunExposure(*flags); }; });
}

}  // namespace

void AddClusterQuestions(CLI::App& app, std::function<int()>& run) {
  AddExposure(app, run);
  const auto flags = std::make_shared<RbacFlags>();
  CLI::App* rbac = app.add_subcommand("rbac", "Who may do what, and who can become administrator");
  rbac->require_subcommand(1);
  AddWhoCan(*rbac, flags, run);
  CLI::App* paths = rbac->add_subcommand(
      "paths", "The shortest way from a subject to every right, and what its rights open");
  paths->footer(
      "Examples: narrows rbac paths sa:shop/web\n"
      "          narrows rbac paths shop/Deployment/web");
  paths->add_option("subject", flags->subject, "Subject, or a workload")
      ->required()
      ->type_name("user:NAME|group:NAME|sa:NAMESPACE/NAME|NAMESPACE/KIND/NAME");
  paths->callback([flags, &run] { run = [flags] { return RunRbacPaths(*flags); }; });
  CLI::App* findings = rbac->add_subcommand("findings", "What is wrong with the cluster's rights");
  findings->footer("Example: narrows rbac findings --fail-on Critical");
  findings
      ->add_option("--fail-on", flags->fail_on,
                   "Exit with 2 when a finding has this severity or a higher one")
      ->type_name("SEVERITY");
  findings->callback([flags, &run] { run = [flags] { return RunRbacFindings(*flags); }; });
  for (CLI::App* command : rbac->get_subcommands({})) {
    AddCluster(*command, flags->cluster);
    AddOutput(*command, flags->output, {"table", "json"});
  }
}

}  // namespace narrows::app
