#include "control/announcer.h"

#include <algorithm>

#include "base/strings.h"

namespace narrows::control {
namespace {

using kubernetes::EventNote;

constexpr size_t kMostNamed = 5;  // findings that one message names

EventNote NoteAbout(const model::WorkloadRef& workload) {
  EventNote note;
  note.regarding = {workload.api_version, workload.kind, workload.name_space, workload.name,
                    workload.uid};
  return note;
}

// "CVE-2024-1 in openssl 3.0.1 (High exceeds the accepted Medium)"
std::string Describe(const model::Violation& violation) {
  std::string text = violation.finding.vulnerability.id;
  if (const auto* subject = std::get_if<model::PackageSubject>(&violation.finding.subject))
    text += " in " + subject->package.name + " " + subject->package.version;
  return text + " (" + violation.reason + ")";
}

bool Ignores(const assessment::Action& action, const model::Workload& workload) {
  if (!action.ignore || action.ignore->empty()) return false;
  return std::any_of(workload.pods.begin(), workload.pods.end(),
                     [&](const model::Pod& pod) { return action.ignore->Matches(pod.labels); });
}

}  // namespace

std::vector<EventNote> Announcer::Alerts(const Judgement& judgement,
                                         const std::vector<assessment::Policy>& policies) {
  std::map<std::string, const model::Workload*> workloads;
  for (const model::Workload& workload : judgement.picture.workloads)
    workloads[workload.ref.ToString()] = &workload;
  std::vector<EventNote> notes;
  for (const model::Assessment& assessment : judgement.assessments) {
    const auto policy =
        std::find_if(policies.begin(), policies.end(),
                     [&](const assessment::Policy& p) { return p.meta.name == assessment.policy; });
    if (policy == policies.end() || policy->suspend) continue;
    const assessment::Action* action = policy->Find(assessment::ActionKind::kAlert);
    const auto workload = workloads.find(assessment.workload.ToString());
    if (!action || action->mode == assessment::ActionMode::kPlan || workload == workloads.end() ||
        Ignores(*action, *workload->second))
      continue;
    const std::string key =
        assessment.workload.ToString() + " " + assessment.workload.uid + " " + assessment.policy;
    auto told = told_.find(key);
    if (told == told_.end())
      told = told_.emplace(key, known_(assessment.workload, assessment.policy)).first;
    std::vector<const model::Violation*> news;
    for (const model::ContainerAssessment& container : assessment.containers) {
      for (const model::Violation& violation : container.violations) {
        if (told->second.insert(violation.finding.id).second) news.push_back(&violation);
      }
    }
    const size_t count = news.size();
    if (count == 0) continue;
    std::stable_sort(news.begin(), news.end(), [](const auto* a, const auto* b) {
      return a->finding.severity > b->finding.severity;
    });
    std::vector<std::string> fresh;
    for (const model::Violation* violation : news) {
      if (fresh.size() < kMostNamed) fresh.push_back(Describe(*violation));
    }
    EventNote note = NoteAbout(assessment.workload);
    note.warning = true;
    note.reason = "PolicyViolated";
    note.message = std::to_string(count) +
                   (count == 1 ? " finding violates" : " findings violate") + " policy " +
                   assessment.policy + ": " + Join(fresh, ", ");
    if (count > fresh.size())
      note.message += " and " + std::to_string(count - fresh.size()) + " more";
    notes.push_back(std::move(note));
  }
  return notes;
}

std::vector<EventNote> Announcer::Decisions(const response::ActionPlan& plan) {
  using response::Standing;
  std::vector<EventNote> notes;
  std::set<std::string> there;
  for (const response::Decision& decision : plan.decisions) {
    const model::ActionRecord& record = decision.record;
    const std::string key = record.workload.ToString();
    there.insert(key);
    std::string& told = decisions_[key];
    EventNote note = NoteAbout(record.workload);
    std::string what;
    if (decision.standing == Standing::kHeldBack) {
      note.warning = true;
      note.reason = "QuarantineHeldBack";
      what = "held back " + record.error;
      note.message = "ought to be isolated and is not: " + record.error;
    } else if (decision.standing == Standing::kReleased) {
      note.reason = "Released";
      what = "released " + record.id;
      note.message = "released from quarantine: " + record.reason;
    } else if (decision.standing == Standing::kPlanned) {
      note.reason = "QuarantinePlanned";
      what = "planned";
      note.message = "would be isolated by " + Join(record.policies, ", ") + ": " + record.reason;
    } else {
      note.warning = true;
      note.reason = "Quarantined";
      what = "quarantined " + Join(record.policies, ",") + " " +
             (record.effectiveness.effective ? "" : record.effectiveness.explanation);
      note.message = "isolated by " + Join(record.policies, ", ") + ": " + record.reason;
      if (record.until) note.message += "; until " + FormatRfc3339(*record.until);
      if (!record.effectiveness.effective)
        note.message += "; NOT EFFECTIVE: " + record.effectiveness.explanation;
    }
    // What was in force before this process is no news.
    const bool news = told != what && !(told.empty() && decision.standing == Standing::kKept);
    told = what;
    if (news) notes.push_back(std::move(note));
  }
  std::erase_if(decisions_, [&](const auto& item) { return !there.contains(item.first); });
  return notes;
}

std::vector<EventNote> Announcer::PolicyState(const assessment::ObjectMeta& policy,
                                              std::string_view before, std::string_view reason,
                                              std::string_view message, bool warning) {
  const std::string state = std::string(reason) + ": " + std::string(message);
  const auto [it, first] = policies_.try_emplace(policy.uid, std::string(before));
  if (it->second == state) return {};
  it->second = state;
  EventNote note;
  note.regarding = {std::string(assessment::kApiVersion), "InspectionPolicy", "", policy.name,
                    policy.uid};
  note.warning = warning;
  note.reason = std::string(reason);
  note.message = std::string(message);
  return {note};
}

}  // namespace narrows::control
