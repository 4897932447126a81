// With command_options.cc and manifest_options.cc what knows CLI11.
#include "command_line.h"

#include <CLI/CLI.hpp>
#include <iostream>

#include "base/clock.h"
#include "base/log.h"
#include "base/strings.h"
#include "cluster_questions.h"
#include "command_options.h"
#include "commands.h"
#include "manifest_options.h"
#include "parts.h"
#include "report/terminal/terminal.h"

namespace narrows::app {
namespace {

struct LogFlags {
  bool verbose = false;
  bool quiet = false;
  bool json = false;
  bool service = false;  // not a flag: the command stays
};

// A service tells what it does, and where nobody sits before it, to a collector of logs.
void ApplyLogFlags(const LogFlags& flags) {
  const LogLevel level = flags.verbose   ? LogLevel::kDebug
                         : flags.quiet   ? LogLevel::kError
                         : flags.service ? LogLevel::kInfo
                                         : LogLevel::kWarning;
  const bool json = flags.json || (flags.service && !report::terminal::IsTerminal(2));
  ConfigureLogging(level, json ? LogFormat::kJson : LogFormat::kConsole);
}

void AddRegistry(CLI::App& command, RegistryFlags& flags) {
  AddRepeated(command, "--insecure-registry", flags.insecure,
              "Registry whose certificate is not verified")
      ->type_name("HOST");
  AddRepeated(command, "--plain-http", flags.plain_http, "Registry spoken to without TLS")
      ->type_name("HOST");
  AddRepeated(command, "--registry-ca", flags.ca, "Certificate authorities of a registry")
      ->type_name("HOST=FILE");
  AddRepeated(command, "--registry-mirror", flags.mirrors, "Mirror asked before a registry")
      ->type_name("HOST=URL");
  CLI::Option* config =
      command
          .add_option("--image-credential-provider-config", flags.provider_config,
                      "The kubelet's CredentialProviderConfig, for registries of clouds")
          ->type_name("FILE|DIR");
  CLI::Option* folder = command
                            .add_option("--image-credential-provider-bin-dir",
                                        flags.provider_bin_dir, "Folder of its plug-ins")
                            ->type_name("DIR");
  config->needs(folder);
  folder->needs(config);
}

void AddDatabase(CLI::App& command, std::string& database) {
  command
      .add_option("--db", database, "Advisory database; default: narrows.db in the user's cache")
      ->type_name("FILE");
}

// A command that judges by the database may ask for recent data.
void AddDatabase(CLI::App& command, DatabaseFlags& flags) {
  AddDatabase(command, flags.path);
  AddSeconds(command, "--max-age", flags.max_age, "Fail when the newest advisory is older");
}

// As a number of bytes, or with a unit of 1000 or 1024: "500MB", "2GiB".
void AddMaxImageSize(CLI::App& command, uint64_t& bytes) {
  command
      .add_option("--max-image-size", bytes,
                  "Most to unpack of an image; the layers above are left out, and the result is "
                  "partial")
      ->transform(CLI::AsSizeValue(false).description(""))
      ->check(CLI::PositiveNumber.description(""))
      ->type_name("SIZE");
}

void AddImageTarget(CLI::App& command, TargetFlags& flags) {
  command.add_option("image", flags.target, "Reference, docker-save archive or OCI layout")
      ->required()
      ->type_name("REF|ARCHIVE|LAYOUT");
  command
      .add_option("--platform", flags.platform,
                  "Platform of a multi-platform image; default: this machine's")
      ->type_name("OS/ARCH[/VARIANT]");
  AddSeconds(command, "--timeout", flags.timeout, "Most time to take (default 5m)");
  AddMaxImageSize(command, flags.max_image_bytes);
  AddRegistry(command, flags.registry);
}

void AddDirectoryTarget(CLI::App& command, TargetFlags& flags) {
  flags.directory = true;
  command.add_option("dir", flags.target, "Folder that holds a root file system")
      ->required()
      ->type_name("DIR");
  AddRepeated(command, "--skip-dirs", flags.skip_dirs, "Folders below DIR that are left out")
      ->delimiter(',')
      ->type_name("PATH");
  AddSeconds(command, "--timeout", flags.timeout, "Most time to take (default 5m)");
}

void AddScanOptions(CLI::App& command, ScanFlags& flags) {
  AddDatabase(command, flags.database);
  AddOutput(command, flags.output, {"table", "json", "sarif", "cyclonedx", "spdx-json"});
  AddRepeated(command, "--severity", flags.severities, "Severities to show, comma-separated")
      ->delimiter(',')
      ->type_name("LIST");
  command.add_flag("--ignore-unfixed", flags.ignore_unfixed,
                   "Leave out findings without a fixed version");
  AddRepeated(command, "--vex", flags.vex,
              "OpenVEX, CSAF or CycloneDX document of what is fixed or not affected; \"oci\": what "
              "is attached to the image")
      ->type_name("FILE|oci");
  command
      .add_option("--ignore-file", flags.ignore_file,
                  "Findings to suppress; default: .narrowsignore where it exists")
      ->type_name("FILE");
  command
      .add_option("--policy", flags.policy_file,
                  "InspectionPolicy whose baselines and exceptions judge the target")
      ->type_name("FILE");
  command
      .add_option("--fail-on", flags.fail_on,
                  "Exit with 2 when a finding has this severity or a higher one")
      ->type_name("SEVERITY");
}

CompletionNode Describe(const CLI::App& command) {
  CompletionNode node{command.get_name(), {}, {}};
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) node.options.push_back("--" + name);
  }
  for (const CLI::App* child : command.get_subcommands({}))
    node.children.push_back(Describe(*child));
  return node;
}

