#include "response/quarantine/planner.h"

#include <algorithm>
#include <set>

#include "assessment/status.h"
#include "base/sha256.h"
#include "base/strings.h"
#include "kubernetes/resource_types.h"
#include "response/quarantine/claims.h"
#include "response/quarantine/detach.h"
#include "response/quarantine/effectiveness.h"
#include "response/quarantine/manifests.h"
#include "response/quarantine/units.h"

namespace narrows::response::quarantine {
namespace {

using Verb = Operation::Verb;

// Of the names of pods to detach in the records of one namespace: less than half of what the
// records may have.
constexpr size_t kMostDetachBytes = 48 << 10;
constexpr size_t kBytesAroundName = 3;  // quotes and comma

// What the pods' annotation says: the record without the list that only the NetworkPolicy carries.
QuarantineRecord OnPods(QuarantineRecord record) {
  record.detach.clear();
  return record;
}

bool HasPod(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// What each pod of a quarantined workload gets, new ones at once; who comes later is not detached.
PodChange LabelsOf(const QuarantineRecord& record) {
  PodChange change;
  change.set_labels = {{std::string(kControllerLabel), std::string(kControllerValue)},
                       {std::string(kInspectionLabel), std::string(kInspectionValue)}};
  if (!record.allow.empty()) change.set_labels[std::string(kAllowLabel)] = record.allow;
  change.set_annotations = {{std::string(kRecordAnnotation), FormatRecord(OnPods(record))}};
  return change;
}

// The change that takes everything of ours off the pod.
PodChange ReleaseOf(const model::Pod& pod) {
  PodChange change;
  for (const std::string_view key : {kControllerLabel, kInspectionLabel, kAllowLabel}) {
    if (pod.labels.contains(key)) change.remove_labels.emplace_back(key);
  }
  for (const std::string_view key : {kRecordAnnotation, kDetachedAnnotation}) {
    if (pod.annotations.contains(key)) change.remove_annotations.emplace_back(key);
  }
  const auto saved = pod.annotations.find(kDetachedAnnotation);
  if (saved != pod.annotations.end()) change.put_back = ParseLabels(saved->second).labels;
  return change;
}

// What of the labels taken off cannot be put back; empty where all can.
std::string DamageOn(const model::Pod& pod) {
  const auto saved = pod.annotations.find(kDetachedAnnotation);
  return saved == pod.annotations.end() ? "" : ParseLabels(saved->second).damage;
}

// Plans one namespace: its units, which are [begin, end) of all.
class NamespacePlanner {
 public:
  NamespacePlanner(const Situation& situation, std::span<const Unit> units,
                   std::span<const Demand> demands, TimePoint now, ActionPlan& plan)
      : situation_(situation), units_(units), demands_(demands), now_(now), plan_(plan) {
    name_ = units.front().ref.name_space;
    for (const model::NetworkPolicy& policy : situation.network_policies) {
      if (policy.name_space != name_) continue;
      if (policy.name == DenyPolicyName(name_)) deny_ = &policy;
      ours_.push_back(&policy);
    }
    // A policy of this name that does not say it is the quarantine's is left alone.
    foreign_ = deny_ && !IsDenyAllPolicy(*deny_);
    for (const Unit& unit : units) {
      if (unit.observed) TakeRoom(unit.observed->detach);
    }
  }

  void Plan() {
    for (size_t i = 0; i < units_.size(); ++i) Decide(i);
    for (const QuarantineRecord& record : wanted_) {
      if (!record.allow.empty()) allow_keys_.insert(record.allow);
    }
    if (isolates_ && !foreign_) BringDenyPolicy();
    BringAllowPolicies();
    for (Operation& operation : isolate_) plan_.operations.push_back(std::move(operation));
    for (Operation& operation : release_) plan_.operations.push_back(std::move(operation));
    SettleDenyPolicy();
    DropAllowPolicies();
  }

 private:
  void Decide(size_t i) {
    const Unit& unit = units_[i];
    const Demand& demand = demands_[i];
    const bool was = unit.observed.has_value();
    if (!demand.claims.empty()) {
      Isolate(unit, demand);
    } else if (was) {
      Release(unit, demand);
    }
    if (demand.claims.empty() && !demand.planned_by.empty()) {
      Report(unit, demand, Standing::kPlanned, RecordFor(unit, demand), {});
    }
    if (demand.claims.empty() && demand.planned_by.empty() && !demand.held_back.empty()) {
      Decision decision = DecisionFor(unit, demand, Standing::kHeldBack, QuarantineRecord());
      decision.record.reason = demand.held_back;
      decision.record.error = demand.held_back;
      plan_.decisions.push_back(std::move(decision));
    }
  }

  QuarantineRecord RecordFor(const Unit& unit, const Demand& demand) {
    QuarantineRecord record;
    record.workload = unit.origin;
    record.isolation = demand.isolation;
    record.allow = demand.allow_key;
    record.reason = demand.reason;
    record.claims = demand.claims;
    if (record.isolation == model::Isolation::kDetach && !unit.detached) {
      record.detach = PodsToDetach(unit);
      if (!demand.claims.empty() && !HasStarted(unit)) TakeRoom(record.detach);
    }
    return record;
  }

  static bool HasStarted(const Unit& unit) {
    return unit.observed && unit.observed->isolation == model::Isolation::kDetach;
  }

  // Those chosen when the action started, as long as they are there; at its start all that live, as
  // far as the NetworkPolicy's record has room for them.
  std::vector<std::string> PodsToDetach(const Unit& unit) {
    std::vector<std::string> names;
    for (const model::Pod* pod : unit.pods) {
      if (!IsLiving(*pod) || !ObstacleTo(*pod).empty()) continue;
      if (!HasStarted(unit) || HasPod(unit.observed->detach, pod->name)) {
        names.push_back(pod->name);
      }
    }
    std::sort(names.begin(), names.end());
    if (HasStarted(unit)) return names;
    size_t bytes = 0;
    const auto over = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
      bytes += name.size() + kBytesAroundName;
      return bytes > detach_room_;
    });
    if (over != names.end()) {
      plan_.warnings.push_back(std::to_string(names.end() - over) + " of the " +
                               std::to_string(names.size()) + " pods of " + unit.key +
                               " are labelled only, not detached: NetworkPolicy " +
                               DenyPolicyName(name_) + " has no room to record more");
    }
    names.erase(over, names.end());
    return names;
  }

