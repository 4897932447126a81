#include "control/change_feed.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

namespace narrows::control {
namespace {

constexpr size_t kPage = 1000;
constexpr size_t kMostNamed = 10;        // findings of one image at one moment
constexpr size_t kMostSearched = 10000;  // transitions and actions that are looked through

const model::Package& PackageOf(const model::Finding& finding) {
  return std::get<model::PackageSubject>(finding.subject).package;
}

std::string Describe(const model::Finding& finding) {
  const model::VulnerabilityDetail& detail = finding.vulnerability;
  const model::Package& package = PackageOf(finding);
  return detail.id + " (" + std::string(ToString(finding.severity)) +
         (detail.kev ? ", known exploited" : "") + ") in " + package.name + " " + package.version +
         (detail.fixed_version.empty() ? ", no fix" : ", fixed in " + detail.fixed_version);
}

// Notes of one page of changes, each thing once and as it is in the snapshot.
class Page {
 public:
  Page(const storage::Snapshot& snapshot, TimePoint began, std::map<std::string, TimePoint>& told)
      : snapshot_(snapshot), began_(began), told_(told) {}

  Status Add(const storage::Change& change) {
    using storage::ChangeKind;
    switch (change.kind) {
      case ChangeKind::kImage:
        return AddImage(change);
      case ChangeKind::kFindings:
        return AddFindings(change);
      case ChangeKind::kAssessment:
        return AddVerdicts(change);
      case ChangeKind::kAction:
        return AddAction(change);
      case ChangeKind::kPolicy:
        return AddPolicy(change);
    }
    return Ok();
  }

  std::vector<ChangeNote> Take() { return std::move(notes_); }

 private:
  Result<std::string> NameOf(const std::string& digest) {
    ASSIGN_OR_RETURN(const auto image, snapshot_.images().Get(digest));
    return image && !image->analysis.reference.empty() ? image->analysis.reference : digest;
  }

  Status AddImage(const storage::Change& change) {
    ASSIGN_OR_RETURN(const auto image, snapshot_.images().Get(change.key));
    if (!image) return Ok();
    const model::ImageAnalysis& analysis = image->analysis;
    notes_.push_back({change.time, "image",
                      analysis.reference.empty() ? change.key : analysis.reference,
                      std::to_string(analysis.packages.size()) + " packages read"});
    return Ok();
  }

  Status AddFindings(const storage::Change& change) {
    ASSIGN_OR_RETURN(std::vector<storage::StoredFinding> findings,
                     snapshot_.findings().OfImage(change.key, true));
    ASSIGN_OR_RETURN(const std::string name, NameOf(change.key));
    // The worst are named.
    std::stable_sort(findings.begin(), findings.end(), [](const auto& a, const auto& b) {
      return a.finding.severity > b.finding.severity;
    });
    AddNamed(change.time, "found", name, findings, [&](const storage::StoredFinding& stored) {
      return stored.first_seen == change.time && !stored.resolved_at;
    });
    AddNamed(change.time, "resolved", name, findings, [&](const storage::StoredFinding& stored) {
      return stored.resolved_at == change.time;
    });
    return Ok();
  }

  template <typename Wanted>
  void AddNamed(TimePoint time, const std::string& what, const std::string& image,
                const std::vector<storage::StoredFinding>& findings, Wanted wanted) {
    size_t count = 0;
    for (const storage::StoredFinding& stored : findings) {
      if (!wanted(stored) || ++count > kMostNamed) continue;
      notes_.push_back({time, what, image, Describe(stored.finding)});
    }
    if (count > kMostNamed)
      notes_.push_back({time, what, image, "and " + std::to_string(count - kMostNamed) + " more"});
  }

  // The key names a workload and a policy; what changed may also be the evidence alone.
  Status AddVerdicts(const storage::Change& change) {
    if (!transitions_) {
      ASSIGN_OR_RETURN(auto recent, snapshot_.assessments().RecentTransitions(kMostSearched));
      transitions_.emplace();
      for (auto& transition : recent)
        (*transitions_)[transition.workload.ToString() + " " + transition.policy].push_back(
            std::move(transition));
    }
    const auto found = transitions_->find(change.key);
    if (found == transitions_->end()) return Ok();
    TimePoint& told = told_.try_emplace(change.key, began_).first->second;
    std::vector<storage::VerdictTransition>& transitions = found->second;  // newest first
    for (auto it = transitions.rbegin(); it != transitions.rend(); ++it) {
      if (it->time <= told) continue;
      told = it->time;
      ASSIGN_OR_RETURN(std::string text, VerdictText(*it));
      notes_.push_back({it->time, "verdict", it->workload.ToString(), std::move(text)});
    }
    return Ok();
  }