// The flags of every command; lives as long as the parser that fills it.
struct AllFlags {
  LogFlags log;
  ManifestFlags scan_manifest;
  ScanFlags scan_image, scan_fs, scan_sbom;
  SbomFlags sbom_image, sbom_fs;
  AssessFlags assess;
  ServeFlags serve;
  PolicyFlags policy;
  QuarantineFlags quarantine;
  DbBuildFlags db_build;
  DbInfoFlags db_info;
  DbUpdateFlags db_update;
  DbPublishFlags db_publish;
  DbPushFlags db_push;
  std::string rolled_back;  // database
  DbDiffFlags db_diff;
  WhyFlags why;
  WatchFlags watch;
  VexCreateFlags vex_create;
  VexFileFlags vex_show, vex_validate;
  BenchFlags bench;
  std::string ecosystem, shell;
  bool version_json = false;
};

using Run = std::function<int()>;

void AddScanCommands(CLI::App& app, AllFlags& flags, Run& run) {
  CLI::App* scan = app.add_subcommand(
      "scan", "Find known vulnerabilities in an image, a file system or a bill of materials");
  scan->require_subcommand(1);
  CLI::App* image = scan->add_subcommand("image", "Scan a container image");
  image->footer("Example: narrows scan image --severity High,Critical debian:12");
  AddImageTarget(*image, flags.scan_image.target);
  AddScanOptions(*image, flags.scan_image);
  AddRepeated(*image, "--sbom-sources", flags.scan_image.sbom_sources,
              "Also judge what only bills of materials attached to the image name: oci")
      ->check(CLI::IsMember({"oci"}))
      ->type_name("SOURCE");
  image->callback([&] { run = [&] { return RunScan(flags.scan_image); }; });
  CLI::App* fs = scan->add_subcommand("fs", "Scan a root file system");
  fs->footer("Example: narrows scan fs --skip-dirs proc,sys /mnt/root");
  AddDirectoryTarget(*fs, flags.scan_fs.target);
  AddScanOptions(*fs, flags.scan_fs);
  fs->callback([&] { run = [&] { return RunScan(flags.scan_fs); }; });
  CLI::App* bill = scan->add_subcommand("sbom", "Scan what a bill of materials names");
  bill->footer("Example: syft -o cyclonedx-json debian:12 | narrows scan sbom -");
  flags.scan_sbom.target.bill = true;
  bill->add_option("file", flags.scan_sbom.target.target,
                   "CycloneDX, SPDX, or an attestation of one; - reads standard input")
      ->required()
      ->type_name("FILE");
  AddScanOptions(*bill, flags.scan_sbom);
  bill->callback([&] { run = [&] { return RunScan(flags.scan_sbom); }; });
  CLI::App* manifest = scan->add_subcommand("manifest", "Check manifests for misconfiguration");
  manifest->footer("Example: helm template . | narrows scan manifest --framework nsa -");
  AddManifestOptions(*manifest, flags.scan_manifest);
  manifest->callback([&] { run = [&] { return RunManifest(flags.scan_manifest); }; });

  CLI::App* sbom = app.add_subcommand("sbom", "List the packages of an image or a file system");
  sbom->require_subcommand(1);
  CLI::App* sbom_image = sbom->add_subcommand("image", "Packages of a container image");
  sbom_image->footer("Example: narrows sbom image debian:12 > debian.cdx.json");
  AddImageTarget(*sbom_image, flags.sbom_image.target);
  AddOutput(*sbom_image, flags.sbom_image.output, {"cyclonedx", "spdx-json"});
  sbom_image->callback([&] { run = [&] { return RunSbom(flags.sbom_image); }; });
  CLI::App* sbom_fs = sbom->add_subcommand("fs", "Packages of a root file system");
  sbom_fs->footer("Example: narrows sbom fs /mnt/root");
  AddDirectoryTarget(*sbom_fs, flags.sbom_fs.target);
  AddOutput(*sbom_fs, flags.sbom_fs.output, {"cyclonedx", "spdx-json"});
  sbom_fs->callback([&] { run = [&] { return RunSbom(flags.sbom_fs); }; });
}

