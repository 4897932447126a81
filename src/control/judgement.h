#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "assessment/policy.h"
#include "base/clock.h"
#include "control/image_pipeline.h"
#include "model/assessment.h"
#include "model/network_policy.h"
#include "model/workload.h"

namespace narrows::control {

// What is asked of the pipeline for a container of a pod.
ImageRequest RequestFor(const model::Pod& pod, const model::Container& container);

// One namespace as it is at a moment.
struct NamespacePicture {
  model::Namespace name_space;
  std::vector<model::Workload> workloads;       // detached pods are workloads of their own
  std::vector<model::WorkloadRef> controllers;  // where something is remembered of the namespace's
                                                // workloads: those that exist, pods or not
  std::vector<model::NetworkPolicy> network_policies;
  std::vector<model::Service> services;
};

// A namespace judged under all policies.
struct Judgement {
  NamespacePicture picture;
  std::vector<model::Assessment> assessments;
  std::set<std::string> images;  // keys of the requests that were made for it
  std::vector<std::shared_ptr<const ScannedImage>> scanned;  // what came of them; shared with the
                                                             // pipeline
};

// Knowledge of an image; asking may set off that it is read.
using Knowledge = std::function<ImageKnowledge(const ImageRequest&)>;

// Judges each workload under each active policy that inspects it. Only images that some policy asks
// about are asked for.
Judgement Judge(NamespacePicture picture, const std::vector<assessment::Policy>& policies,
                const Knowledge& knowledge, TimePoint now);

// The picture with no more of each workload than planning needs: of those that pass everywhere and
// carry no mark of a quarantine one pod suffices, which keeps a large cluster's picture small.
void Thin(Judgement& judgement);

}  // namespace narrows::control
