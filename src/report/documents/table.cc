#include "report/documents/table.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <ostream>

#include "base/strings.h"
#include "ecosystems/ecosystem_names.h"

namespace narrows::report::documents {
namespace {

using Rows = std::vector<std::vector<Cell>>;

Style StyleOf(model::Severity severity) {
  switch (severity) {
    case model::Severity::kCritical:
      return Style::kBrightRed;
    case model::Severity::kHigh:
      return Style::kRed;
    case model::Severity::kMedium:
      return Style::kYellow;
    case model::Severity::kLow:
      return Style::kBlue;
    default:
      return Style::kDim;
  }
}

Style StyleOf(model::Verdict verdict) {
  switch (verdict) {
    case model::Verdict::kPassed:
      return Style::kGreen;
    case model::Verdict::kUnknown:
      return Style::kYellow;
    case model::Verdict::kViolated:
      return Style::kBrightRed;
  }
  return Style::kPlain;
}

std::string Percent(const std::optional<model::Epss>& epss) {
  if (!epss) return "";
  if (epss->score > 0 && epss->score < 0.001) return "<0.1%";  // most of them
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.1f%%", epss->score * 100);
  return buffer.data();
}

std::string Age(Duration age) {
  const auto hours = std::chrono::duration_cast<std::chrono::hours>(age).count();
  if (hours < 1) return "less than an hour";
  return hours < 48 ? Plural(static_cast<size_t>(hours), "hour")
                    : Plural(static_cast<size_t>(hours / 24), "day");
}

// "subject" columns of a finding that is not about a package.
struct SubjectText {
  std::string operator()(const model::PackageSubject& s) const { return s.package.name; }
  std::string operator()(const model::WorkloadFieldSubject& s) const {
    return s.workload + " " + s.field;
  }
  std::string operator()(const model::NodeCheckSubject& s) const { return s.node + " " + s.check; }
};

// Where a language's package lies, and what only a bill of materials names; the distribution's
// others all lie in its package database.
std::string PathOf(const model::Package* package) {
  if (package == nullptr) return "";
  if (package->evidence == model::Evidence::kBillOfMaterials) return package->path;
  if (ecosystems::IsDistribution(package->ecosystem)) return "";
  return package->path + (package->evidence == model::Evidence::kLockFile ? " (lock file)" : "");
}

std::vector<Cell> FindingRow(const model::Finding& finding) {
  const auto& vulnerability = finding.vulnerability;
  const model::Package* package = PackageOf(finding);
  const bool is_vulnerability = finding.kind == model::FindingKind::kVulnerability;
  return {{std::visit(SubjectText{}, finding.subject), Style::kBold},
          {package ? package->version : "", Style::kPlain},
          {vulnerability.id, Style::kPlain},
          {is_vulnerability ? std::string(ToString(finding.severity))
                            : std::string(ToString(finding.kind)),
           StyleOf(finding.severity)},
          {std::string(ToString(vulnerability.status)), Style::kPlain},
          {vulnerability.fixed_version, Style::kGreen},
          {Percent(vulnerability.epss), Style::kPlain},
          {vulnerability.kev ? "exploited" : "", Style::kBrightRed},
          {PathOf(package), Style::kPlain},
          {vulnerability.url, Style::kDim}};
}

const std::vector<Column>& FindingColumns() {
  static const std::vector<Column> columns = {
      {"PACKAGE", false, 10}, {"INSTALLED", false, 9}, {"VULNERABILITY", false, 16},
      {"SEVERITY", false, 8}, {"STATUS", true, 8},     {"FIXED", false, 9},
      {"EPSS", true, 6},      {"KEV", false, 3},       {"PATH", true, 20},
      {"URL", true, 40}};
  return columns;
}

void WriteWarning(std::string_view text, const TextOptions& options, std::ostream& out) {
  out << Styled("warning: ", Style::kYellow, options.colour) << OneLine(text) << '\n';
}

void WriteHead(const ScanReport& report, const TextOptions& options, std::ostream& out) {
  out << Styled(OneLine(report.target), Style::kBold, options.colour);
  if (report.image.distribution) {
    const auto& distribution = *report.image.distribution;
    out << "  "
        << OneLine(distribution.pretty_name.empty()
                       ? distribution.id + " " + distribution.version_id
                       : distribution.pretty_name);
  }
  out << "  " << Plural(report.image.packages.size(), "package");
  if (!report.image.digest.empty()) out << "  " << OneLine(report.image.digest);
  out << '\n';
  for (const auto& text : report.warnings) WriteWarning(text, options, out);
  for (const auto& text : report.image.statuses) WriteWarning(text, options, out);
  for (const auto& text : report.statuses) WriteWarning(text, options, out);
  if (!report.unknown_reason.empty())
    WriteWarning("cannot be judged: " + report.unknown_reason, options, out);
}

void WriteSuppressed(const ScanReport& report, const TextOptions& options, std::ostream& out) {
  if (report.suppressed.empty()) return;
  Rows rows;
  for (const model::Suppression* s : WorstFirst(report.suppressed)) {
    rows.push_back({{std::visit(SubjectText{}, s->finding->subject), Style::kBold},
                    {s->finding->vulnerability.id, Style::kPlain},
                    {std::string(ToString(s->finding->severity)), StyleOf(s->finding->severity)},
                    {s->by, Style::kPlain},
                    {s->reason, Style::kDim}});
  }
  out << '\n' << Styled("Suppressed", Style::kBold, options.colour) << '\n';
  WriteTextTable({{"PACKAGE", false, 10},
                  {"VULNERABILITY", false, 16},
                  {"SEVERITY", false, 8},
                  {"BY", false, 9},
                  {"REASON", false, 10}},
                 rows, options, out);
}

void WriteTotals(const ScanReport& report, std::ostream& out) {
  const Totals totals = CountFindings(report.findings);
  out << '\n' << Plural(totals.all, "finding");
  const char* separator = ": ";
  for (size_t i = totals.by_severity.size(); i-- > 0;) {
    if (totals.by_severity[i] == 0) continue;
    out << separator << totals.by_severity[i] << ' ' << ToString(static_cast<model::Severity>(i));
    separator = ", ";
  }
  if (totals.all != 0)
    out << "; " << totals.fixable << " with a fix, " << totals.known_exploited
        << " known to be exploited";
  if (!report.suppressed.empty()) out << "; " << report.suppressed.size() << " suppressed";
  if (report.hidden != 0) out << "; " << report.hidden << " hidden by filters";
  if (!report.unknown_reason.empty()) out << "; the target could not be judged";
  out << '\n';
  if (report.database) {
    const auto age = [&](TimePoint newest) {
      return FormatRfc3339(newest) + " (" + Age(std::max(Duration(0), report.created - newest)) +
             " old)";
    };
    out << "advisories of " << age(report.database->newest);
    // One source may have stood still while others went on.
    for (const auto& source : report.database->sources) {
      if (report.database->newest - source.newest >= std::chrono::hours(24))
        out << ", those of " << OneLine(source.name) << " of " << age(source.newest);
    }
    out << '\n';
  }
}

// "CVE-2024-1 High openssl"
std::string WorstText(const model::Violation& violation) {
  return violation.finding->vulnerability.id + " " +
         std::string(ToString(violation.finding->severity)) + " " +
         std::visit(SubjectText{}, violation.finding->subject);
}

std::string ReasonText(const model::Assessment& assessment) {
  if (assessment.verdict == model::Verdict::kUnknown) {
    for (const auto& container : assessment.containers) {
      if (container.verdict == model::Verdict::kUnknown) return container.unknown_reason;
    }
    return "";
  }
  const model::Violation* worst = WorstViolation(assessment);
  if (!worst) return "";
  size_t count = 0;
  for (const auto& container : assessment.containers) count += container.violations.size();
  return worst->reason + (count > 1 ? " (and " + std::to_string(count - 1) + " more)" : "");
}

// "quarantined", "would quarantine", "quarantine failed": for a column; the details are below the
// table.
std::string Deed(const model::ActionRecord& action) {
  static const std::map<std::string_view, std::string_view> kDone = {
      {"quarantine", "quarantined"}, {"release", "released"}, {"alert", "alerted"}};
  if (!action.error.empty()) return action.kind + " failed";
  if (action.planned) return "would " + action.kind;
  const auto done = kDone.find(action.kind);
  return done == kDone.end() ? action.kind : std::string(done->second);
}

std::string ActionText(const AssessmentReport& report, const model::Assessment& assessment) {
  std::string text;
  for (const auto& action : report.actions) {
    const bool asked = std::find(action.policies.begin(), action.policies.end(),
                                 assessment.policy) != action.policies.end();
    if (!asked || action.workload != assessment.workload) continue;
    if (!text.empty()) text += "; ";
    text += Deed(action);
    if (!action.effectiveness.effective) text += ", not effective";
  }
  return text;
}

}  // namespace

std::string DescribeAction(const model::ActionRecord& action) {
  std::string text = Deed(action);
  if (!action.error.empty()) return text + ": " + action.error;
  if (action.kind == "quarantine" && action.isolation == model::Isolation::kDetach)
    text += " (detach)";
  if (action.until) text += " until " + FormatRfc3339(*action.until);
  if (!action.effectiveness.effective) {
    text += ", not effective";
    if (!action.effectiveness.defeated_by.empty())
      text += ": defeated by " + Join(action.effectiveness.defeated_by, ", ");
  }
  return text;
}

void WriteTable(const ScanReport& report, const TextOptions& options, std::ostream& out) {
  WriteHead(report, options, out);
  if (!report.findings.empty()) {
    Rows rows;
    for (const model::Finding* finding : WorstFirst(report.findings))
      rows.push_back(FindingRow(*finding));
    out << '\n';
    WriteTextTable(FindingColumns(), rows, options, out);
  }
  WriteSuppressed(report, options, out);
  WriteTotals(report, out);
  if (report.judgement) {
    const PolicyJudgement& judgement = *report.judgement;
    out << "policy " << OneLine(judgement.policy) << ": "
        << Styled(ToString(judgement.verdict), StyleOf(judgement.verdict), options.colour);
    if (!judgement.violations.empty())
      out << ", " << Plural(judgement.violations.size(), "violation");
    out << '\n';
  }
}

void WriteTable(const AssessmentReport& report, const TextOptions& options, std::ostream& out) {
  for (const auto& text : report.warnings) WriteWarning(text, options, out);
  Rows rows;
  std::array<size_t, 3> counts{};
  for (const model::Assessment* assessment : WorstFirst(report.assessments)) {
    ++counts[static_cast<size_t>(assessment->verdict)];
    const model::Violation* worst = WorstViolation(*assessment);
    const model::WorkloadRef& workload = assessment->workload;
    rows.push_back({{workload.name_space, Style::kPlain},
                    {workload.kind + "/" + workload.name, Style::kBold},
                    {std::string(ToString(assessment->verdict)), StyleOf(assessment->verdict)},
                    {assessment->policy, Style::kPlain},
                    {worst ? WorstText(*worst) : "", Style::kPlain},
                    {ReasonText(*assessment), Style::kPlain},
                    {ActionText(report, *assessment), Style::kPlain}});
  }
  if (!rows.empty()) {
    WriteTextTable({{"NAMESPACE", false, 9},
                    {"WORKLOAD", false, 16},
                    {"VERDICT", false, 8},
                    {"POLICY", false, 6},
                    {"WORST", false, 24},
                    {"REASON", false, 20},
                    {"ACTION", false, 11}},
                   rows, options, out);
    out << '\n';
  }
  for (const auto& action : report.actions) {
    out << OneLine(action.workload.ToString()) << ": " << OneLine(DescribeAction(action));
    if (!action.reason.empty()) out << " (" << OneLine(action.reason) << ")";
    out << '\n';
  }
  if (!report.actions.empty()) out << '\n';
  out << Plural(report.assessments.size(), "assessment") << ": " << counts[2] << " violated, "
      << counts[1] << " unknown, " << counts[0] << " passed\n";
}

}  // namespace narrows::report::documents
