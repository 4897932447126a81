#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "assessment/policy.h"
#include "base/clock.h"
#include "base/joined_spans.h"
#include "control/image_pipeline.h"
#include "control/judgement.h"
#include "control/work_queue.h"
#include "inventory/cluster/cluster_inventory.h"
#include "response/response_action.h"

namespace narrows::control {

// The namespace as the inventory has it now; its detached pods are workloads of their own.
NamespacePicture TakePicture(const inventory::cluster::ClusterInventory& inventory,
                             const model::Namespace& name_space,
                             const std::vector<assessment::Policy>& policies);

// The latest judgement of every namespace. Not thread-safe.
class NamespaceBook {
 public:
  // Both outlive it.
  NamespaceBook(const inventory::cluster::ClusterInventory& inventory, const Knowledge& knowledge)
      : inventory_(inventory), knowledge_(knowledge) {}

  struct Update {
    std::vector<const Judgement*> judged;
    std::vector<std::string> gone;  // namespaces that are there no more
  };
  // Judges what the work names; the pointers are valid until the next call.
  Update Apply(const Work& work, const std::vector<assessment::Policy>& policies, TimePoint now);

  // Keys of all images that were asked for.
  std::vector<std::string> Images() const;

  const std::map<std::string, Judgement, std::less<>>& judgements() const { return judgements_; }

 private:
  const inventory::cluster::ClusterInventory& inventory_;
  const Knowledge& knowledge_;
  std::map<std::string, Judgement, std::less<>> judgements_;
};

// All judgements as one picture, none of them copied: a round of the control loop costs what it
// judged.
class WholePicture {
 public:
  // Borrowed, as it is from the situation.
  void Add(const Judgement& judgement);

  // `policies` and `unreadable` are borrowed too.
  response::Situation SituationFor(std::string_view cluster, std::string_view own_namespace,
                                   const std::vector<assessment::Policy>& policies,
                                   const std::vector<std::string>& unreadable) const;

  const JoinedSpans<model::Assessment>& assessments() const { return picture_.assessments; }

 private:
  response::Situation picture_;
};

}  // namespace narrows::control
