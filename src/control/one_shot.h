#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "assessment/policy.h"
#include "base/call_context.h"
#include "base/clock.h"
#include "base/result.h"
#include "control/image_pipeline.h"
#include "findings/vex/statements.h"
#include "kubernetes/api_client.h"
#include "model/assessment.h"
#include "response/response_action.h"

namespace narrows::control {

struct OneShotParts {
  const Clock& clock;
  kubernetes::ApiClient& client;
  ImagePipeline::Analyse analyse;
  ActiveScanner scanner;
  const response::ResponseAction& quarantine;  // only asked for its plan
};

struct OneShotOptions {
  std::optional<assessment::Policy> policy;  // instead of the cluster's
  // What is stated beside what the policies hold; null: nothing. Shared with them.
  std::shared_ptr<const findings::vex::Statements> vex = nullptr;
  std::string name_space;  // empty: all
  std::string own_namespace;
  // What is done at the moment, and how far: images read of all. May be null.
  std::function<void(const std::string& step, size_t done, size_t total)> on_progress;
};

struct ClusterAssessment {
  std::string cluster;
  std::vector<model::Assessment> assessments;
  response::ActionPlan plan;  // of quarantine; nothing of it is carried out
  std::vector<std::string> warnings;
};

// Lists the cluster once, reads every image that a policy asks about, and judges. Changes nothing.
// What could not be read is a warning, or an unknown verdict. kNotFound where there is no policy at
// all, or not the namespace.
Result<ClusterAssessment> AssessCluster(const OneShotParts& parts, const OneShotOptions& options,
                                        const CallContext& context);

}  // namespace narrows::control
