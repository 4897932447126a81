#include "control/announcer.h"

#include <algorithm>

#include "assessment/assess.h"
#include "base/strings.h"

namespace narrows::control {
namespace {

using kubernetes::EventNote;

constexpr size_t kMostNamed = 5;    // findings that one message names
constexpr size_t kMostGone = 1000;  // workloads of a namespace remembered without being there

EventNote NoteAbout(const model::WorkloadRef& workload) {
  EventNote note;
  note.regarding = {workload.api_version, workload.kind, workload.name_space, workload.name,
                    workload.uid};
  return note;
}

// "CVE-2024-1 in openssl 3.0.1 (High exceeds the accepted Medium)"
std::string Describe(const model::Violation& violation) {
  std::string text = violation.finding->vulnerability.id;
  if (const auto* subject = std::get_if<model::PackageSubject>(&violation.finding->subject))
    text += " in " + subject->package.name + " " + subject->package.version;
  return text + " (" + violation.reason + ")";
}

bool Ignores(const assessment::Action& action, const model::Workload& workload) {
  if (!action.ignore || action.ignore->empty()) return false;
  return std::any_of(workload.pods.begin(), workload.pods.end(),
                     [&](const model::Pod& pod) { return action.ignore->Matches(pod.labels); });
}

std::string KeyOf(const model::Assessment& assessment) {
  return assessment.workload.ToString() + " " + assessment.workload.uid + " " + assessment.policy;
}

// The violations that are not among `told`, which they join; the worst first.
std::vector<const model::Violation*> TakeNews(const model::Assessment& assessment,
                                              std::set<std::string>& told) {
  std::vector<const model::Violation*> news;
  for (const model::ContainerAssessment& container : assessment.containers) {
    for (const model::Violation& violation : container.violations) {
      if (told.insert(assessment::Fingerprint(*violation.finding)).second)
        news.push_back(&violation);
    }
  }
  std::stable_sort(news.begin(), news.end(), [](const auto* a, const auto* b) {
    return a->finding->severity > b->finding->severity;
  });
  return news;
}

EventNote Alert(const model::Assessment& assessment,
                const std::vector<const model::Violation*>& news) {
  const size_t count = news.size();
  std::vector<std::string> named;
  for (size_t i = 0; i < std::min(count, kMostNamed); ++i) named.push_back(Describe(*news[i]));
  EventNote note = NoteAbout(assessment.workload);
  note.warning = true;
  note.reason = "PolicyViolated";
  note.message = std::to_string(count) + (count == 1 ? " finding violates" : " findings violate") +
                 " policy " + assessment.policy + ": " + Join(named, ", ");
  if (count > named.size())
    note.message += " and " + std::to_string(count - named.size()) + " more";
  return note;
}

// Of a policy that treats as violated what cannot be judged.
EventNote AlertOfUnknown(const model::Assessment& assessment) {
  EventNote note = NoteAbout(assessment.workload);
  note.warning = true;
  note.reason = "PolicyViolated";
  note.message = "cannot be judged, which violates policy " + assessment.policy;
  for (const model::ContainerAssessment& container : assessment.containers) {
    if (container.unknown_reason.empty()) continue;
    note.message +=
        ": container " + container.container + ": " + Printable(container.unknown_reason, 200);
    break;
  }
  return note;
}

}  // namespace

std::vector<EventNote> Announcer::Alerts(const Judgement& judgement,
                                         const std::vector<assessment::Policy>& policies) {
  std::map<std::string, const model::Workload*> workloads;
  for (const model::Workload& workload : judgement.picture.workloads)
    workloads[workload.ref.ToString()] = &workload;
  std::vector<EventNote> notes;
  std::set<std::string> there;
  auto& of_namespace = told_[judgement.picture.name_space.name];
  for (const model::Assessment& assessment : judgement.assessments) {
    const std::string key = KeyOf(assessment);
    there.insert(key);
    const auto policy =
        std::find_if(policies.begin(), policies.end(),
                     [&](const assessment::Policy& p) { return p.meta.name == assessment.policy; });
    if (policy == policies.end() || policy->suspend) continue;
    const assessment::Action* action = policy->Find(assessment::ActionKind::kAlert);
    const auto workload = workloads.find(assessment.workload.ToString());
    if (!action || action->mode == assessment::ActionMode::kPlan || workload == workloads.end() ||
        Ignores(*action, *workload->second))
      continue;
    auto told = of_namespace.find(key);
    if (told == of_namespace.end())
      told = of_namespace.emplace(key, known_(assessment.workload, assessment.policy)).first;
    const auto news = TakeNews(assessment, told->second);
    const auto failing = assessment::Fingerprints(*policy, assessment);
    const bool by_unknown =
        failing.size() == 1 && failing.front() == assessment::kUnknownFingerprint;
    if (!news.empty()) notes.push_back(Alert(assessment, news));
    if (!by_unknown) {
      // Should it become unknown once more, that is news.
      told->second.erase(std::string(assessment::kUnknownFingerprint));
    } else if (told->second.emplace(assessment::kUnknownFingerprint).second) {
      notes.push_back(AlertOfUnknown(assessment));
    }
  }
  if (of_namespace.size() > there.size() + kMostGone)
    std::erase_if(of_namespace, [&](const auto& item) { return !there.contains(item.first); });
  return notes;
}

void Announcer::Forget(const std::string& name_space) { told_.erase(name_space); }

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
