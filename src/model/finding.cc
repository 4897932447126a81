#include "model/finding.h"

#include "base/sha256.h"

namespace narrows::model {
namespace {

struct SubjectKey {
  std::string operator()(const PackageSubject& s) const {
    const Package& p = s.package;
    return s.image_digest + '\n' + p.ecosystem + '\n' + p.name + '\n' + p.version + '\n' +
           p.architecture + '\n' + p.path;
  }
  std::string operator()(const WorkloadFieldSubject& s) const {
    return s.workload + '\n' + s.field;
  }
  std::string operator()(const NodeCheckSubject& s) const { return s.node + '\n' + s.check; }
};

}  // namespace

std::string_view ToString(FindingKind kind) {
  switch (kind) {
    case FindingKind::kVulnerability:
      return "vulnerability";
    case FindingKind::kErratum:
      return "erratum";
    case FindingKind::kInformational:
      return "informational";
    case FindingKind::kMalware:
      return "malware";
    case FindingKind::kMisconfiguration:
      return "misconfiguration";
    case FindingKind::kBehaviour:
      return "behaviour";
    case FindingKind::kSecret:
      return "secret";
  }
  return "vulnerability";
}

std::string_view ToString(FixStatus status) {
  switch (status) {
    case FixStatus::kFixed:
      return "fixed";
    case FixStatus::kAffected:
      return "affected";
    case FixStatus::kWillNotFix:
      return "will_not_fix";
    case FixStatus::kFixDeferred:
      return "fix_deferred";
    case FixStatus::kEndOfLife:
      return "end_of_life";
  }
  return "affected";
}

std::string FindingIdentity(const Finding& finding) {
  std::string key = std::string(ToString(finding.kind)) + '\n' + finding.scanner + '\n' +
                    finding.vulnerability.id + '\n' + std::visit(SubjectKey{}, finding.subject);
  return Sha256Hex(key).substr(0, 32);
}

}  // namespace narrows::model
