#include <filesystem>
#include <iostream>
#include <iterator>
#include <set>

#include "advisories/database.h"
#include "assessment/assess.h"
#include "base/file.h"
#include "base/strings.h"
#include "bill_target.h"
#include "commands.h"
#include "database_parts.h"
#include "ecosystems/catalogue/every_version_order.h"
#include "ecosystems/end_of_support.h"
#include "ecosystems/version_orders.h"
#include "findings/filter.h"
#include "findings/ignore_file.h"
#include "findings/vex/statements.h"
#include "findings/vulnerability/vulnerability_scanner.h"
#include "parts.h"
#include "policy_file.h"
#include "report/documents/cyclonedx.h"
#include "report/documents/json.h"
#include "report/documents/sarif.h"
#include "report/documents/spdx.h"
#include "report/documents/table.h"
#include "second_opinion.h"
#include "target.h"
#include "vex_parts.h"

namespace narrows::app {
namespace {

constexpr std::string_view kDefaultIgnoreFile = ".narrowsignore";

// All that the flags say, read before anything slow begins.
struct Rules {
  findings::Filter filter;
  std::vector<findings::vex::SourcedDocument> stated;
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
  if (WantsAttached(flags.vex) && !RegistryReference(flags.target))
    return InvalidArgument("--vex oci is for an image on a registry, not for a file or a folder");
  if (!flags.sbom_sources.empty() && !RegistryReference(flags.target))
    return InvalidArgument(
        "--sbom-sources oci is for an image on a registry, not for a file or a folder");
  ASSIGN_OR_RETURN(rules.stated, ReadVexFiles(flags.vex));
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

// Judges by the policy, and moves what an exception or a statement suppressed.
void Judge(const assessment::Policy& policy, const findings::vex::Target& target, TimePoint now,
           report::ScanReport& report) {
  const assessment::ImageScan scan{
      report.image.digest,   std::make_shared<const std::vector<model::Finding>>(report.findings),
      report.unknown_reason, {std::shared_ptr<void>(), target.image},  // which the report owns
      target.repository,     target.tag};
  model::ContainerAssessment judged = assessment::JudgeImage(policy, scan, {}, now);
  report.judgement = report::PolicyJudgement{policy.meta.name, judged.verdict, judged.violations};
  for (model::Suppression& suppression : judged.suppressions) {
    if (suppression.by != "exception" && suppression.by != "vex") continue;
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

findings::vex::Target TargetOf(const TargetFlags& flags, const model::ImageAnalysis& image) {
  findings::vex::Target target{&image, "", ""};
  if (const auto reference = RegistryReference(flags)) {
    target.repository = reference->Repository();
    target.tag = reference->tag();
  }
  return target;
}

Result<findings::vex::Sorted> ApplyVex(const ScanFlags& flags, const Rules& rules,
                                       const findings::vex::Target& target,
                                       findings::ScanOutcome outcome, const CallContext& context) {
  std::vector<findings::vex::SourcedDocument> documents = rules.stated;
  if (WantsAttached(flags.vex)) {
    ASSIGN_OR_RETURN(auto attached,
                     ReadAttachedDocuments(*RegistryReference(flags.target), flags.target.registry,
                                           *target.image, context));
    std::move(attached.begin(), attached.end(), std::back_inserter(documents));
  }
  return findings::vex::Apply(findings::vex::Statements(std::move(documents)), outcome.stated,
                              target, std::move(outcome.findings));
}

struct Scanned {
  report::ScanReport report;
  bool fails = false;
};

Result<Scanned> Scan(const ScanFlags& flags, const TargetReader& target, const Rules& rules,
                     TimePoint now) {
  ASSIGN_OR_RETURN(const std::filesystem::path path, DatabasePath(flags.database.path));
  ASSIGN_OR_RETURN(const std::shared_ptr<const advisories::AdvisoryDatabase> database,
                   OpenDatabase(flags.database, now));
  report::terminal::Progress progress(ProgressOptionsFor(flags.target.quiet));
  const CallContext context = CallContext::WithTimeout(flags.target.timeout);
  std::vector<std::string> warnings;
  ASSIGN_OR_RETURN(model::ImageAnalysis image, flags.target.bill ? ReadBill(flags.target, warnings)
                                                                 : target.Read(progress, context));
  if (!flags.sbom_sources.empty())
    RETURN_IF_ERROR(AskAttachedBills(flags.target, image, warnings, context));
  progress.Say("matching advisories");
  const ecosystems::VersionOrders orders = ecosystems::catalogue::EveryVersionOrder();
  const auto scanner = findings::vulnerability::MakeVulnerabilityScanner(database, orders);
  ASSIGN_OR_RETURN(findings::ScanOutcome outcome, scanner->Scan(image, context));

  report::ScanReport report = MakeReport(flags.target, std::move(image));
  report.database = StateOf(path.string(), database->Metadata(), report.image);
  report.warnings.insert(report.warnings.end(), warnings.begin(), warnings.end());
  report.unknown_reason = flags.target.bill && report.image.packages.empty()
                              ? "the document names no package that can be judged"
                              : std::move(outcome.unknown_reason);
  report.statuses = std::move(outcome.statuses);
  const findings::vex::Target vex_target = TargetOf(flags.target, report.image);
  ASSIGN_OR_RETURN(findings::vex::Sorted sorted,
                   ApplyVex(flags, rules, vex_target, std::move(outcome), context));
  findings::Ignored ignored =
      findings::ApplyIgnoreRules(rules.ignored, now, std::move(sorted.kept));
  report.findings = std::move(ignored.kept);
  report.suppressed = std::move(sorted.suppressed);
  std::move(ignored.suppressed.begin(), ignored.suppressed.end(),
            std::back_inserter(report.suppressed));
  report.warnings.insert(report.warnings.end(), ignored.statuses.begin(), ignored.statuses.end());
  WarnAtEndOfSupport(now, report);
  if (rules.policy) Judge(*rules.policy, vex_target, now, report);
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
    case OutputFormat::kSpdxJson:
      report::documents::WriteSpdxJson(report, std::cout);
      break;
  }
  std::cout.flush();
}

}  // namespace

int RunScan(const ScanFlags& flags) {
  const TimePoint now = SystemClock().Now();
  const Result<TargetReader> target = TargetReader::Start(flags.target);
  if (!target.has_value()) return Fail(target.error());
  const Result<Rules> rules = ReadRules(flags);
  if (!rules.has_value()) return Fail(rules.error());
  const Result<Scanned> scanned = Scan(flags, *target, *rules, now);
  if (!scanned.has_value()) return Fail(scanned.error());
  const report::ScanReport& report = scanned->report;
  Write(flags.output, report);
  if (!std::cout.good()) return Fail(Unavailable("standard output could not be written"));
  if (flags.output != OutputFormat::kTable) {
    for (const std::string& warning : report.warnings) Warn(warning);
    if (!report.unknown_reason.empty()) Warn("cannot be judged: " + report.unknown_reason);
  }
  if (!report.image.complete)
    Warn(flags.target.bill ? "the result is partial: not all that the document names was judged"
                           : "the result is partial: something of the image could not be read");
  return scanned->fails ? kViolated : kDone;
}

}  // namespace narrows::app