void AddAssess(CLI::App& app, AllFlags& flags, Run& run) {
  CLI::App* assess = app.add_subcommand(
      "assess", "Judge everything that runs in the cluster, once, and change nothing");
  assess->footer("Example: narrows assess --policy policy.yaml --namespace shop");
  AddCluster(*assess, flags.assess.cluster);
  AddDatabase(*assess, flags.assess.database);
  AddOutput(*assess, flags.assess.output, {"table", "json"});
  assess
      ->add_option("--policy", flags.assess.policy_file,
                   "InspectionPolicy file instead of the cluster's policies")
      ->type_name("FILE");
  AddRepeated(*assess, "--vex", flags.assess.vex,
              "OpenVEX, CSAF or CycloneDX document that every policy takes into account")
      ->type_name("FILE");
  assess->add_option("-n,--namespace", flags.assess.name_space, "Only this namespace")
      ->type_name("NAME");
  AddSeconds(*assess, "--timeout", flags.assess.timeout, "Most time to take (default 30m)");
  AddMaxImageSize(*assess, flags.assess.max_image_bytes);
  AddRegistry(*assess, flags.assess.registry);
  assess->callback([&] { run = [&] { return RunAssess(flags.assess); }; });
}

void AddServe(CLI::App& app, AllFlags& flags, Run& run) {
  CLI::App* serve = app.add_subcommand(
      "serve", "Watch the cluster, judge, quarantine and release (runs in a pod)");
  serve->footer("Example: narrows serve --db /var/lib/narrows/db/narrows.db");
  AddCluster(*serve, flags.serve.cluster);
  serve->add_option("--db", flags.serve.database, "Advisory database")
      ->type_name("FILE")
      ->capture_default_str();
  serve->add_option("--store", flags.serve.store, "Store file")
      ->type_name("FILE")
      ->capture_default_str();
  serve->add_option("--listen", flags.serve.listen, "Address of /healthz and /readyz")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  serve
      ->add_option("--metrics-listen", flags.serve.metrics_listen,
                   "Address of /metrics; off loopback it asks for a token the API server accepts")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  serve->add_option("--namespace", flags.serve.own_namespace, "Namespace that Narrows runs in")
      ->type_name("NAME");
  AddMaxImageSize(*serve, flags.serve.max_image_bytes);
  AddRegistry(*serve, flags.serve.registry);
  serve->callback([&] {
    flags.log.service = true;
    run = [&] { return RunServe(flags.serve); };
  });
}

