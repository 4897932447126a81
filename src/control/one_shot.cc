#include "control/one_shot.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "control/judgement.h"
#include "control/namespace_book.h"
#include "control/policy_reconciler.h"
#include "control/policy_watch.h"
#include "inventory/cluster/cluster_inventory.h"

namespace narrows::control {
namespace {

constexpr auto kLook = std::chrono::milliseconds(100);
// One run tries an image once: a second try would come too late for it.
constexpr auto kNever = std::chrono::hours(24 * 365);

// The policies to judge by, and what is to be said about those that cannot be read.
Result<PolicySet> ReadPolicies(const OneShotParts& parts, const OneShotOptions& options,
                               std::vector<std::string>& warnings, const CallContext& context) {
  PolicySet set;
  if (options.policy) {
    set.policies.push_back(*options.policy);
    return set;
  }
  const auto watch = MakePolicyWatch([](const std::string&) {});
  const Status listed = watch->ListOnce(parts.client, context);
  if (!listed.has_value()) {
    if (listed.error().code != ErrorCode::kNotFound) return listed.error().Within("policies");
    return NotFound(
        "the cluster does not know InspectionPolicies: apply api/crds, or name a file with "
        "--policy");
  }
  for (const auto& watched : watch->Policies()) {
    if (watched->spec) {
      set.policies.push_back(*watched->spec);
    } else {
      set.frozen.push_back(watched->meta.name);
      warnings.push_back("policy " + watched->meta.name +
                         " cannot be read and is left out: " + watched->fault->message);
    }
  }
  if (set.policies.empty() && set.frozen.empty())
    return NotFound("the cluster has no InspectionPolicy: apply one, or name a file with --policy");
  return set;
}

void AddStatements(const findings::vex::Statements& statements, PolicySet& set) {
  for (assessment::Policy& policy : set.policies)
    policy.vex = std::make_shared<const findings::vex::Statements>(
        findings::vex::Join(statements, policy.vex.get()));
}

class OneShot {
 public:
  OneShot(const OneShotParts& parts, const OneShotOptions& options, const CallContext& context)
      : parts_(parts), options_(options), context_(context) {}

  Result<ClusterAssessment> Run() {
    ClusterAssessment result;
    Say("listing policies", 0, 0);
    ASSIGN_OR_RETURN(PolicySet set, ReadPolicies(parts_, options_, result.warnings, context_));
    if (options_.vex) AddStatements(*options_.vex, set);
    Say("listing the cluster", 0, 0);
    const auto inventory = inventory::cluster::MakeClusterInventory(parts_.client);
    ASSIGN_OR_RETURN(std::vector<std::string> warnings, inventory->ListOnce(context_));
    std::move(warnings.begin(), warnings.end(), std::back_inserter(result.warnings));
    ASSIGN_OR_RETURN(const std::vector<model::Namespace> namespaces, Namespaces(*inventory));

    const auto images = MakeImagePipeline({.first_retry = kNever, .last_retry = kNever},
                                          parts_.analyse, [](const std::string&) {});
    images->SetScanner(parts_.scanner);
    const Knowledge ask = [&](const ImageRequest& request) { return images->Get(request); };
    // The first pass asks for the images, the second one judges.
    for (const model::Namespace& name_space : namespaces)
      (void)Judge(TakePicture(*inventory, name_space, set.policies), set.policies, ask,
                  parts_.clock.Now());
    RETURN_IF_ERROR(ReadImages(*images, result.warnings));
    std::vector<Judgement> judgements;
    judgements.reserve(namespaces.size());
    WholePicture picture;
    for (const model::Namespace& name_space : namespaces) {
      picture.Add(judgements.emplace_back(Judge(TakePicture(*inventory, name_space, set.policies),
                                                set.policies, ask, parts_.clock.Now())));
    }
    result.cluster = inventory->ClusterId();
    result.plan = parts_.quarantine.Plan(
        picture.SituationFor(result.cluster, options_.own_namespace, set.policies, set.frozen),
        parts_.clock.Now());
    for (Judgement& judgement : judgements) {
      std::move(judgement.assessments.begin(), judgement.assessments.end(),
                std::back_inserter(result.assessments));
    }
    return result;
  }

 private:
  void Say(const std::string& step, size_t done, size_t total) const {
    if (options_.on_progress) options_.on_progress(step, done, total);
  }

  Result<std::vector<model::Namespace>> Namespaces(
      const inventory::cluster::ClusterInventory& inventory) const {
    if (options_.name_space.empty()) return inventory.Namespaces();
    const auto found = inventory.FindNamespace(options_.name_space);
    if (!found)
      return NotFound("the cluster has no namespace \"" + Printable(options_.name_space) + "\"");
    return std::vector<model::Namespace>{*found};
  }

  // Until all have been tried once. At the deadline the rest stays unknown.
  Status ReadImages(ImagePipeline& images, std::vector<std::string>& warnings) const {
    while (true) {
      const ImagePipeline::Counts counts = images.Count();
      Say("reading images", counts.known - counts.queued, counts.known);
      const Status idle = images.WaitIdle(context_.Limited(kLook));
      if (idle.has_value()) return Ok();
      const Status status = context_.Check();
      if (status.has_value()) continue;
      if (status.error().code == ErrorCode::kCancelled) return status;
      warnings.push_back("not all images could be read in the time given (--timeout): " +
                         std::to_string(images.Count().queued) + " are unknown");
      return Ok();
    }
  }

  const OneShotParts& parts_;
  const OneShotOptions& options_;
  const CallContext& context_;
};

}  // namespace

Result<ClusterAssessment> AssessCluster(const OneShotParts& parts, const OneShotOptions& options,
                                        const CallContext& context) {
  return OneShot(parts, options, context).Run();
}

}  // namespace narrows::control
