#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "assessment/policy.h"
#include "model/assessment.h"
#include "model/image.h"
#include "model/workload.h"

// Judging: pure functions of a policy, what runs, and what is known of its images.
namespace narrows::assessment {

// What is known of the image that a container runs.
struct ImageScan {
  std::string digest;  // of the manifest that was scanned
  // Shared with the judgement, whose evidence points into it; null: none known.
  std::shared_ptr<const std::vector<model::Finding>> findings;
  // Why it can't be judged ("not analysed yet", "registry down: …"); empty when it can. Findings
  // may be there all the same, and then can violate.
  std::string unknown_reason;
  // The image as VEX statements may speak of it; without it they say nothing.
  std::shared_ptr<const model::ImageAnalysis> image = nullptr;
  std::string repository = {};  // findings::vex::Target's
  std::string tag = {};
  // What the advisories hold of statements on the findings; null: nothing. Shared as the findings.
  std::shared_ptr<const model::StatedOfFindings> stated = nullptr;
};
using ScanLookup = std::function<ImageScan(const model::Pod&, const model::Container&)>;

// Reasons that are nobody's fault: nothing runs yet, or Narrows has not got round to it. They never
// count as a failure, whatever onUnknown says, or each start of Narrows would isolate what runs.
inline constexpr std::string_view kNotStartedYet = "the container has not started yet";
inline constexpr std::string_view kNotReadYet = "the image has not been read yet";
inline constexpr std::string_view kNoDatabaseYet = "there is no advisory database yet";

// Whether the policy inspects the namespace / the pod (by its labels, in such a namespace).
bool Covers(const Policy& policy, const model::Namespace& name_space);
bool Covers(const Policy& policy, const model::Namespace& name_space, const model::Pod& pod);

// Judges the workload's pods that the policy covers, init and ephemeral containers included. Pods
// that have ended count only where no other is left. Nothing when the policy covers none of them or
// its image scanner is off. Does not look at enabled, suspend or deletion.
std::optional<model::Assessment> Assess(const Policy& policy, const model::Namespace& name_space,
                                        const model::Workload& workload, const ScanLookup& scans,
                                        TimePoint now);

// Labels of the pods that run an image.
using PodLabels = std::span<const model::Labels* const>;

// Judges one image, as Assess does for each container and `scan --policy` for a whole run. A
// finding is excepted where all of its pods are; without pods only exceptions that are not limited
// to workloads apply. What an exception does not cover is suppressed where the policy's VEX
// statements say that it is fixed or does not affect the product.
model::ContainerAssessment JudgeImage(const Policy& policy, const ImageScan& scan, PodLabels pods,
                                      TimePoint now);

// Whether the policy treats it as violated: it is, or it is unknown and the policy says onUnknown:
// fail.
bool Fails(const Policy& policy, const model::ContainerAssessment& container);
bool Fails(const Policy& policy, const model::Assessment& assessment);

// What a finding is when the image changes: eight hexadecimal digits of its id and source package.
std::string Fingerprint(const model::Finding& finding);

// Of all violations, sorted, none twice; kUnknownFingerprint stands for failing without one.
inline constexpr std::string_view kUnknownFingerprint = "unknown";
std::vector<std::string> Fingerprints(const Policy& policy, const model::Assessment& assessment);

}  // namespace narrows::assessment