  void TakeRoom(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      detach_room_ -= std::min(detach_room_, name.size() + kBytesAroundName);
    }
  }

  // Why the pod is not detached: what it is, or that its labels could not be kept.
  std::string ObstacleTo(const model::Pod& pod) const {
    std::string obstacle = DetachObstacle(pod);
    if (obstacle.empty() && !IsDetached(pod) && !FormatLabels(TakenOff(pod))) {
      obstacle = "pod " + pod.name + " has more labels than an annotation can keep";
    }
    return obstacle;
  }

  model::Labels TakenOff(const model::Pod& pod) const {
    return LabelsToTakeOff(pod, situation_.services, situation_.network_policies);
  }

  void Isolate(const Unit& unit, const Demand& demand) {
    const QuarantineRecord record = RecordFor(unit, demand);
    if (foreign_) {
      Decision decision = DecisionFor(unit, demand, Standing::kHeldBack, record);
      decision.record.error = "NetworkPolicy " + DenyPolicyName(name_) +
                              " exists and is not the quarantine's: rename or delete it";
      plan_.decisions.push_back(std::move(decision));
      return;
    }
    isolates_ = true;
    wanted_.push_back(record);
    if (!unit.detached) records_.push_back(record);
    std::vector<std::string> touched;
    for (const model::Pod* pod : unit.pods) {
      if (!IsLiving(*pod)) continue;
      PodChange change = IsolationOf(*pod, record);
      if (change.empty()) continue;
      touched.push_back(pod->name);
      isolate_.push_back(PodOperation(*pod, std::move(change)));
    }
    const bool was = unit.observed && !unit.observed->claims.empty();
    const bool same = was && OnPods(*unit.observed) == OnPods(record);
    Report(unit, demand,
           !was                      ? Standing::kNew
           : same && touched.empty() ? Standing::kKept
                                     : Standing::kChanged,
           record, std::move(touched));
  }

