#include <filesystem>
#include <iostream>
#include <set>

#include "advisories/database.h"
#include "assessment/assess.h"
#include "base/file.h"
#include "base/strings.h"
#include "commands.h"
#include "database_parts.h"
#include "ecosystems/catalogue/every_version_order.h"
#include "ecosystems/end_of_support.h"
#include "ecosystems/version_orders.h"
#include "findings/filter.h"
#include "findings/ignore_file.h"
#include "findings/vulnerability/vulnerability_scanner.h"
#include "parts.h"
#include "policy_file.h"
#include "report/documents/cyclonedx.h"
#include "report/documents/json.h"
#include "report/documents/sarif.h"
#include "report/documents/table.h"
#include "target.h"

namespace narrows::app {
namespace {

constexpr std::string_view kDefaultIgnoreFile = ".narrowsignore";

// All that the flags say, read before anything slow begins.
struct Rules {
  findings::Filter filter;
  std::vector<findings::IgnoreRule> ignored;
  std::optional<assessment::Policy> policy;
  std::optional<model::Severity> fail_on;
};

Result<std::vector<findings::IgnoreRule>> ReadIgnoreFile(const std::string& flag) {
  std::string path = flag;
  if (path.empty()) {
    std::error_code error;
    if (!std::filesystem::exists(kDefaultIgnoreFile, error))
      return std::vector<findings::IgnoreRule>();
    path = kDefaultIgnoreFile;
  }
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, findings::kMostIgnoreFileBytes));
  ASSIGN_OR_RETURN_WITHIN(auto rules, findings::ParseIgnoreFile(text), path);
  return rules;
}

Result<Rules> ReadRules(const ScanFlags& flags) {
  Rules rules;
  rules.filter.ignore_unfixed = flags.ignore_unfixed;
  if (!flags.severities.empty()) {
    ASSIGN_OR_RETURN_WITHIN(rules.filter.severities,
                            findings::ParseSeverities(Join(flags.severities, ",")), "--severity");
  }
  if (!flags.fail_on.empty()) {
    rules.fail_on = model::ParseSeverity(flags.fail_on);
    if (!rules.fail_on) {
      return InvalidArgument(
          "--fail-on \"" + Printable(flags.fail_on) +
          "\" is no severity; take one of Negligible, Low, Medium, High, Critical");
    }
  }
  ASSIGN_OR_RETURN(rules.ignored, ReadIgnoreFile(flags.ignore_file));
  if (!flags.policy_file.empty()) {
    ASSIGN_OR_RETURN(rules.policy, ReadPolicyFile(flags.policy_file));
  }
  return rules;
}

report::DatabaseState StateOf(const std::string& path, const advisories::DatabaseMetadata& metadata,
                              const model::ImageAnalysis& image) {
  report::DatabaseState state{path, metadata.newest.value_or(TimePoint()), "", {}};
  std::set<std::string_view> concerned;
  for (const model::Package& package : image.packages)
    concerned.insert(ecosystems::EcosystemFamily(package.ecosystem));
  for (const advisories::SourceCount& source : metadata.sources) {
    if (source.newest && concerned.contains(source.name))
      state.sources.push_back({source.name, *source.newest});
  }
  return state;
}

// Judges by the policy's baselines and exceptions, and moves what an exception suppressed.
void Judge(const assessment::Policy& policy, TimePoint now, report::ScanReport& report) {
  const assessment::ImageScan scan{
      report.image.digest, std::make_shared<const std::vector<model::Finding>>(report.findings),
      report.unknown_reason};
  model::ContainerAssessment judged = assessment::JudgeImage(policy, scan, {}, now);
  report.judgement = report::PolicyJudgement{policy.meta.name, judged.verdict, judged.violations};
  for (model::Suppression& suppression : judged.suppressions) {
    if (suppression.by != "exception") continue;
    std::erase_if(report.findings,
                  [&](const model::Finding& f) { return f.id == suppression.finding->id; });
    report.suppressed.push_back(std::move(suppression));
  }
  if (assessment::Fails(policy, judged) && judged.verdict != model::Verdict::kViolated)
    report.judgement->verdict = model::Verdict::kViolated;
}