  Result<std::string> VerdictText(const storage::VerdictTransition& transition) {
    const auto name = [](const std::optional<model::Verdict>& verdict) {
      return verdict ? std::string(ToString(*verdict)) : std::string("none");
    };
    std::string text =
        name(transition.from) + " to " + name(transition.to) + " under " + transition.policy;
    if (transition.to != model::Verdict::kViolated) return text;
    ASSIGN_OR_RETURN(const auto latest,
                     snapshot_.assessments().Latest({.name_space = transition.workload.name_space,
                                                     .policy = transition.policy,
                                                     .verdict = transition.to}));
    for (const model::Assessment& assessment : latest) {
      if (assessment.workload != transition.workload) continue;
      size_t violations = 0;
      for (const auto& container : assessment.containers) {
        if (violations == 0 && !container.violations.empty()) {
          const model::Violation& first = container.violations.front();
          text += ": " + Describe(*first.finding) + ", " + first.reason;
        }
        violations += container.violations.size();
      }
      if (violations > 1) text += " (and " + std::to_string(violations - 1) + " more)";
    }
    return text;
  }

  Status AddAction(const storage::Change& change) {
    if (!actions_) {
      ASSIGN_OR_RETURN(auto recent, snapshot_.actions().List({.most = kMostSearched}));
      actions_.emplace();
      for (auto& action : recent) actions_->emplace(action.id, std::move(action));
    }
    const auto found = actions_->find(change.key);
    if (found == actions_->end()) return Ok();
    const model::ActionRecord& action = found->second;
    std::string text = action.planned ? "planned: " + action.reason : action.reason;
    if (!action.error.empty()) text += "; failed: " + action.error;
    if (action.kind == "quarantine" && !action.planned && !action.effectiveness.effective)
      text += "; not effective: " + action.effectiveness.explanation;
    notes_.push_back({change.time, action.kind, action.workload.ToString(), std::move(text)});
    return Ok();
  }

  Status AddPolicy(const storage::Change& change) {
    ASSIGN_OR_RETURN(const auto history, snapshot_.policies().History(change.key));
    const bool gone = history.empty() || history.front().document.empty();
    notes_.push_back(
        {change.time, "policy", change.key,
         gone ? "is gone" : "is at generation " + std::to_string(history.front().generation)});
    return Ok();
  }

  const storage::Snapshot& snapshot_;
  const TimePoint began_;
  std::map<std::string, TimePoint>& told_;
  std::optional<std::map<std::string, std::vector<storage::VerdictTransition>>> transitions_;
  std::optional<std::map<std::string, model::ActionRecord>> actions_;
  std::vector<ChangeNote> notes_;
};

}  // namespace

Result<std::vector<ChangeNote>> ChangeFeed::Next() {
  ASSIGN_OR_RETURN(const auto snapshot, store_.Read());
  if (cursor_.empty()) {
    ASSIGN_OR_RETURN(const auto newest, snapshot->assessments().RecentTransitions(1));
    if (!newest.empty()) began_ = newest.front().time;
    told_.clear();
    ASSIGN_OR_RETURN(cursor_, snapshot->LatestCursor());
    return std::vector<ChangeNote>();
  }
  Page page(*snapshot, began_, told_);
  bool more = true;
  while (more) {
    auto changes = snapshot->ChangesSince(cursor_, kPage);
    if (!changes.has_value()) {
      if (changes.error().code == ErrorCode::kOutOfRange) cursor_.clear();
      return changes.error();
    }
    for (const storage::Change& change : changes->changes) RETURN_IF_ERROR(page.Add(change));
    cursor_ = changes->next;
    more = changes->more;
  }
  return page.Take();
}

}  // namespace narrows::control
