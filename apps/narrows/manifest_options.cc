#include "manifest_options.h"

#include <CLI/CLI.hpp>
#include <map>

#include "command_options.h"

namespace narrows::app {

void AddManifestOptions(CLI::App& command, ManifestFlags& flags) {
  command.add_option("target", flags.target, "YAML or JSON; - is standard input")
      ->required()
      ->type_name("FILE|DIR|-");
  static const std::map<std::string, OutputFormat> kFormats = {{"table", OutputFormat::kTable},
                                                               {"json", OutputFormat::kJson},
                                                               {"sarif", OutputFormat::kSarif}};
  command.add_option("-o,--output", flags.output, "Output format: table|json|sarif")
      ->transform(CLI::CheckedTransformer(kFormats, CLI::ignore_case).description(""))
      ->type_name("FORMAT");
  command.add_option("--framework", flags.framework, "Only checks of cis, nsa, pss or mitre")
      ->type_name("NAME");
  command
      .add_option("--compliance-threshold", flags.compliance_threshold,
                  "Exit with 2 when compliance is below this percentage")
      ->check(CLI::Range(0.0, 100.0))
      ->type_name("PERCENT");
  AddRepeated(command, "--severity", flags.severities, "Severities to show, comma-separated")
      ->delimiter(',')
      ->type_name("LIST");
  command
      .add_option("--fail-on", flags.fail_on,
                  "Exit with 2 when a finding has this severity or a higher one")
      ->type_name("SEVERITY");
  command
      .add_option("--ignore-file", flags.ignore_file,
                  "Exceptions; default: .narrowsignore where it exists")
      ->type_name("FILE");
  command
      .add_option("--kubernetes-minor", flags.kubernetes_minor, "Judge as Kubernetes 1.MINOR does")
      ->check(CLI::Range(25, 99))
      ->type_name("MINOR")
      ->capture_default_str();
}

}  // namespace narrows::app
