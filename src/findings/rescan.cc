#include "findings/rescan.h"

#include <utility>
#include <variant>
#include <vector>

namespace narrows::findings {
namespace {

bool IsOf(const model::Finding& finding, const model::Package& package) {
  const auto* subject = std::get_if<model::PackageSubject>(&finding.subject);
  return subject != nullptr && subject->package == package;
}

// With what is stated of it.
void Keep(const ScanOutcome& from, const model::Finding& finding, ScanOutcome& into) {
  if (const auto stated = from.stated.find(finding.id); stated != from.stated.end())
    into.stated.insert(*stated);
  into.findings.push_back(finding);
}

}  // namespace

Result<ScanOutcome> Rescan(const Scanner& scanner, const model::ImageAnalysis& image,
                           const ScanOutcome& before, const Concerned& concerned,
                           const CallContext& context) {
  model::ImageAnalysis part = image;
  std::erase_if(part.packages, [&](const model::Package& package) { return !concerned(package); });
  ASSIGN_OR_RETURN(ScanOutcome now, scanner.Scan(part, context));
  // Both list their findings in the order of the image's packages.
  ScanOutcome outcome;
  outcome.unknown_reason = before.unknown_reason;
  outcome.statuses = before.statuses;
  size_t old = 0;
  size_t fresh = 0;
  for (const model::Package& package : image.packages) {
    const bool again = concerned(package);
    for (; old < before.findings.size() && IsOf(before.findings[old], package); ++old) {
      if (!again) Keep(before, before.findings[old], outcome);
    }
    if (!again) continue;
    for (; fresh < now.findings.size() && IsOf(now.findings[fresh], package); ++fresh)
      Keep(now, now.findings[fresh], outcome);
  }
  return outcome;
}

}  // namespace narrows::findings
