// `narrows assess` and `narrows quarantine plan`: everything once, with the user's own rights.
#include "assess_command.h"

#include <algorithm>
#include <iostream>

#include "base/file.h"
#include "cluster_parts.h"
#include "commands.h"
#include "control/one_shot.h"
#include "database_parts.h"
#include "parts.h"
#include "policy_file.h"
#include "registry_parts.h"
#include "report/documents/json.h"
#include "report/documents/table.h"
#include "report/terminal/progress.h"
#include "response/quarantine/quarantine_action.h"
#include "vex_parts.h"

namespace narrows::app {
namespace {

Result<control::ClusterAssessment> AssessOnce(const AssessFlags& flags, const ImageReading& reading,
                                              report::AssessmentReport& report,
                                              const CallContext& context) {
  const SystemClock clock;
  control::OneShotOptions options;
  if (!flags.policy_file.empty()) {
    ASSIGN_OR_RETURN(options.policy, ReadPolicyFile(flags.policy_file));
  }
  if (WantsAttached(flags.vex))
    return InvalidArgument("--vex oci is for `narrows scan image`; name files here");
  ASSIGN_OR_RETURN(auto documents, ReadVexFiles(flags.vex));
  if (!documents.empty())
    options.vex = std::make_shared<const findings::vex::Statements>(std::move(documents));
  options.name_space = flags.name_space;
  options.own_namespace = OwnNamespace("");
  ASSIGN_OR_RETURN(const std::filesystem::path database_path, DatabasePath(flags.database.path));
  auto opened = OpenDatabase(flags.database, clock.Now());
  if (!opened.has_value()) return opened.error();
  // Shared with the scanner.
  const std::shared_ptr<const advisories::AdvisoryDatabase> database = *std::move(opened);
  const advisories::DatabaseMetadata& metadata = database->Metadata();
  report.database = report::DatabaseState{
      database_path.string(), metadata.newest.value_or(TimePoint()), metadata.Identity(), {}};
  ASSIGN_OR_RETURN(const auto client, MakeClusterClient(flags.cluster, clock));
  ASSIGN_OR_RETURN(registry::RegistryOptions registries, MakeRegistryOptions(flags.registry));
  ASSIGN_OR_RETURN(registries.credentials, MakeLoginCredentials(flags.registry));
  ASSIGN_OR_RETURN(const std::filesystem::path cache, UserCacheDir());
  const ImageParts image_parts(reading, cache / "layers");
  const auto quarantine = response::quarantine::MakeQuarantineAction(*client);

  report::terminal::Progress progress(ProgressOptionsFor(flags.quiet));
  std::string said;
  options.on_progress = [&](const std::string& step, size_t done, size_t total) {
    if (std::exchange(said, step) != step) progress.Say(step);
    progress.Count(static_cast<int64_t>(done), static_cast<int64_t>(total));
  };
  const control::OneShotParts parts{
      clock,
      *client,
      control::MakeImageFetcher(
          *client, image_parts.FetcherOptions(std::move(registries), flags.max_image_bytes)),
      {image_parts.MakeScanner(database), metadata.Identity()},
      *quarantine};
  return control::AssessCluster(parts, options, context);
}

}  // namespace

Result<AssessedCluster> AssessForReport(const AssessFlags& flags, const ImageReading& reading,
                                        const CallContext& context) {
  AssessedCluster assessed;
  report::AssessmentReport& report = assessed.report;
  ASSIGN_OR_RETURN(control::ClusterAssessment assessment,
                   AssessOnce(flags, reading, report, context));
  report.tool_version = kVersion;
  report.created = SystemClock().Now();
  report.cluster = assessment.cluster;
  report.assessments = std::move(assessment.assessments);
  report.warnings = std::move(assessment.warnings);
  report.warnings.insert(report.warnings.end(), assessment.plan.warnings.begin(),
                         assessment.plan.warnings.end());
  assessed.plan = std::move(assessment.plan);
  return assessed;
}

void WriteReport(const report::AssessmentReport& report, OutputFormat output) {
  if (output == OutputFormat::kJson) {
    report::documents::WriteJson(report, std::cout);
  } else {
    report::documents::WriteTable(report, StandardOutput(), std::cout);
  }
  std::cout.flush();
}

int RunAssess(const AssessFlags& flags) {
  const Result<ImageReading> reading = ImageReading::Start();
  if (!reading.has_value()) return Fail(reading.error());
  return RunUntilSignal(flags.timeout, [&](const CallContext& context) -> int {
    Result<AssessedCluster> assessed = AssessForReport(flags, *reading, context);
    if (!assessed.has_value()) return Fail(assessed.error());
    report::AssessmentReport& report = assessed->report;
    // What is in force, not what a policy would like to do.
    for (const response::Decision& decision : assessed->plan.decisions) {
      if (decision.standing == response::Standing::kKept) report.actions.push_back(decision.record);
    }
    WriteReport(report, flags.output);
    const bool violated = std::any_of(
        report.assessments.begin(), report.assessments.end(),
        [](const auto& assessment) { return assessment.verdict == model::Verdict::kViolated; });
    return violated ? kViolated : kDone;
  });
}

}  // namespace narrows::app