void AddQuestions(CLI::App& app, AllFlags& flags, Run& run) {
  CLI::App* why = app.add_subcommand(
      "why",
      "What a vulnerability hits: workload, image, layer, since when, and what policies say");
  why->footer(
      "Reads the store of `narrows serve`, so it runs where that runs.\n"
      "Example: kubectl exec -n narrows-system deploy/narrows -- narrows why CVE-2024-3094");
  why->add_option("id", flags.why.id, "CVE, or an advisory's own id")->required()->type_name("ID");
  why->add_option("workload", flags.why.workload, "Only this workload")
      ->type_name("NAMESPACE/KIND/NAME");
  why->callback([&] { run = [&] { return RunWhy(flags.why); }; });
  CLI::App* watch =
      app.add_subcommand("watch", "Print findings, verdicts and quarantines as they come");
  watch->footer(
      "Reads the store of `narrows serve`, so it runs where that runs.\n"
      "Example: kubectl exec -n narrows-system deploy/narrows -- narrows watch");
  watch->callback([&] { run = [&] { return RunWatch(flags.watch); }; });
  AddOutput(*why, flags.why.output, {"table", "json"});
  AddOutput(*watch, flags.watch.output, {"table", "json"});
  for (const auto& [command, store] :
       {std::pair(why, &flags.why.store), std::pair(watch, &flags.watch.store)})
    command->add_option("--store", *store, "Store file")->type_name("FILE")->capture_default_str();
}

void AddVexCreate(CLI::App& vex, AllFlags& flags, Run& run) {
  VexCreateFlags& f = flags.vex_create;
  CLI::App* create = vex.add_subcommand("create", "Write a statement as an OpenVEX document");
  create->footer(
      "Example: narrows vex create --product pkg:oci/shop --subcomponents pkg:npm/lodash@4.17.20 "
      "\\\n"
      "  --vuln CVE-2021-23337 --status not_affected \\\n"
      "  --justification vulnerable_code_not_in_execute_path --author security@example.com");
  AddRepeated(*create, "-p,--product", f.products, "What it is about: a package-url")
      ->required()
      ->type_name("PURL");
  AddRepeated(*create, "--subcomponents", f.subcomponents, "Parts of it that are meant")
      ->delimiter(',')
      ->type_name("PURL");
  create->add_option("-v,--vuln", f.vulnerabilities, "Vulnerability, then its other names")
      ->required()
      ->allow_extra_args(false)
      ->type_name("ID");
  create->add_option("-s,--status", f.status, "not_affected|affected|fixed|under_investigation")
      ->required()
      ->type_name("STATUS");
  create->add_option("-j,--justification", f.justification, "Why it is not affected: a label")
      ->type_name("LABEL");
  create->add_option("--impact-statement", f.impact_statement, "Why it is not affected, in words")
      ->type_name("TEXT");
  create->add_option("-a,--action-statement", f.action_statement, "What to do where it is affected")
      ->type_name("TEXT");
  create->add_option("--status-note", f.status_note, "How the status was found")->type_name("TEXT");
  create->add_option("--author", f.author, "Who states it")->required()->type_name("NAME");
  create->add_option("--id", f.id, "The document's IRI; default: made of its content")
      ->type_name("IRI");
  create->add_option("--file", f.file, "Where to write it; default: standard output")
      ->type_name("FILE");
  create->callback([&] { run = [&] { return RunVexCreate(f); }; });
}