void WarnAtEndOfSupport(TimePoint now, report::ScanReport& report) {
  if (!report.image.distribution) return;
  const auto end = ecosystems::EndOfSupport(*report.image.distribution);
  if (!end || now < *end) return;
  report.warnings.push_back(report.image.distribution->pretty_name + " is out of support since " +
                            FormatRfc3339(*end).substr(0, 10) +
                            ": new vulnerabilities in it may not be published");
}

// What was suppressed does not count, nor what --ignore-unfixed leaves out; --severity only hides.
bool Fails(const Rules& rules, const report::ScanReport& report) {
  if (report.judgement && report.judgement->verdict == model::Verdict::kViolated) return true;
  if (!rules.fail_on) return false;
  for (const model::Finding& finding : report.findings) {
    if (rules.filter.ignore_unfixed && finding.vulnerability.fixed_version.empty()) continue;
    if (finding.kind == model::FindingKind::kVulnerability && finding.severity >= *rules.fail_on)
      return true;
  }
  return false;
}

struct Scanned {
  report::ScanReport report;
  bool fails = false;
};

Result<Scanned> Scan(const ScanFlags& flags, const Rules& rules, TimePoint now) {
  ASSIGN_OR_RETURN(const std::filesystem::path path, DatabasePath(flags.database.path));
  ASSIGN_OR_RETURN(const std::shared_ptr<const advisories::AdvisoryDatabase> database,
                   OpenDatabase(flags.database, now));
  report::terminal::Progress progress(ProgressOptionsFor(flags.target.quiet));
  const CallContext context = CallContext::WithTimeout(flags.target.timeout);
  ASSIGN_OR_RETURN(model::ImageAnalysis image, ReadTarget(flags.target, progress, context));
  progress.Say("matching advisories");
  const ecosystems::VersionOrders orders = ecosystems::catalogue::EveryVersionOrder();
  const auto scanner = findings::vulnerability::MakeVulnerabilityScanner(database, orders);
  ASSIGN_OR_RETURN(findings::ScanOutcome outcome, scanner->Scan(image, context));

  report::ScanReport report = MakeReport(flags.target, std::move(image));
  report.database = StateOf(path.string(), database->Metadata(), report.image);
  report.unknown_reason = std::move(outcome.unknown_reason);
  report.statuses = std::move(outcome.statuses);
  findings::Ignored ignored =
      findings::ApplyIgnoreRules(rules.ignored, now, std::move(outcome.findings));
  report.findings = std::move(ignored.kept);
  report.suppressed = std::move(ignored.suppressed);
  report.warnings.insert(report.warnings.end(), ignored.statuses.begin(), ignored.statuses.end());
  WarnAtEndOfSupport(now, report);
  if (rules.policy) Judge(*rules.policy, now, report);
  const bool fails = Fails(rules, report);
  findings::Filtered filtered = findings::ApplyFilter(rules.filter, std::move(report.findings));
  report.findings = std::move(filtered.shown);
  report.hidden = filtered.hidden;
  return Scanned{std::move(report), fails};
}

void Write(OutputFormat format, const report::ScanReport& report) {
  switch (format) {
    case OutputFormat::kTable:
      report::documents::WriteTable(report, StandardOutput(), std::cout);
      break;
    case OutputFormat::kJson:
      report::documents::WriteJson(report, std::cout);
      break;
    case OutputFormat::kSarif:
      report::documents::WriteSarif(report, std::cout);
      break;
    case OutputFormat::kCycloneDx:
      report::documents::WriteCycloneDx(report, std::cout);
      break;
  }
  std::cout.flush();
}

}  // namespace

int RunScan(const ScanFlags& flags) {
  const TimePoint now = SystemClock().Now();
  const Result<Rules> rules = ReadRules(flags);
  if (!rules.has_value()) return Fail(rules.error());
  const Result<Scanned> scanned = Scan(flags, *rules, now);
  if (!scanned.has_value()) return Fail(scanned.error());
  const report::ScanReport& report = scanned->report;
  Write(flags.output, report);
  if (!std::cout.good()) return Fail(Unavailable("standard output could not be written"));
  if (flags.output != OutputFormat::kTable) {
    for (const std::string& warning : report.warnings) Warn(warning);
    if (!report.unknown_reason.empty()) Warn("cannot be judged: " + report.unknown_reason);
  }
  if (!report.image.complete)
    Warn("the result is partial: something of the image could not be read");
  return scanned->fails ? kViolated : kDone;
}

}  // namespace narrows::app
