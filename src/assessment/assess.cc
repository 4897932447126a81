#include "assessment/assess.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <tuple>

#include "base/sha256.h"
#include "base/strings.h"

namespace narrows::assessment {
namespace {

using model::Finding;
using model::Severity;

struct Breach {
  std::string rule;
  std::string reason;
};

std::string Fixed(double value) {
  char buffer[32];
  const int length = std::snprintf(buffer, sizeof buffer, "%.4g", value);
  return std::string(buffer, static_cast<size_t>(length));
}

// Which rules of the baseline the finding breaks, the fix set aside; nothing when it breaks none.
std::optional<Breach> BreachOf(const Baseline& baseline, const Finding& finding) {
  Breach breach;
  const auto add = [&](std::string_view rule, const std::string& reason) {
    if (breach.rule.empty()) breach.rule = rule;
    breach.reason += (breach.reason.empty() ? "" : "; ") + reason;
  };
  // The ancestor takes Unknown for None.
  const Severity accepted = std::max(baseline.accepted, Severity::kNone);
  if (finding.severity > accepted) {
    add("severity", std::string(ToString(finding.severity)) + " exceeds the accepted " +
                        std::string(ToString(accepted)));
  }
  const model::VulnerabilityDetail& detail = finding.vulnerability;
  if (baseline.kev && detail.kev) add("kev", "known to be exploited (CISA KEV)");
  if (baseline.epss && detail.epss && detail.epss->score >= *baseline.epss) {
    add("epss", "EPSS " + Fixed(detail.epss->score) + " reaches " + Fixed(*baseline.epss));
  }
  if (breach.rule.empty()) return std::nullopt;
  return breach;
}

bool SameText(std::string_view a, std::string_view b) { return ToLower(a) == ToLower(b); }

bool Names(const Exception& exception, const Finding& finding) {
  const model::VulnerabilityDetail& detail = finding.vulnerability;
  if (!exception.id.empty() && !SameText(exception.id, detail.id) &&
      !SameText(exception.id, detail.advisory) &&
      std::none_of(detail.aliases.begin(), detail.aliases.end(),
                   [&](const std::string& alias) { return SameText(exception.id, alias); })) {
    return false;
  }
  if (!exception.package) return true;
  const auto* subject = std::get_if<model::PackageSubject>(&finding.subject);
  return subject && exception.package->Matches(subject->package);
}

// The exception for pods that run the finding: each of them must have one.
const Exception* ExceptionFor(const Policy& policy, const Finding& finding, PodLabels pods,
                              TimePoint now) {
  std::vector<const Exception*> limited;
  for (const Exception& exception : policy.exceptions) {
    if (exception.ExpiredAt(now) || !Names(exception, finding)) continue;
    if (!exception.workloads) return &exception;
    limited.push_back(&exception);
  }
  const Exception* first = nullptr;
  for (const model::Labels* labels : pods) {
    const auto match = std::find_if(
        limited.begin(), limited.end(),
        [&](const Exception* exception) { return exception->workloads->Matches(*labels); });
    if (match == limited.end()) return nullptr;
    if (!first) first = *match;
  }
  return first;
}

// The statement by which the finding is none; null where there is no such.
std::shared_ptr<const model::VexStatement> StatementFor(const Policy& policy, const ImageScan& scan,
                                                        const Finding& finding) {
  std::shared_ptr<const model::VexStatement> statement;
  if (policy.vex && !policy.vex->empty() && scan.image)
    statement = policy.vex->Find(finding, {scan.image.get(), scan.repository, scan.tag});
  if (scan.stated) {
    const auto stated = scan.stated->find(finding.id);
    if (stated != scan.stated->end())
      statement = model::Newer(std::move(statement), stated->second);
  }
  if (!statement || !findings::vex::Suppresses(*statement)) return nullptr;
  return statement;
}

void JudgeFinding(const Policy& policy, const ImageScan& scan, const Finding& finding,
                  PodLabels pods, TimePoint now, model::ContainerAssessment& into) {
  if (finding.kind != model::FindingKind::kVulnerability) return;
  std::optional<Breach> breach;
  std::optional<Breach> unfixed;
  for (const Baseline& baseline : policy.baselines) {
    auto found = BreachOf(baseline, finding);
    if (!found) continue;
    const bool passed_over = baseline.only_fixed && finding.vulnerability.fixed_version.empty();
    auto& kept = passed_over ? unfixed : breach;
    if (!kept) kept = std::move(found);
  }
  if (!breach && !unfixed) return;
  const std::shared_ptr<const Finding> shared(scan.findings, &finding);
  if (breach) {
    if (const Exception* exception = ExceptionFor(policy, finding, pods, now)) {
      into.suppressions.push_back({shared, "exception", exception->reason});
    } else if (const auto statement = StatementFor(policy, scan, finding)) {
      into.suppressions.push_back({shared, "vex", statement->ToString(), statement});
    } else {
      into.violations.push_back({shared, breach->rule, breach->reason});
    }
  } else {
    into.suppressions.push_back({shared, "onlyFixed", "there is no fixed version"});
  }
}

bool IsNotYet(std::string_view reason) {
  return reason == kNotStartedYet || reason == kNotReadYet || reason == kNoDatabaseYet;
}

bool Ended(const model::Pod& pod) { return pod.phase == "Succeeded" || pod.phase == "Failed"; }

// The pods to judge: those that live, or the ended ones where none lives.
std::vector<const model::Pod*> PodsToJudge(const Policy& policy, const model::Namespace& name_space,
                                           const model::Workload& workload) {
  std::vector<const model::Pod*> living;
  std::vector<const model::Pod*> ended;
  for (const model::Pod& pod : workload.pods) {
    if (Covers(policy, name_space, pod)) (Ended(pod) ? ended : living).push_back(&pod);
  }
  return living.empty() ? ended : living;
}

}  // namespace

bool Covers(const Policy& policy, const model::Namespace& name_space) {
  return name_space.name != policy.work_namespace &&
         policy.namespace_selector.Matches(name_space.labels);
}

bool Covers(const Policy& policy, const model::Namespace& name_space, const model::Pod& pod) {
  return Covers(policy, name_space) && policy.workload_selector.Matches(pod.labels);
}

model::ContainerAssessment JudgeImage(const Policy& policy, const ImageScan& scan, PodLabels pods,
                                      TimePoint now) {
  model::ContainerAssessment container;
  container.image_digest = scan.digest;
  container.unknown_reason = scan.unknown_reason;
  if (scan.findings) {
    container.findings = static_cast<int>(scan.findings->size());
    for (const Finding& finding : *scan.findings) {
      JudgeFinding(policy, scan, finding, pods, now, container);
    }
  }
  if (!container.violations.empty()) {
    container.verdict = model::Verdict::kViolated;
  } else if (!container.unknown_reason.empty()) {
    container.verdict = model::Verdict::kUnknown;
  } else {
    container.verdict = model::Verdict::kPassed;
  }
  return container;
}

std::optional<model::Assessment> Assess(const Policy& policy, const model::Namespace& name_space,
                                        const model::Workload& workload, const ScanLookup& scans,
                                        TimePoint now) {
  if (!policy.scanners.image) return std::nullopt;
  const auto pods = PodsToJudge(policy, name_space, workload);
  if (pods.empty()) return std::nullopt;
  model::Assessment assessment;
  assessment.workload = workload.ref;
  assessment.policy = policy.meta.name;
  assessment.time = now;
  assessment.verdict = model::Verdict::kPassed;
  // What the pods run between them, in the order of their containers.
  struct Part {
    const model::Container* container;
    ImageScan scan;
    std::vector<const model::Labels*> pods;
  };
  std::vector<Part> parts;
  std::map<std::tuple<std::string, std::string, std::string>, size_t> known;  // name, image, digest
  for (const model::Pod* pod : pods) {
    for (const model::Container& container : pod->containers) {
      ImageScan scan;
      if (container.image_id.empty()) {
        scan.unknown_reason = kNotStartedYet;
      } else {
        scan = scans(*pod, container);
      }
      const std::string& identity = scan.digest.empty() ? container.image_id : scan.digest;
      const auto [it, added] =
          known.try_emplace({container.name, container.image, identity}, parts.size());
      if (added) parts.push_back({&container, std::move(scan), {}});
      parts[it->second].pods.push_back(&pod->labels);
    }
  }
  for (const Part& part : parts) {
    auto judged = JudgeImage(policy, part.scan, part.pods, now);
    judged.container = part.container->name;
    judged.image = part.container->image;
    assessment.verdict = Worst(assessment.verdict, judged.verdict);
    assessment.containers.push_back(std::move(judged));
  }
  return assessment;
}

bool Fails(const Policy& policy, const model::ContainerAssessment& container) {
  return container.verdict == model::Verdict::kViolated ||
         (container.verdict == model::Verdict::kUnknown && policy.on_unknown == OnUnknown::kFail &&
          !IsNotYet(container.unknown_reason));
}

bool Fails(const Policy& policy, const model::Assessment& assessment) {
  return std::any_of(
      assessment.containers.begin(), assessment.containers.end(),
      [&](const model::ContainerAssessment& container) { return Fails(policy, container); });
}

std::string Fingerprint(const Finding& finding) {
  const auto* subject = std::get_if<model::PackageSubject>(&finding.subject);
  const std::string package =
      subject ? subject->package.ecosystem + "/" + subject->package.source_name : "";
  return Sha256Hex(finding.vulnerability.id + "\n" + package).substr(0, 8);
}

std::vector<std::string> Fingerprints(const Policy& policy, const model::Assessment& assessment) {
  std::set<std::string> prints;
  for (const model::ContainerAssessment& container : assessment.containers) {
    for (const model::Violation& violation : container.violations) {
      prints.insert(Fingerprint(*violation.finding));
    }
  }
  if (prints.empty() && Fails(policy, assessment)) prints.emplace(kUnknownFingerprint);
  return {prints.begin(), prints.end()};
}

}  // namespace narrows::assessment