void AddVex(CLI::App& app, AllFlags& flags, Run& run) {
  CLI::App* vex = app.add_subcommand("vex", "Write, show and check statements of exploitability");
  vex->require_subcommand(1);
  AddVexCreate(*vex, flags, run);
  CLI::App* show = vex->add_subcommand("show", "What documents state, as Narrows understands it");
  show->footer("Example: narrows vex show app.vex.json vendor-csaf.json");
  AddOutput(*show, flags.vex_show.output, {"table", "json"});
  show->callback([&] { run = [&] { return RunVexShow(flags.vex_show); }; });
  CLI::App* validate = vex->add_subcommand(
      "validate", "Exit with 2 when a document cannot be read or breaks its specification");
  validate->footer("Example: narrows vex validate app.vex.json");
  validate->callback([&] { run = [&] { return RunVexValidate(flags.vex_validate); }; });
  for (const auto& [command, files] :
       {std::pair(show, &flags.vex_show.files), std::pair(validate, &flags.vex_validate.files)})
    command->add_option("files", *files, "OpenVEX, CSAF or CycloneDX")
        ->required()
        ->type_name("FILE");
}

void AddPolicy(CLI::App& app, AllFlags& flags, Run& run) {
  CLI::App* policy = app.add_subcommand("policy", "Show the cluster's inspection policies");
  policy->require_subcommand(1);
  CLI::App* list = policy->add_subcommand("list", "Every policy with its state");
  list->footer("Example: narrows policy list");
  list->callback([&] { run = [&] { return RunPolicyList(flags.policy); }; });
  CLI::App* show =
      policy->add_subcommand("show", "One policy: what it expects, does and cannot do");
  show->footer("Example: narrows policy show production");
  show->add_option("name", flags.policy.name, "Policy")->required()->type_name("NAME");
  show->callback([&] { run = [&] { return RunPolicyShow(flags.policy); }; });
  for (CLI::App* command : {list, show}) {
    AddCluster(*command, flags.policy.cluster);
    AddOutput(*command, flags.policy.output, {"table", "json"});
  }
}

void AddQuarantine(CLI::App& app, AllFlags& flags, Run& run) {
  QuarantineFlags& f = flags.quarantine;
  CLI::App* quarantine =
      app.add_subcommand("quarantine", "Show, plan and end the isolation of workloads");
  quarantine->require_subcommand(1);
  CLI::App* list = quarantine->add_subcommand("list", "Isolated workloads: who, why, until when");
  list->footer("Example: narrows quarantine list -n shop");
  list->callback([&] { run = [&] { return RunQuarantineList(f); }; });
  CLI::App* plan = quarantine->add_subcommand(
      "plan", "What would be isolated and released now; changes nothing");
  plan->footer("Example: narrows quarantine plan");
  AddDatabase(*plan, f.database);
  AddRegistry(*plan, f.registry);
  plan->callback([&] { run = [&] { return RunQuarantinePlan(f); }; });
  CLI::App* release = quarantine->add_subcommand("release", "End an isolation by hand");
  release->footer(
      "Example: narrows quarantine release shop/Deployment/web --reason 'mended by hand' --for "
      "48h");
  release->add_option("workload", f.workload, "Workload")->type_name("NAMESPACE/KIND/NAME");
  release->add_flag("--all", f.all, "Every workload, and take off the policies' finalizers");
  release->add_option("--reason", f.reason, "Why; kept in the policies")->type_name("TEXT");
  AddSeconds(*release, "--for", f.keep, "How long it stays released (default 24h)");
  release->callback([&] { run = [&] { return RunQuarantineRelease(f); }; });
  for (CLI::App* command : {list, plan, release}) AddCluster(*command, f.cluster);
  for (CLI::App* command : {list, plan}) {
    command->add_option("-n,--namespace", f.name_space, "Only this namespace")->type_name("NAME");
    AddOutput(*command, f.output, {"table", "json"});
  }
}

void AddDbUpdate(CLI::App& db, AllFlags& flags, Run& run) {
  DbUpdateFlags& f = flags.db_update;
  CLI::App* update = db.add_subcommand("update", "Fetch the newest release of a database");
  update->footer("Example: narrows db update --from https://example.com/advisories --key key.pem");
  update->add_option("--from", f.from, "Folder on a web server, or a registry's reference")
      ->required()
      ->type_name("URL|REF");
  AddRepeated(*update, "--key", f.keys, "Public key of who publishes it (PEM)")->type_name("FILE");
  update->add_flag("--insecure-unsigned", f.accept_unsigned, "Ask for no signature");
  update->add_flag("--allow-older", f.accept_older, "Take a release older than the one in use");
  AddDatabase(*update, f.database);
  AddSeconds(*update, "--timeout", f.timeout, "Most time to take (default 30m)");
  AddRegistry(*update, f.registry);
  update->callback([&] { run = [&] { return RunDbUpdate(f); }; });
  CLI::App* rollback = db.add_subcommand("rollback", "Go back to the database before the update");
  rollback->footer("Example: narrows db rollback");
  AddDatabase(*rollback, flags.rolled_back);
  rollback->callback([&] { run = [&] { return RunDbRollback(flags.rolled_back); }; });
}