  PodChange IsolationOf(const model::Pod& pod, const QuarantineRecord& record) const {
    PodChange change = LabelsOf(record);
    if (HasPod(record.detach, pod.name) && !IsDetached(pod)) {
      change.take_off = TakenOff(pod);
      if (!change.take_off.empty()) {
        change.set_annotations[std::string(kDetachedAnnotation)] = *FormatLabels(change.take_off);
      }
    }
    const auto label = pod.labels.find(kAllowLabel);
    const std::string allow = label == pod.labels.end() ? "" : label->second;
    if (record.allow.empty() && !allow.empty()) change.remove_labels.emplace_back(kAllowLabel);
    const auto annotation = pod.annotations.find(kRecordAnnotation);
    bool recorded = false;
    if (annotation != pod.annotations.end()) {
      const auto on_pod = ParseRecord(annotation->second);
      recorded = on_pod.has_value() && *on_pod == OnPods(record);
    }
    if (IsLabelled(pod) && recorded && allow == record.allow && change.take_off.empty()) return {};
    return change;
  }

  void Release(const Unit& unit, const Demand& demand) {
    releases_ = true;
    std::vector<std::string> touched;
    std::string damage;
    for (const model::Pod* pod : unit.pods) {
      if (!IsOurs(*pod)) continue;
      touched.push_back(pod->name);
      release_.push_back(PodOperation(*pod, ReleaseOf(*pod)));
      if (const std::string on_pod = DamageOn(*pod); !on_pod.empty() && damage.empty()) {
        damage = "not all labels are put back on pod " + pod->name + ": " + on_pod;
      }
    }
    if (!unit.detached && !unit.observed->claims.empty()) going_.push_back(*unit.observed);
    Report(unit, demand, Standing::kReleased, *unit.observed, std::move(touched));
    plan_.decisions.back().record.error = damage;
  }

  Operation PodOperation(const model::Pod& pod, PodChange change) const {
    Operation operation;
    operation.verb = Verb::kChangePod;
    operation.object = {kubernetes::kPods, name_, pod.name, ""};
    operation.uid = pod.uid;
    operation.change = std::move(change);
    operation.group = name_;
    return operation;
  }

  void PolicyOperation(Verb verb, const std::string& name, std::string body, std::string uid = "") {
    Operation operation;
    operation.verb = verb;
    operation.object = {kubernetes::kNetworkPolicies, name_, name, ""};
    operation.uid = std::move(uid);
    operation.body = std::move(body);
    operation.group = name_;
    plan_.operations.push_back(std::move(operation));
  }

  // Before the labels. What is about to be released keeps its record until the labels are off.
  void BringDenyPolicy() {
    std::vector<QuarantineRecord> records = records_;
    records.insert(records.end(), going_.begin(), going_.end());
    SortRecords(records);
    SortRecords(records_);
    if (RecordsText(records).size() < FormatRecords(records).size()) {
      plan_.warnings.push_back("NetworkPolicy " + name_ + "/" + DenyPolicyName(name_) +
                               " has no room for the records of all " +
                               std::to_string(records.size()) +
                               " quarantines of its namespace: the rest stands on the pods only");
    }
    if (!deny_) {
      PolicyOperation(Verb::kCreate, DenyPolicyName(name_), DenyPolicyBody(name_, records));
    } else if (RecordsOn(*deny_) != RecordsText(records) || !IsDenyAllSpec(*deny_)) {
      PolicyOperation(Verb::kMergePatch, deny_->name,
                      DenyPolicyPatch(records, !IsDenyAllSpec(*deny_)));
    }
  }

  // After the labels.
  void SettleDenyPolicy() {
    if (!deny_ || foreign_) {
      if (isolates_ && releases_ && !foreign_ && !going_.empty()) {
        PolicyOperation(Verb::kMergePatch, DenyPolicyName(name_), DenyPolicyPatch(records_, false));
      }
      return;
    }
    const bool recorded = deny_->annotations.contains(kRecordsAnnotation);
    if (isolates_) {
      if (!going_.empty()) {
        PolicyOperation(Verb::kMergePatch, deny_->name, DenyPolicyPatch(records_, false));
      }
    } else if (IsManaged(*deny_) && !OthersAreLabelled()) {
      if (!deny_->terminating) PolicyOperation(Verb::kDelete, deny_->name, "", deny_->uid);
    } else if (recorded) {
      PolicyOperation(Verb::kMergePatch, deny_->name, DenyPolicyPatch({}, false));
    }
  }

  // Pods that somebody else, the ancestor, has put under the NetworkPolicy.
  bool OthersAreLabelled() const {
    for (const Unit& unit : units_) {
      for (const model::Pod* pod : unit.pods) {
        if (IsLabelled(*pod) && !IsOurs(*pod)) return true;
      }
    }
    return false;
  }

  static std::string RecordsOn(const model::NetworkPolicy& policy) {
    const auto annotation = policy.annotations.find(kRecordsAnnotation);
    return annotation == policy.annotations.end() ? "[]" : annotation->second;
  }

