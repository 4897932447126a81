#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/action.h"
#include "model/assessment.h"
#include "model/finding.h"
#include "model/image.h"

namespace narrows::report {

// The advisory data base a report rests on.
struct DatabaseState {
  std::string path;
  TimePoint newest;   // when its newest record was changed
  std::string build;  // identity of the file's content; may be empty
  // The same of the ecosystems that the target's packages are of, as far as it has advisories.
  struct Source {
    std::string name;  // "Debian"
    TimePoint newest;
  };
  std::vector<Source> sources;
};

// What a policy said of the scanned target (`scan --policy`).
struct PolicyJudgement {
  std::string policy;
  model::Verdict verdict = model::Verdict::kUnknown;
  std::vector<model::Violation> violations;
};

enum class TargetKind { kImage, kFilesystem, kBillOfMaterials };
// "image", "filesystem", "billOfMaterials"
std::string_view ToString(TargetKind kind);

// All that a document about one scanned image or directory says. The order of the vectors does not
// matter: each document sorts by itself.
struct ScanReport {
  std::string tool_version;
  TimePoint created;
  TargetKind kind = TargetKind::kImage;
  std::string target;  // as the user named it
  model::ImageAnalysis image;
  std::vector<model::Finding> findings;        // those to be shown
  std::vector<model::Suppression> suppressed;  // kept, with their reason
  size_t hidden = 0;                           // left out by --severity and --ignore-unfixed
  std::string unknown_reason;                  // why the target cannot be judged; else empty
  std::vector<std::string> statuses;           // what the scanner left out, one sentence each
  std::vector<std::string> warnings;           // e.g. end of life, an old data base
  std::optional<DatabaseState> database;       // none: no data base was read (SBOM only)
  std::optional<PolicyJudgement> judgement;
};

// All that a document about one assessment of a cluster says.
struct AssessmentReport {
  std::string tool_version;
  TimePoint created;
  std::string cluster;
  std::vector<model::Assessment> assessments;
  std::vector<model::ActionRecord> actions;  // carried out or planned in this run
  std::vector<std::string> warnings;
  std::optional<DatabaseState> database;
};

struct Totals {
  size_t all = 0;
  size_t fixable = 0;
  size_t known_exploited = 0;
  std::array<size_t, 7> by_severity{};  // indexed by model::Severity
};
Totals CountFindings(const std::vector<model::Finding>& findings);

// The package of the finding, or null when it is about something else.
const model::Package* PackageOf(const model::Finding& finding);

// Pointers into `findings`, worst first: severity, known exploited, EPSS score, then package,
// version, vulnerability and identity, so that equal input gives equal order.
std::vector<const model::Finding*> WorstFirst(const std::vector<model::Finding>& findings);

// Pointers into `suppressed`, in the order of WorstFirst.
std::vector<const model::Suppression*> WorstFirst(
    const std::vector<model::Suppression>& suppressed);

// Pointers into `assessments`: violated, unknown, passed; then namespace, kind, name, policy.
std::vector<const model::Assessment*> WorstFirst(const std::vector<model::Assessment>& assessments);

// The worst violation over all containers, or null.
const model::Violation* WorstViolation(const model::Assessment& assessment);

}  // namespace narrows::report