void AddDbPublish(CLI::App& db, AllFlags& flags, Run& run) {
  DbPublishFlags& f = flags.db_publish;
  CLI::App* publish =
      db.add_subcommand("publish", "Put a database into a folder as a signed release");
  publish->footer("Example: narrows db publish --key private.pem --to /srv/advisories");
  publish->add_option("--to", f.folder, "Folder that a web server gives out")
      ->required()
      ->type_name("DIR");
  publish->add_option("--key", f.key, "Private key to sign with (PEM, Ed25519 or P-256)")
      ->type_name("FILE");
  publish->add_flag("--insecure-unsigned", f.leave_unsigned, "Do not sign");
  publish->add_option("--deltas", f.deltas, "From how many older releases there are deltas")
      ->check(CLI::Range(0, 30))
      ->capture_default_str();
  AddDatabase(*publish, f.database);
  publish->callback([&] { run = [&] { return RunDbPublish(f); }; });
  CLI::App* push = db.add_subcommand("push", "Push a folder's newest release to a registry");
  push->footer("Example: narrows db push --from /srv/advisories harbor.local/tools/advisories:v1");
  push->add_option("ref", flags.db_push.reference, "Where to, with a tag")
      ->required()
      ->type_name("REF");
  push->add_option("--from", flags.db_push.folder, "Folder that `narrows db publish` has filled")
      ->required()
      ->type_name("DIR");
  AddSeconds(*push, "--timeout", flags.db_push.timeout, "Most time to take (default 30m)");
  AddRegistry(*push, flags.db_push.registry);
  push->callback([&] { run = [&] { return RunDbPush(flags.db_push); }; });
}

void AddDb(CLI::App& app, AllFlags& flags, Run& run) {
  CLI::App* db =
      app.add_subcommand("db", "Build, fetch, publish and inspect the advisory database");
  db->require_subcommand(1);
  CLI::App* build = db->add_subcommand("build", "Compile advisories into one file");
  build->footer(
      "Example: narrows db build --osv osv/ --kev kev.json --epss epss.csv.gz --output narrows.db");
  build
      ->add_option_function<std::string>(
          "--osv,--source",
          [&flags](const std::string& text) {
            flags.db_build.osv = text.substr(text.starts_with("osv=") ? 4 : 0);
          },
          "OSV's export: <Ecosystem>/all.zip in a folder, or at a URL (then what has changed is "
          "fetched)")
      ->required()
      ->type_name("[osv=]DIR|URL");
  build
      ->add_option("--kev", flags.db_build.kev,
                   "CISA's catalogue of known exploited vulnerabilities (JSON)")
      ->type_name("FILE|URL");
  build->add_option("--epss", flags.db_build.epss, "FIRST's EPSS scores (CSV, gzip or plain)")
      ->type_name("FILE|URL");
  AddRepeated(*build, "--vex,--csaf", flags.db_build.vex,
              "Folder of OpenVEX, CSAF or CycloneDX documents (*.json)")
      ->type_name("DIR");
  build
      ->add_option("--output", flags.db_build.output,
                   "Database to write; default: narrows.db in the user's cache")
      ->type_name("FILE");
  build->callback([&] { run = [&] { return RunDbBuild(flags.db_build); }; });
  CLI::App* info = db->add_subcommand("info", "Age, counts, sources and format of a database");
  info->footer("Example: narrows db info");
  AddDatabase(*info, flags.db_info.database);
  AddOutput(*info, flags.db_info.output, {"table", "json"});
  info->callback([&] { run = [&] { return RunDbInfo(flags.db_info); }; });
  AddDbUpdate(*db, flags, run);
  AddDbPublish(*db, flags, run);
  CLI::App* diff = db->add_subcommand("diff", "What changed from one database to another");
  diff->footer("Example: narrows db diff narrows.db.old narrows.db --epss 0.5");
  diff->add_option("old", flags.db_diff.before, "Database")->required()->type_name("OLD");
  diff->add_option("new", flags.db_diff.after, "Database")->required()->type_name("NEW");
  diff->add_option("--epss", flags.db_diff.epss,
                   "Also scores that pass this probability, up or down; may be given again")
      ->allow_extra_args(false)
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("SCORE");
  AddOutput(*diff, flags.db_diff.output, {"table", "json"});
  diff->callback([&] { run = [&] { return RunDbDiff(flags.db_diff); }; });
}

