#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/workload.h"
#include "response/quarantine/record.h"
#include "response/response_action.h"

namespace narrows::response::quarantine {

// A detached pod has lost its owner and the labels that policies select by. This makes it a
// workload of its own (kind Pod) with those labels again, as which it is judged: its image stays
// what it is when the owner's pods move on. Call it on what the inventory says, before judging.
std::vector<model::Workload> SeparateDetached(model::Workload workload);

// What is isolated or not as a whole: a workload, or a detached pod.
struct Unit {
  model::WorkloadRef ref;
  std::string key;  // ref.ToString()
  // The workload that a detached pod was taken from; else `key`.
  std::string origin;
  bool detached = false;
  bool idle = false;                             // no pods, but it exists
  const model::Namespace* name_space = nullptr;  // null where it is not known (yet)
  std::vector<const model::Pod*> pods;           // borrowed from the situation
  std::optional<QuarantineRecord> observed;  // from the pods' annotations and the NetworkPolicy's

  bool HasLivingPod() const;
};

// All units, sorted by key.
std::vector<Unit> ObserveUnits(const Situation& situation);

// What is quarantined at the moment, by the unit's key.
std::map<std::string, QuarantineRecord, std::less<>> ObserveQuarantines(const Situation& situation);

// The labels as they stand on the pod, and as policies select by.
model::Labels LabelsOnPod(const model::Pod& pod);
model::Labels LabelsForSelection(const model::Pod& pod);

// Neither ended nor about to end.
bool IsLiving(const model::Pod& pod);

}  // namespace narrows::response::quarantine
