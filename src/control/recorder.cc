#include "control/recorder.h"

#include <utility>

#include "assessment/assess.h"
#include "base/sha256.h"
#include "base/strings.h"

namespace narrows::control {
namespace {

constexpr size_t kMostActions = 100'000;

std::string AssessmentKey(const model::WorkloadRef& workload, std::string_view policy) {
  return workload.ToString() + " " + workload.uid + " " + std::string(policy);
}

std::string SignatureOf(const model::ActionRecord& action) {
  std::string text = std::string(ToString(action.isolation)) + "\n" + action.reason + "\n" +
                     action.error + "\n" + action.effectiveness.explanation + "\n" +
                     Join(action.policies, ",") + "\n" + Join(action.pods, ",");
  if (action.until) text += "\n" + FormatRfc3339(*action.until);
  return text;
}

std::string VersionOf(const WatchedPolicy& policy) {
  return policy.meta.uid + " " + std::to_string(policy.meta.generation);
}

// Of a map that holds what is stored, whether it lacks this entry.
bool Lacks(const std::map<std::string, std::string>& stored, const std::string& key,
           const std::string& value) {
  const auto it = stored.find(key);
  return it == stored.end() || it->second != value;
}

}  // namespace

Recorder::Stored Recorder::Describe(const model::Assessment& assessment) {
  Stored stored{assessment.workload, assessment.policy, "", {}};
  stored.signature = ToString(assessment.verdict);
  for (const model::ContainerAssessment& container : assessment.containers) {
    stored.signature += "\n" + container.container + " " + container.image + " " +
                        container.image_digest + " " + std::string(ToString(container.verdict)) +
                        " " + std::to_string(container.findings) + " " + container.unknown_reason;
    for (const model::Violation& violation : container.violations) {
      stored.signature += "\n+" + violation.finding->id + " " + violation.rule + " " +
                          violation.finding->vulnerability.fixed_version;
    }
    for (const model::Suppression& suppression : container.suppressions)
      stored.signature += "\n-" + suppression.finding->id + " " + suppression.by;
  }
  // Kept for every workload: a digest says as well that something is another.
  stored.signature = Sha256Hex(stored.signature);
  assessment::Policy strict;  // the policy itself may treat what is unknown more kindly
  strict.on_unknown = assessment::OnUnknown::kFail;
  for (std::string& fingerprint : assessment::Fingerprints(strict, assessment))
    stored.failing.insert(std::move(fingerprint));
  return stored;
}

Status Recorder::Load() {
  ASSIGN_OR_RETURN(const auto snapshot, store_.Read());
  ASSIGN_OR_RETURN(const std::vector<model::Assessment> latest, snapshot->assessments().Latest({}));
  for (const model::Assessment& assessment : latest) {
    assessments_[assessment.workload.name_space]
                [AssessmentKey(assessment.workload, assessment.policy)] = Describe(assessment);
  }
  ASSIGN_OR_RETURN(const std::vector<model::ActionRecord> actions,
                   snapshot->actions().List({{}, {}, kMostActions}));
  for (const model::ActionRecord& action : actions) actions_[action.id] = SignatureOf(action);
  return Ok();
}

std::set<std::string> Recorder::KnownFailures(const model::WorkloadRef& workload,
                                              std::string_view policy) const {
  const auto of_namespace = assessments_.find(workload.name_space);
  if (of_namespace == assessments_.end()) return {};
  const auto it = of_namespace->second.find(AssessmentKey(workload, policy));
  return it == of_namespace->second.end() ? std::set<std::string>() : it->second.failing;
}

Recorder::Pending Recorder::Collect(const RoundRecord& round) const {
  Pending pending;
  for (const auto& image : round.images) {
    if (Lacks(images_, image->analysis->digest, image->database)) {
      pending.images[image->analysis->digest] = image->database;
    }
  }
  for (const Judgement* judgement : round.judgements) {
    const std::string& name = judgement->picture.name_space.name;
    auto& wanted = pending.assessments[name];
    for (const model::Assessment& assessment : judgement->assessments)
      wanted[AssessmentKey(assessment.workload, assessment.policy)] = Describe(assessment);
    const auto stored = assessments_.find(name);
    const size_t stored_count = stored == assessments_.end() ? 0 : stored->second.size();
    if (wanted.size() != stored_count) pending.any = true;
    for (const auto& [key, value] : wanted) {
      if (pending.any) break;
      const auto it = stored->second.find(key);
      pending.any = it == stored->second.end() || it->second.signature != value.signature;
    }
  }
  for (const std::string& name : round.gone_namespaces) {
    pending.assessments[name];
    pending.any = pending.any || assessments_.contains(name);
  }
  for (const model::ActionRecord& action : round.actions) {
    if (Lacks(actions_, action.id, SignatureOf(action)))
      pending.actions[action.id] = SignatureOf(action);
  }
  for (const model::ActionRecord& action : round.kept_actions) {
    if (!actions_.contains(action.id)) pending.actions[action.id] = SignatureOf(action);
  }
  for (const auto& policy : round.policies)
    pending.policies[policy->meta.name] = VersionOf(*policy);
  pending.any = pending.any || !pending.images.empty() || !pending.actions.empty() ||
                pending.policies != policies_;
  return pending;
}

Status Recorder::Record(const RoundRecord& round) {
  Pending pending = Collect(round);
  if (!pending.any) return Ok();
  ASSIGN_OR_RETURN(const auto transaction, store_.Begin(clock_.Now()));
  RETURN_IF_ERROR(WriteImages(*transaction, round));
  RETURN_IF_ERROR(WriteAssessments(*transaction, round, pending));
  RETURN_IF_ERROR(WriteActions(*transaction, round));
  RETURN_IF_ERROR(WritePolicies(*transaction, round));
  RETURN_IF_ERROR(transaction->Commit());
  for (auto& [digest, database] : pending.images) images_[digest] = std::move(database);
  for (auto& [name, assessments] : pending.assessments) {
    if (assessments.empty()) {
      assessments_.erase(name);
    } else {
      assessments_[name] = std::move(assessments);
    }
  }
  for (auto& [id, signature] : pending.actions) actions_[id] = std::move(signature);
  policies_ = std::move(pending.policies);
  return Ok();
}

Status Recorder::WriteImages(storage::Transaction& transaction, const RoundRecord& round) const {
  for (const auto& image : round.images) {
    const std::string& digest = image->analysis->digest;
    if (!Lacks(images_, digest, image->database)) continue;
    if (!images_.contains(digest)) RETURN_IF_ERROR(transaction.images().Put(*image->analysis));
    storage::ScanState scan;
    scan.scanner = image->scanner;
    scan.scanner_version = image->scanner_version;
    scan.database = image->database;
    scan.unknown_reason = image->outcome.unknown_reason;
    scan.statuses = image->outcome.statuses;
    const auto delta = transaction.findings().Replace(digest, scan, image->outcome.findings);
    if (!delta.has_value()) return delta.error().Within("findings of " + digest);
  }
  return Ok();
}

Status Recorder::WriteAssessments(storage::Transaction& transaction, const RoundRecord& round,
                                  const Pending& pending) const {
  const auto signature_of = [&](const std::string& name, const std::string& key) {
    const auto stored = assessments_.find(name);
    if (stored == assessments_.end()) return std::string();
    const auto it = stored->second.find(key);
    return it == stored->second.end() ? std::string() : it->second.signature;
  };
  for (const Judgement* judgement : round.judgements) {
    const std::string& name = judgement->picture.name_space.name;
    for (const model::Assessment& assessment : judgement->assessments) {
      const std::string key = AssessmentKey(assessment.workload, assessment.policy);
      if (pending.assessments.at(name).at(key).signature == signature_of(name, key)) continue;
      const auto changed = transaction.assessments().Put(assessment);
      if (!changed.has_value()) return changed.error().Within(assessment.workload.ToString());
    }
  }
  for (const auto& [name, wanted] : pending.assessments) {
    const auto stored = assessments_.find(name);
    if (stored == assessments_.end()) continue;
    for (const auto& [key, old] : stored->second) {
      if (wanted.contains(key)) continue;
      RETURN_IF_ERROR(transaction.assessments().Remove(old.workload, old.policy));
    }
  }
  return Ok();
}

Status Recorder::WriteActions(storage::Transaction& transaction, const RoundRecord& round) const {
  for (const model::ActionRecord& action : round.actions) {
    if (Lacks(actions_, action.id, SignatureOf(action)))
      RETURN_IF_ERROR(transaction.actions().Put(action));
  }
  for (const model::ActionRecord& action : round.kept_actions) {
    if (!actions_.contains(action.id)) RETURN_IF_ERROR(transaction.actions().Put(action));
  }
  return Ok();
}

Status Recorder::WritePolicies(storage::Transaction& transaction, const RoundRecord& round) const {
  std::set<std::string> there;
  for (const auto& policy : round.policies) {
    there.insert(policy->meta.name);
    if (!Lacks(policies_, policy->meta.name, VersionOf(*policy))) continue;
    RETURN_IF_ERROR(transaction.policies().Record(
        {policy->meta.name, policy->meta.generation, policy->object, {}}));
  }
  for (const auto& [name, version] : policies_) {
    if (!there.contains(name)) RETURN_IF_ERROR(transaction.policies().Record({name, 0, "", {}}));
  }
  return Ok();
}

Status Recorder::MarkSeen(const std::vector<std::string>& digests) {
  ASSIGN_OR_RETURN(const auto transaction, store_.Begin(clock_.Now()));
  RETURN_IF_ERROR(transaction->images().MarkSeen(digests));
  return transaction->Commit();
}

Status Recorder::Compact(const std::vector<std::string>& digests) {
  const auto compaction = store_.Compact(clock_.Now());
  if (!compaction.has_value()) return compaction.error();
  // What compaction dropped must be written again when it is seen again.
  const std::set<std::string> running(digests.begin(), digests.end());
  std::erase_if(images_, [&](const auto& item) { return !running.contains(item.first); });
  return Ok();
}

}  // namespace narrows::control