void AddSmallCommands(CLI::App& app, AllFlags& flags, Run& run) {
  CLI::App* vercmp =
      app.add_subcommand("vercmp", "Compare pairs of versions read from standard input");
  vercmp->footer("Example: printf '1.0~rc1\\t1.0\\n' | narrows vercmp --ecosystem Debian");
  vercmp
      ->add_option("--ecosystem", flags.ecosystem,
                   "OSV's name without a release: Debian, npm, PyPI, …")
      ->required()
      ->type_name("NAME");
  vercmp->callback([&] { run = [&] { return RunVercmp(flags.ecosystem); }; });
  CLI::App* completion = app.add_subcommand("completion", "Print the shell completion script");
  completion->footer("Example: source <(narrows completion bash)");
  completion->add_option("shell", flags.shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion->callback([&] { run = [&] { return RunCompletion(flags.shell, Describe(app)); }; });
  CLI::App* version = app.add_subcommand("version", "Print the version");
  version->add_flag("--json", flags.version_json, "As JSON");
  version->callback([&] { run = [&] { return RunVersion(flags.version_json); }; });
}

}  // namespace

int RunCommandLine(int argc, char** argv) {
  CLI::App app("Narrows: runtime security inspector for Kubernetes", "narrows");
  AllFlags flags;
  Run run;
  app.require_subcommand(1);
  app.set_version_flag("--version", "narrows " + std::string(kVersion), "Print the version");
  app.fallthrough();
  app.add_flag("--verbose", flags.log.verbose, "Log what is done");
  app.add_flag("-q,--quiet", flags.log.quiet, "Log errors only, show no progress");
  app.add_flag("--log-json", flags.log.json, "Log as JSON lines");
  AddScanCommands(app, flags, run);
  AddAssess(app, flags, run);
  AddVex(app, flags, run);
  AddServe(app, flags, run);
  AddQuestions(app, flags, run);
  AddBench(app, flags.bench, run);
  AddPolicy(app, flags, run);
  AddQuarantine(app, flags, run);
  AddClusterQuestions(app, run);
  AddDb(app, flags, run);
  AddSmallCommands(app, flags, run);
  if (argc < 2) {
    std::cout << app.help();
    return kCouldNotRun;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 only says that a command is missing when there is one that it does not know.
    const std::vector<std::string> unknown = app.remaining();
    if (!unknown.empty() && !unknown[0].starts_with('-') && app.get_subcommands().empty())
      return Fail(InvalidArgument("there is no command \"" + Printable(unknown[0], 80) +
                                  "\"; narrows --help lists them"));
    return app.exit(error) == 0 ? kDone : kCouldNotRun;
  }
  ApplyLogFlags(flags.log);
  for (bool* quiet :
       {&flags.scan_image.target.quiet, &flags.scan_fs.target.quiet, &flags.scan_sbom.target.quiet,
        &flags.sbom_image.target.quiet, &flags.sbom_fs.target.quiet, &flags.assess.quiet,
        &flags.quarantine.quiet, &flags.db_build.quiet, &flags.db_update.quiet})
    *quiet = flags.log.quiet;
  return run();
}

}  // namespace narrows::app
