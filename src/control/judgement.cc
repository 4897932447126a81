#include "control/judgement.h"

#include <algorithm>
#include <map>
#include <utility>

#include "assessment/assess.h"
#include "registry/image_reference.h"
#include "response/quarantine/record.h"
#include "response/quarantine/units.h"

namespace narrows::control {

ImageRequest RequestFor(const model::Pod& pod, const model::Container& container) {
  ImageRequest request;
  request.image = container.image;
  request.image_id = container.image_id;
  // A node that is not known (yet): what most are.
  if (!pod.architecture.empty()) request.platform.architecture = pod.architecture;
  request.name_space = pod.name_space;
  request.service_account = pod.service_account;
  request.pull_secrets = pod.pull_secrets;
  return request;
}

namespace {

// What the container's image is called.
void NameImage(const model::Container& container, assessment::ImageScan& scan) {
  const auto reference = registry::ImageReference::Parse(container.image);
  if (!reference.has_value()) return;
  scan.repository = reference->Repository();
  scan.tag = reference->tag();
}

}  // namespace

Judgement Judge(NamespacePicture picture, const std::vector<assessment::Policy>& policies,
                const Knowledge& knowledge, TimePoint now) {
  Judgement judgement;
  // Keeps what is borrowed alive, and asks once for each image.
  std::map<std::string, ImageKnowledge> known;
  const assessment::ScanLookup lookup = [&](const model::Pod& pod,
                                            const model::Container& container) {
    const ImageRequest request = RequestFor(pod, container);
    assessment::ImageScan scan;
    if (request.image_id.empty()) {
      scan.unknown_reason = assessment::kNotStartedYet;
      return scan;
    }
    const std::string key = request.Key();
    auto it = known.find(key);
    if (it == known.end()) {
      it = known.emplace(key, knowledge(request)).first;
      if (it->second.scanned) judgement.scanned.push_back(it->second.scanned);
    }
    judgement.images.insert(key);
    if (!it->second.scanned) {
      scan.unknown_reason = it->second.unknown_reason;
      return scan;
    }
    const ScannedImage& image = *it->second.scanned;
    scan.digest = image.analysis->digest;
    scan.findings = {it->second.scanned, &image.outcome.findings};
    scan.unknown_reason = image.outcome.unknown_reason;
    scan.image = image.analysis;
    scan.stated = {it->second.scanned, &image.outcome.stated};
    NameImage(container, scan);
    return scan;
  };
  for (const assessment::Policy& policy : policies) {
    if (!policy.Active() || !assessment::Covers(policy, picture.name_space)) continue;
    for (const model::Workload& workload : picture.workloads) {
      auto assessment = assessment::Assess(policy, picture.name_space, workload, lookup, now);
      if (assessment) judgement.assessments.push_back(*std::move(assessment));
    }
  }
  judgement.picture = std::move(picture);
  return judgement;
}

void Thin(Judgement& judgement) {
  std::set<std::string> interesting;
  for (const model::Assessment& assessment : judgement.assessments) {
    if (assessment.verdict != model::Verdict::kPassed)
      interesting.insert(assessment.workload.ToString());
  }
  for (model::Workload& workload : judgement.picture.workloads) {
    if (workload.pods.size() < 2 || interesting.contains(workload.ref.ToString())) continue;
    const bool marked =
        std::any_of(workload.pods.begin(), workload.pods.end(), [](const model::Pod& pod) {
          return response::quarantine::IsOurs(pod) || response::quarantine::IsLabelled(pod);
        });
    if (marked) continue;
    const auto living =
        std::find_if(workload.pods.begin(), workload.pods.end(), response::quarantine::IsLiving);
    std::iter_swap(workload.pods.begin(),
                   living == workload.pods.end() ? workload.pods.begin() : living);
    workload.pods.resize(1);
    workload.pods.shrink_to_fit();
  }
}

}  // namespace narrows::control
