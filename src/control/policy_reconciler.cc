#include "control/policy_reconciler.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "base/json.h"
#include "base/log.h"
#include "base/strings.h"
#include "control/policy_editing.h"
#include "control/quarantine_marks.h"
#include "response/quarantine/planner.h"

namespace narrows::control {
namespace {

namespace json = boost::json;
namespace quarantine = response::quarantine;

constexpr auto kStatusInterval = std::chrono::seconds(1);
// How long the watch is given to show a status that was written.
constexpr auto kEchoTimeout = std::chrono::seconds(5);

bool HasFinalizer(const assessment::ObjectMeta& meta) {
  return std::find(meta.finalizers.begin(), meta.finalizers.end(), assessment::kFinalizer) !=
         meta.finalizers.end();
}

bool MayIsolate(const assessment::Policy& policy) {
  const assessment::Action* action = policy.Find(assessment::ActionKind::kQuarantine);
  return policy.Active() && action && action->mode == assessment::ActionMode::kApply;
}

// "InEffect: the policy is in effect", of the condition Ready as the object has it.
std::string ReadyBefore(const std::string& object) {
  const Result<json::value> document = ParseJson(object);
  if (!document.has_value() || !document->is_object()) return "";
  const json::object* status = JsonObject(document->get_object(), "status");
  const json::array* conditions = status ? JsonArray(*status, "conditions") : nullptr;
  if (!conditions) return "";
  for (const json::value& value : *conditions) {
    const json::object* condition = value.if_object();
    if (condition && JsonString(*condition, "type") == "Ready")
      return JsonString(*condition, "reason") + ": " + JsonString(*condition, "message");
  }
  return "";
}

assessment::Condition* FindReady(assessment::ObjectStatus& status) {
  const auto it = std::find_if(status.conditions.begin(), status.conditions.end(),
                               [](const auto& condition) { return condition.type == "Ready"; });
  return it == status.conditions.end() ? nullptr : &*it;
}

}  // namespace

PolicySet PolicyReconciler::Prepare(const CallContext& context) {
  PolicySet set;
  for (const auto& watched : watch_.Policies()) {
    const std::string& name = watched->meta.name;
    if (!watched->spec) {
      if (watched->meta.deleting) {
        // What it says matters no more: it asks for nothing.
        assessment::Policy policy;
        policy.meta = watched->meta;
        set.policies.push_back(std::move(policy));
      } else {
        set.frozen.push_back(name);
      }
      continue;
    }
    const bool lacks = !HasFinalizer(watched->meta) && !finalized_.contains(watched->meta.uid);
    if (MayIsolate(*watched->spec) && lacks) {
      const Status put = SetFinalizer(client_, name, true, context);
      if (!put.has_value()) {
        LogWarning("the finalizer cannot be put on a policy, it is not acted by",
                   {{"policy", name}, {"error", put.error().message}});
        set.frozen.push_back(name);
        set.why_frozen[name] = put.error().message;
        continue;
      }
      finalized_.insert(watched->meta.uid);
    } else if (!lacks && HasFinalizer(watched->meta)) {
      // From here on the watch shows it; should somebody take it off, it is put on again.
      finalized_.erase(watched->meta.uid);
    }
    set.policies.push_back(*watched->spec);
  }
  return set;
}

bool PolicyReconciler::TakeFinalizersOff(const response::Situation& situation,
                                         const CallContext& context) {
  std::vector<std::string> candidates;
  bool holding = false;
  for (const auto& watched : watch_.Policies()) {
    if (!HasFinalizer(watched->meta)) continue;
    const bool over = watched->meta.deleting ||
                      (watched->spec && !watched->spec->suspend && !MayIsolate(*watched->spec));
    if (!over) continue;
    if (quarantine::HoldsNothing(situation, watched->meta.name)) {
      candidates.push_back(watched->meta.name);
    } else {
      holding = true;
    }
  }
  if (candidates.empty()) return holding;
  const Result<QuarantineMarks> marks = ReadQuarantineMarks(client_, context);
  if (!marks.has_value()) {
    LogWarning("what policies hold cannot be read, their finalizers stay",
               {{"error", marks.error().message}});
    return true;
  }
  for (const std::string& name : candidates) {
    if (!quarantine::HoldsNothing(marks->AsSituation(), name)) {
      holding = true;
      continue;
    }
    const Status taken = SetFinalizer(client_, name, false, context);
    if (taken.has_value() || taken.error().code == ErrorCode::kNotFound) continue;
    LogWarning("the finalizer cannot be taken off a policy",
               {{"policy", name}, {"error", taken.error().message}});
    holding = true;
  }
  return holding;
}

template <typename Spec>
bool PolicyReconciler::WriteStatus(const kubernetes::ResourceType& type,
                                   const Watched<Spec>& object,
                                   const assessment::ObjectStatus& status,
                                   const CallContext& context) {
  const auto patch = assessment::StatusPatch(object.object, status, clock_.Now());
  if (!patch.has_value() || patch->empty()) return false;
  const auto now = Steady::now();
  const auto it = written_.find(object.meta.uid);
  if (it != written_.end()) {
    const auto since = now - it->second.at;
    if (since < kStatusInterval) return true;
    // Made from the same version, it would only move the times of transitions.
    if (it->second.seen == object.meta.resource_version && since < kEchoTimeout) return true;
  }
  written_[object.meta.uid] = {object.meta.resource_version, now};
  const auto written = client_.Patch({type, "", object.meta.name, "status"},
                                     kubernetes::PatchKind::kMerge, *patch, context);
  if (written.has_value() || written.error().code == ErrorCode::kNotFound) return false;
  LogWarning("a status cannot be written",
             {{"object", type.kind + "/" + object.meta.name}, {"error", written.error().message}});
  return true;
}

bool PolicyReconciler::WriteStatuses(const PolicySet& set, const Facts& facts, Announcer& announcer,
                                     std::vector<kubernetes::EventNote>& notes,
                                     const CallContext& context) {
  bool unwritten = false;
  std::set<std::string> there;
  for (const auto& watched : watch_.Policies()) {
    const std::string& name = watched->meta.name;
    there.insert(watched->meta.uid);
    assessment::ObjectStatus status = watched->spec ? assessment::StatusOf(*watched->spec)
                                                    : assessment::StatusOfInvalid(*watched->fault);
    if (assessment::Condition* ready = FindReady(status);
        ready && ready->status == assessment::ConditionStatus::kTrue) {
      const auto frozen = set.why_frozen.find(name);
      if (frozen != set.why_frozen.end()) {
        *ready = {"Ready", assessment::ConditionStatus::kFalse, "FinalizerMissing",
                  "the finalizer cannot be put on it: " + frozen->second};
      } else if (!facts.obstacle_reason.empty()) {
        *ready = {"Ready", assessment::ConditionStatus::kFalse, facts.obstacle_reason,
                  facts.obstacle};
      }
    }
    if (const auto counts = facts.counts.find(name); counts != facts.counts.end()) {
      status.counts = counts->second;
      status.last_assessed = facts.assessed;
    } else if (watched->spec) {
      status.counts.emplace();
    }
    if (const assessment::Condition* ready = FindReady(status)) {
      const bool warning = ready->reason == "InvalidSpec" || ready->reason == "FinalizerMissing" ||
                           ready->reason == facts.obstacle_reason;
      auto news = announcer.PolicyState(watched->meta, ReadyBefore(watched->object), ready->reason,
                                        ready->message, warning);
      std::move(news.begin(), news.end(), std::back_inserter(notes));
    }
    unwritten = WriteStatus(kInspectionPolicies, *watched, status, context) || unwritten;
  }
  for (const auto& watched : watch_.Settings()) {
    there.insert(watched->meta.uid);
    const assessment::ObjectStatus status = watched->spec
                                                ? assessment::StatusOf(*watched->spec)
                                                : assessment::StatusOfInvalid(*watched->fault);
    unwritten = WriteStatus(kSettings, *watched, status, context) || unwritten;
  }
  std::erase_if(written_, [&](const auto& item) { return !there.contains(item.first); });
  std::erase_if(finalized_, [&](const std::string& uid) { return !there.contains(uid); });
  return unwritten;
}

}  // namespace narrows::control