  static void SortRecords(std::vector<QuarantineRecord>& records) {
    std::sort(records.begin(), records.end(),
              [](const QuarantineRecord& a, const QuarantineRecord& b) {
                return a.workload < b.workload;
              });
  }

  void BringAllowPolicies() {
    std::set<std::string> done;
    for (size_t i = 0; i < units_.size(); ++i) {
      const Demand& demand = demands_[i];
      if (demand.claims.empty() || demand.allow_key.empty() || !demand.allow_known || foreign_ ||
          !done.insert(demand.allow_key).second) {
        continue;
      }
      const std::string name = AllowPolicyName(demand.allow_key);
      const model::NetworkPolicy* existing = FindPolicy(name);
      if (!existing) {
        PolicyOperation(Verb::kCreate, name,
                        AllowPolicyBody(name_, demand.allow_key, demand.allow));
      } else if (!IsManaged(*existing)) {
        plan_.warnings.push_back("NetworkPolicy " + name_ + "/" + name +
                                 " exists and is not the quarantine's: the allow-list is not in "
                                 "effect");
      } else if (!IsAllowPolicyOf(*existing, demand.allow_key, demand.allow)) {
        PolicyOperation(Verb::kMergePatch, name, AllowPolicyPatch(demand.allow_key, demand.allow));
      }
    }
  }

  void DropAllowPolicies() {
    for (const model::NetworkPolicy* policy : ours_) {
      if (!IsOurAllowPolicy(*policy) || policy->terminating) continue;
      const std::string& key = policy->pod_selector.match_labels.find(kAllowLabel)->second;
      if (!allow_keys_.contains(key)) {
        PolicyOperation(Verb::kDelete, policy->name, "", policy->uid);
      }
    }
  }

  const model::NetworkPolicy* FindPolicy(const std::string& name) const {
    for (const model::NetworkPolicy* policy : ours_) {
      if (policy->name == name) return policy;
    }
    return nullptr;
  }

  Decision DecisionFor(const Unit& unit, const Demand& demand, Standing standing,
                       const QuarantineRecord& record) const {
    Decision decision;
    decision.standing = standing;
    model::ActionRecord& entry = decision.record;
    const bool released = standing == Standing::kReleased;
    entry.kind = released ? "release" : "quarantine";
    entry.planned = standing == Standing::kPlanned;
    entry.workload = unit.ref;
    entry.policies = standing == Standing::kPlanned ? demand.planned_by : record.Policies();
    for (const std::string& policy : entry.policies) {
      entry.actor += (entry.actor.empty() ? "policy/" : ", policy/") + policy;
    }
    entry.reason = released ? demand.let_go : record.reason;
    entry.isolation = record.isolation;
    entry.time = standing == Standing::kNew || record.claims.empty() || released
                     ? std::chrono::floor<std::chrono::seconds>(now_)
                     : record.Since();
    if (!released) entry.until = record.Until();
    entry.id =
        Sha256Hex(std::string(situation_.cluster) + "\n" + unit.key + "\n" +
                  Join(entry.policies, ",") + "\n" + entry.kind + "\n" + FormatRfc3339(entry.time))
            .substr(0, 32);
    return decision;
  }

  void Report(const Unit& unit, const Demand& demand, Standing standing,
              const QuarantineRecord& record, std::vector<std::string> pods) {
    Decision decision = DecisionFor(unit, demand, standing, record);
    decision.record.pods = std::move(pods);
    if (standing != Standing::kReleased) decision.record.effectiveness = Effect(unit, record);
    plan_.decisions.push_back(std::move(decision));
  }

  model::Effectiveness Effect(const Unit& unit, const QuarantineRecord& record) const {
    model::Effectiveness all;
    std::string never_detached;
    size_t not_detached = 0;
    for (const model::Pod* pod : unit.pods) {
      if (!IsLiving(*pod)) continue;
      model::Labels labels = LabelsOnPod(*pod);
      labels[std::string(kControllerLabel)] = kControllerValue;
      labels[std::string(kInspectionLabel)] = kInspectionValue;
      if (HasPod(record.detach, pod->name)) {
        for (const auto& [key, value] : TakenOff(*pod)) labels.erase(key);
      } else if (!unit.detached) {
        ++not_detached;
        const std::string obstacle = ObstacleTo(*pod);
        if (!obstacle.empty()) never_detached = obstacle + ": labelled only";
      }
      all = Combine(
          all, EvaluateIsolation(labels, pod->host_network, name_, situation_.network_policies));
    }
    if (record.isolation != model::Isolation::kDetach || not_detached == 0) return all;
    if (never_detached.empty()) {
      never_detached = "pods started after the action are labelled only, not detached";
    }
    all.explanation = never_detached + (all.explanation.empty() ? "" : "; ") + all.explanation;
    return all;
  }

