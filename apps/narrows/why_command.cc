// `narrows why`: what a vulnerability hits, where, since when, and what the policies say of it.
#include <algorithm>
#include <cstdio>
#include <iostream>

#include "base/strings.h"
#include "commands.h"
#include "control/explanation.h"
#include "parts.h"
#include "report/documents/json_writer.h"
#include "report/documents/text_table.h"
#include "storage/sqlite/sqlite_store.h"

namespace narrows::app {
namespace {

using report::documents::OneLine;
using report::documents::Style;
using report::documents::Styled;
using Standing = storage::FindingUse::Standing;

const model::Package& PackageOf(const storage::StoredFinding& stored) {
  return std::get<model::PackageSubject>(stored.finding.subject).package;
}

std::string_view ToString(Standing standing) {
  switch (standing) {
    case Standing::kViolates:
      return "violates";
    case Standing::kSuppressed:
      return "suppressed";
    case Standing::kTolerated:
      return "tolerated";
  }
  return "tolerated";
}

std::string Says(const control::PolicySays& says, bool colour) {
  switch (says.standing) {
    case Standing::kViolates:
      return Styled("violated", Style::kRed, colour) + ": " + OneLine(says.reason);
    case Standing::kSuppressed:
      return "suppressed by " + OneLine(says.rule) + ": " + OneLine(says.reason);
    case Standing::kTolerated:
      return says.verdict == model::Verdict::kUnknown ? "unknown" : "not against the policy";
  }
  return {};
}

void PrintHead(const control::Explanation& explanation, bool colour) {
  const model::Finding& finding = explanation.images.front().findings.front().finding;
  const model::VulnerabilityDetail& detail = finding.vulnerability;
  std::string facts(model::ToString(finding.severity));
  char number[32] = {};
  if (detail.cvss_score >= 0) {
    std::snprintf(number, sizeof(number), ", CVSS %.1f", detail.cvss_score);
    facts += number;
  }
  if (detail.kev) facts += ", known exploited";
  if (detail.epss) {
    std::snprintf(number, sizeof(number), ", EPSS %.3f", detail.epss->score);
    facts += number;
  }
  std::cout << Styled(OneLine(detail.id), Style::kBold, colour) << "  " << facts << '\n';
  if (!detail.summary.empty()) std::cout << OneLine(detail.summary) << '\n';
  if (!detail.url.empty()) std::cout << OneLine(detail.url) << '\n';
}

void PrintImage(const control::HitImage& image, bool colour) {
  std::cout << '\n';
  if (image.workloads.empty()) std::cout << "No workload that a policy judges runs it:\n";
  for (const control::RunningWorkload& workload : image.workloads) {
    std::cout << Styled(OneLine(workload.ref.ToString()), Style::kBold, colour) << '\n';
    for (const control::PolicySays& says : workload.policies)
      std::cout << "  policy " << OneLine(says.policy) << ": " << Says(says, colour) << '\n';
  }
  std::cout << "  image " << OneLine(image.reference.empty() ? image.digest : image.reference)
            << '\n';
  if (image.reference.find(image.digest) == std::string::npos)
    std::cout << "    " << OneLine(image.digest) << '\n';
  for (const storage::StoredFinding& stored : image.findings) {
    const model::Package& package = PackageOf(stored);
    const model::VulnerabilityDetail& detail = stored.finding.vulnerability;
    std::cout << "  " << OneLine(package.name) << ' ' << OneLine(package.version);
    if (!package.source_name.empty() && package.source_name != package.name)
      std::cout << " (of " << OneLine(package.source_name) << ')';
    std::cout << (detail.fixed_version.empty()
                      ? ": no fix (" + std::string(model::ToString(detail.status)) + ")"
                      : ": fixed in " + OneLine(detail.fixed_version))
              << ", known since " << FormatRfc3339(stored.first_seen) << '\n';
    std::cout << "    " << OneLine(package.path);
    if (!package.layer.empty()) std::cout << " of layer " << OneLine(package.layer);
    std::cout << '\n';
  }
}

void PrintText(const control::Explanation& explanation) {
  if (explanation.images.empty()) {
    std::cout << "Nothing that runs here, as far as it was read, has " << OneLine(explanation.id)
              << ".\n";
    return;
  }
  const bool colour = StandardOutput().colour;
  PrintHead(explanation, colour);
  for (const control::HitImage& image : explanation.images) PrintImage(image, colour);
  size_t workloads = 0;
  for (const control::HitImage& image : explanation.images) workloads += image.workloads.size();
  std::cout << '\n'
            << explanation.images.size() << (explanation.images.size() == 1 ? " image" : " images")
            << ", " << workloads << (workloads == 1 ? " workload\n" : " workloads\n");
}

void WriteFinding(report::documents::JsonWriter& json, const storage::StoredFinding& stored) {
  const model::Package& package = PackageOf(stored);
  const model::VulnerabilityDetail& detail = stored.finding.vulnerability;
  json.BeginObject();
  json.String("id", detail.id);
  json.String("advisory", detail.advisory);
  json.String("severity", model::ToString(stored.finding.severity));
  json.Bool("knownExploited", detail.kev);
  json.String("ecosystem", package.ecosystem);
  json.String("name", package.name);
  json.String("version", package.version);
  json.OptionalString("sourceName", package.source_name);
  json.String("status", model::ToString(detail.status));
  json.OptionalString("fixedVersion", detail.fixed_version);
  json.OptionalString("layer", package.layer);
  json.OptionalString("path", package.path);
  json.String("since", FormatRfc3339(stored.first_seen));
  json.EndObject();
}

void WriteWorkload(report::documents::JsonWriter& json, const control::RunningWorkload& workload) {
  json.BeginObject();
  json.String("namespace", workload.ref.name_space);
  json.String("kind", workload.ref.kind);
  json.String("name", workload.ref.name);
  json.BeginArray("policies");
  for (const control::PolicySays& says : workload.policies) {
    json.BeginObject();
    json.String("name", says.policy);
    json.String("verdict", model::ToString(says.verdict));
    json.String("standing", ToString(says.standing));
    json.OptionalString("rule", says.rule);
    json.OptionalString("reason", says.reason);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
}

void PrintJson(const control::Explanation& explanation) {
  report::documents::JsonWriter json(std::cout);
  json.BeginObject();
  json.String("id", explanation.id);
  json.BeginArray("images");
  for (const control::HitImage& image : explanation.images) {
    json.BeginObject();
    json.String("digest", image.digest);
    json.OptionalString("reference", image.reference);
    json.BeginArray("packages");
    for (const storage::StoredFinding& stored : image.findings) WriteFinding(json, stored);
    json.EndArray();
    json.BeginArray("workloads");
    for (const control::RunningWorkload& workload : image.workloads) WriteWorkload(json, workload);
    json.EndArray();
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  std::cout << '\n';
}

Result<control::Explanation> Explain(const WhyFlags& flags) {
  ASSIGN_OR_RETURN(const auto store, OpenStoreForReading(flags.store));
  ASSIGN_OR_RETURN(const auto snapshot, store->Read());
  const auto workload =
      flags.workload.empty() ? std::nullopt : std::optional<std::string>(flags.workload);
  return control::Explain(*snapshot, flags.id, workload);
}

}  // namespace

int RunWhy(const WhyFlags& flags) {
  const Result<control::Explanation> explanation = Explain(flags);
  if (!explanation.has_value()) return Fail(explanation.error());
  if (flags.output == OutputFormat::kJson) {
    PrintJson(*explanation);
  } else {
    PrintText(*explanation);
  }
  return kDone;
}

}  // namespace narrows::app
