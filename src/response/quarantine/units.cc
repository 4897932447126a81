#include "response/quarantine/units.h"

#include <algorithm>

#include "response/quarantine/effectiveness.h"

namespace narrows::response::quarantine {
namespace {

model::Labels TakenOff(const model::Pod& pod) {
  const auto saved = pod.annotations.find(kDetachedAnnotation);
  return saved == pod.annotations.end() ? model::Labels() : ParseLabels(saved->second).labels;
}

model::WorkloadRef RefOfPod(const model::Pod& pod) {
  return {pod.cluster, pod.name_space, "v1", "Pod", pod.name, pod.uid};
}

std::optional<QuarantineRecord> RecordOn(const model::Pod& pod) {
  const auto annotation = pod.annotations.find(kRecordAnnotation);
  if (annotation == pod.annotations.end()) return std::nullopt;
  auto record = ParseRecord(annotation->second);
  // A damaged record still says that the pod is ours: isolated for nobody, hence released.
  if (!record.has_value()) return QuarantineRecord();
  return *std::move(record);
}

using Records = std::map<std::string, QuarantineRecord, std::less<>>;

Records RecordsOfNetworkPolicies(const Situation& situation) {
  Records records;
  for (const model::NetworkPolicy& policy : situation.network_policies) {
    const auto annotation = policy.annotations.find(kRecordsAnnotation);
    if (annotation == policy.annotations.end() || !IsDenyAllPolicy(policy)) continue;
    for (QuarantineRecord& record : ParseRecords(annotation->second)) {
      // Whoever may edit this NetworkPolicy has no say in other namespaces.
      if (record.workload.starts_with(policy.name_space + "/")) {
        records[record.workload] = std::move(record);
      }
    }
  }
  return records;
}

// The NetworkPolicy's record goes first: it is written before the pods'. Claims that only a pod has
// are kept.
void Merge(std::optional<QuarantineRecord>& into, const QuarantineRecord& record) {
  if (!into) {
    into = record;
    return;
  }
  for (const Claim& claim : record.claims) {
    if (!into->Find(claim.policy)) into->claims.push_back(claim);
  }
  std::sort(into->claims.begin(), into->claims.end(),
            [](const Claim& a, const Claim& b) { return a.policy < b.policy; });
}

class UnitBuilder {
 public:
  explicit UnitBuilder(const Situation& situation) : situation_(situation) {
    for (const model::Namespace& name_space : situation.namespaces) {
      namespaces_[name_space.name] = &name_space;
    }
  }

  std::vector<Unit> Build() {
    const Records records = RecordsOfNetworkPolicies(situation_);
    for (const model::Workload& workload : situation_.workloads) {
      for (const model::Pod& pod : workload.pods) AddPod(workload.ref, pod);
    }
    for (const model::WorkloadRef& ref : situation_.idle_workloads) {
      Unit& unit = UnitFor(ref);
      unit.idle = unit.pods.empty();
    }
    std::vector<Unit> units;
    for (auto& [key, unit] : units_) {
      const auto record = records.find(key);
      if (record != records.end()) unit.observed = record->second;
      for (const model::Pod* pod : unit.pods) {
        if (const auto on_pod = RecordOn(*pod)) Merge(unit.observed, *on_pod);
      }
      if (unit.detached && unit.observed && !unit.observed->workload.empty()) {
        unit.origin = unit.observed->workload;
      }
      units.push_back(std::move(unit));
    }
    return units;
  }

 private:
  void AddPod(const model::WorkloadRef& owner, const model::Pod& pod) {
    const bool detached = IsDetached(pod);
    Unit& unit = UnitFor(detached ? RefOfPod(pod) : owner);
    unit.detached = detached;
    unit.pods.push_back(&pod);
  }

  Unit& UnitFor(const model::WorkloadRef& ref) {
    const std::string key = ref.ToString();
    Unit& unit = units_[key];
    if (unit.key.empty()) {
      unit.ref = ref;
      unit.key = unit.origin = key;
      const auto name_space = namespaces_.find(ref.name_space);
      if (name_space != namespaces_.end()) unit.name_space = name_space->second;
    }
    return unit;
  }

  const Situation& situation_;
  std::map<std::string, const model::Namespace*> namespaces_;
  std::map<std::string, Unit> units_;
};

}  // namespace

std::vector<model::Workload> SeparateDetached(model::Workload workload) {
  std::vector<model::Workload> parts;
  const auto first_detached =
      std::stable_partition(workload.pods.begin(), workload.pods.end(),
                            [](const model::Pod& pod) { return !IsDetached(pod); });
  for (auto pod = first_detached; pod != workload.pods.end(); ++pod) {
    model::Workload part;
    part.ref = RefOfPod(*pod);
    part.pods.push_back(std::move(*pod));
    part.pods[0].labels = LabelsForSelection(part.pods[0]);
    part.pods[0].owner = part.ref;
    parts.push_back(std::move(part));
  }
  workload.pods.erase(first_detached, workload.pods.end());
  if (!workload.pods.empty() || parts.empty()) parts.insert(parts.begin(), std::move(workload));
  return parts;
}

bool Unit::HasLivingPod() const {
  return std::any_of(pods.begin(), pods.end(),
                     [](const model::Pod* pod) { return IsLiving(*pod); });
}

std::vector<Unit> ObserveUnits(const Situation& situation) {
  return UnitBuilder(situation).Build();
}

Records ObserveQuarantines(const Situation& situation) {
  Records records;
  for (Unit& unit : ObserveUnits(situation)) {
    if (unit.observed && !unit.observed->claims.empty()) {
      records[unit.key] = *std::move(unit.observed);
    }
  }
  return records;
}

model::Labels LabelsOnPod(const model::Pod& pod) {
  model::Labels labels = pod.labels;
  // The pod may come from SeparateDetached.
  for (const auto& [key, value] : TakenOff(pod)) {
    const auto label = labels.find(key);
    if (label != labels.end() && label->second == value) labels.erase(label);
  }
  return labels;
}

model::Labels LabelsForSelection(const model::Pod& pod) {
  model::Labels labels = pod.labels;
  for (const auto& [key, value] : TakenOff(pod)) labels.emplace(key, value);
  return labels;
}

bool IsLiving(const model::Pod& pod) {
  return !pod.terminating && pod.phase != "Succeeded" && pod.phase != "Failed";
}

}  // namespace narrows::response::quarantine