  const Situation& situation_;
  std::span<const Unit> units_;
  std::span<const Demand> demands_;
  TimePoint now_;
  ActionPlan& plan_;
  std::string name_;
  const model::NetworkPolicy* deny_ = nullptr;
  bool foreign_ = false;
  bool isolates_ = false;
  bool releases_ = false;
  std::vector<const model::NetworkPolicy*> ours_;  // all of the namespace
  std::vector<QuarantineRecord> wanted_;           // of all units that are isolated
  std::vector<QuarantineRecord> records_;          // those for the NetworkPolicy's annotation
  std::vector<QuarantineRecord> going_;            // of units that are released
  std::set<std::string> allow_keys_;
  size_t detach_room_ = kMostDetachBytes;  // for the names of pods to detach
  std::vector<Operation> isolate_;
  std::vector<Operation> release_;
};

void AddWaivers(const Demands& demands, ActionPlan& plan) {
  for (const auto& [policy, waivers] : demands.waivers) {
    Operation operation;
    operation.verb = Verb::kMergePatch;
    operation.object = {kInspectionPolicies, "", policy, "status"};
    operation.body = assessment::WaiversPatch(waivers);
    operation.group = "policy/" + policy;
    plan.operations.push_back(std::move(operation));
  }
}

// NetworkPolicies of ours, and our records on the ancestor's, in namespaces where no pod is left.
void CleanEmptyNamespaces(const Situation& situation, std::span<const Unit> units,
                          ActionPlan& plan) {
  std::set<std::string_view> populated;
  for (const Unit& unit : units) populated.insert(unit.ref.name_space);
  for (const model::NetworkPolicy& policy : situation.network_policies) {
    if (populated.contains(policy.name_space) || policy.terminating ||
        (!IsDenyAllPolicy(policy) && !IsOurAllowPolicy(policy))) {
      continue;
    }
    Operation operation;
    operation.object = {kubernetes::kNetworkPolicies, policy.name_space, policy.name, ""};
    operation.group = policy.name_space;
    if (IsManaged(policy)) {
      operation.verb = Verb::kDelete;
      operation.uid = policy.uid;
    } else if (policy.annotations.contains(kRecordsAnnotation)) {
      operation.verb = Verb::kMergePatch;
      operation.body = DenyPolicyPatch({}, false);
    } else {
      continue;
    }
    plan.operations.push_back(std::move(operation));
  }
}

}  // namespace

ActionPlan PlanQuarantine(const Situation& situation, TimePoint now) {
  ActionPlan plan;
  const std::vector<Unit> units = ObserveUnits(situation);
  const Demands demands = DecideDemands(situation, units, now);
  AddWaivers(demands, plan);
  for (const Demand& demand : demands.of_unit) {
    for (const Claim& claim : demand.claims) {
      if (!claim.until || *claim.until <= now) continue;
      plan.next_end = plan.next_end ? std::min(*plan.next_end, *claim.until) : claim.until;
    }
  }
  for (size_t begin = 0; begin < units.size();) {
    size_t end = begin;
    while (end < units.size() && units[end].ref.name_space == units[begin].ref.name_space) ++end;
    NamespacePlanner(situation, std::span(units).subspan(begin, end - begin),
                     std::span(demands.of_unit).subspan(begin, end - begin), now, plan)
        .Plan();
    begin = end;
  }
  CleanEmptyNamespaces(situation, units, plan);
  return plan;
}

bool HoldsNothing(const Situation& situation, std::string_view policy) {
  for (const auto& [key, record] : ObserveQuarantines(situation)) {
    if (record.Find(policy)) return false;
  }
  const std::string allow = AllowPolicyName(AllowKey({std::string(policy)}));
  return std::none_of(situation.network_policies.begin(), situation.network_policies.end(),
                      [&](const model::NetworkPolicy& each) {
                        return each.name == allow && IsOurAllowPolicy(each);
                      });
}

}  // namespace narrows::response::quarantine
