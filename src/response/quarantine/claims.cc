#include "response/quarantine/claims.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "assessment/assess.h"
#include "base/sha256.h"
#include "base/strings.h"
#include "response/quarantine/waivers.h"

namespace narrows::response::quarantine {
namespace {

using assessment::Action;
using assessment::ActionKind;
using assessment::ActionMode;
using assessment::Policy;

// How bad it is; the worst goes first where not all may be isolated.
using Badness = std::tuple<model::Severity, bool, size_t>;  // severity, exploited, violations

Badness BadnessOf(const model::Assessment& assessment) {
  Badness worst{model::Severity::kUnknown, false, 0};
  for (const auto& container : assessment.containers) {
    for (const auto& violation : container.violations) {
      std::get<0>(worst) = std::max(std::get<0>(worst), violation.finding->severity);
      std::get<1>(worst) = std::get<1>(worst) || violation.finding->vulnerability.kev;
      ++std::get<2>(worst);
    }
  }
  return worst;
}

// What people mend first: known exploited, then the severity.
bool Worse(const model::Finding& a, const model::Finding& b) {
  return std::tuple(a.vulnerability.kev, a.severity) > std::tuple(b.vulnerability.kev, b.severity);
}

// "CVE-2023-1 (Critical) in openssl and 3 more"; the reason of the unknown where nothing violates.
// A vulnerability of a source package counts once, however many packages are built from it.
std::string ReasonOf(const model::Assessment& assessment) {
  const model::Violation* worst = nullptr;
  std::set<std::pair<std::string_view, std::string_view>> once;
  std::string unknown;
  for (const auto& container : assessment.containers) {
    if (unknown.empty()) unknown = container.unknown_reason;
    for (const auto& violation : container.violations) {
      const auto* subject = std::get_if<model::PackageSubject>(&violation.finding->subject);
      once.emplace(violation.finding->vulnerability.id,
                   subject == nullptr ? std::string_view() : subject->package.source_name);
      if (!worst || Worse(*violation.finding, *worst->finding)) worst = &violation;
    }
  }
  if (!worst) return "unknown: " + Printable(unknown, 120);
  std::string reason = Printable(worst->finding->vulnerability.id, 60) + " (" +
                       std::string(ToString(worst->finding->severity)) + ")";
  if (const auto* subject = std::get_if<model::PackageSubject>(&worst->finding->subject)) {
    reason += " in " + Printable(subject->package.name, 60);
  }
  if (once.size() > 1) reason += " and " + std::to_string(once.size() - 1) + " more";
  return reason;
}

// What one policy means to do with one unit.
struct Candidate {
  const Policy* policy = nullptr;  // null: it can't be read
  Claim claim;
  bool held = false;     // it had the claim before
  bool planned = false;  // it only plans
  const model::Assessment* assessment = nullptr;
};

struct Work {
  std::vector<Candidate> candidates;
  std::vector<Candidate> granted;
  Badness badness{model::Severity::kUnknown, false, 0};
};

class Decider {
 public:
  Decider(const Situation& situation, std::span<const Unit> units, TimePoint now)
      : situation_(situation),
        units_(units),
        now_(now),
        work_(units.size()),
        demands_{std::vector<Demand>(units.size()), {}} {
    for (const model::Assessment& assessment : situation.assessments) {
      assessments_[{assessment.policy, assessment.workload.ToString()}] = &assessment;
    }
    for (const Policy& policy : situation.policies) policies_.push_back(&policy);
    std::sort(policies_.begin(), policies_.end(),
              [](const Policy* a, const Policy* b) { return a->meta.name < b->meta.name; });
  }

  Demands Decide() {
    for (const Policy* policy : policies_) Consider(*policy);
    for (size_t i = 0; i < units_.size(); ++i) KeepOfUnreadable(i);
    for (size_t begin = 0; begin < units_.size();) {
      size_t end = begin;
      while (end < units_.size() && units_[end].ref.name_space == units_[begin].ref.name_space) {
        ++end;
      }
      Grant(begin, end);
      begin = end;
    }
    for (size_t i = 0; i < units_.size(); ++i) Combine(i);
    return std::move(demands_);
  }

 private:
  const Claim* Existing(size_t i, const std::string& policy) const {
    return units_[i].observed ? units_[i].observed->Find(policy) : nullptr;
  }

  Evidence EvidenceFor(const Policy& policy, size_t i, const model::Assessment** found) const {
    Evidence evidence;
    const auto entry = assessments_.find({policy.meta.name, units_[i].key});
    if (entry == assessments_.end()) return evidence;
    *found = entry->second;
    evidence.passed = entry->second->verdict == model::Verdict::kPassed;
    evidence.fails = assessment::Fails(policy, *entry->second);
    evidence.policy = &policy;
    evidence.assessment = entry->second;
    return evidence;
  }

  void Consider(const Policy& policy) {
    // What stands in the status of a policy that asks for nothing stays for when it does again.
    const Action* action = policy.Find(ActionKind::kQuarantine);
    const bool asks = policy.Active() && action;
    Waivers waivers(policy, now_);
    for (size_t i = 0; i < units_.size(); ++i) {
      const Claim* existing = Existing(i, policy.meta.name);
      if (asks) {
        ConsiderUnit(policy, *action, i, existing, waivers);
      } else if (existing) {
        LetGo(i, policy.meta.deleting ? "policy " + policy.meta.name + " is deleted"
                 : !policy.enabled    ? "policy " + policy.meta.name + " is disabled"
                                      : "policy " + policy.meta.name + " asks for no quarantine");
      }
    }
    if (!asks) return;
    auto remembered = waivers.Take();
    if (remembered != policy.waivers) demands_.waivers[policy.meta.name] = std::move(remembered);
  }

  void ConsiderUnit(const Policy& policy, const Action& action, size_t i, const Claim* existing,
                    Waivers& waivers) {
    const Unit& unit = units_[i];
    const std::string by = " (policy " + policy.meta.name + ")";
    const model::Assessment* assessment = nullptr;
    const Evidence evidence = EvidenceFor(policy, i, &assessment);
    const auto waived = waivers.Waived(unit, evidence);
    if (policy.suspend) {
      if (existing && waived) return LetGo(i, *waived + by);
      if (existing) Add(i, {&policy, *existing, true, false, assessment});
      if (!existing && evidence.fails) HoldBack(i, "policy " + policy.meta.name + " is suspended");
      return;
    }
    if (!CoversUnit(policy, unit)) {
      if (existing) LetGo(i, "no longer covered" + by);
      return;
    }
    if (!evidence.fails && !(existing && !evidence.passed)) {
      if (existing) LetGo(i, "passes" + by);
      return;
    }
    if (!existing && !unit.HasLivingPod()) return;
    std::string obstacle;
    if (waived) {
      obstacle = *waived + by;
    } else if (Ignored(action, unit)) {
      obstacle = "ignored" + by;
    } else if (IsProtected(unit.ref.name_space, situation_.own_namespace) &&
               !NamesNamespace(policy, unit.ref.name_space)) {
      obstacle = "namespace " + unit.ref.name_space + " is protected" + by;
    }
    if (!obstacle.empty()) return existing ? LetGo(i, obstacle) : HoldBack(i, obstacle);
    Candidate candidate{&policy,
                        {policy.meta.name, Seconds(now_), {}},
                        existing != nullptr,
                        action.mode == ActionMode::kPlan,
                        assessment};
    if (candidate.planned) {
      if (existing) LetGo(i, "only planned now" + by);
      if (!evidence.fails) return;
      candidate.held = false;
      return Add(i, candidate);
    }
    if (existing) candidate.claim.since = existing->since;
    if (action.expires_after) candidate.claim.until = candidate.claim.since + *action.expires_after;
    // It ends once the status remembers that it has: where that cannot be written, the next plan
    // would begin it again.
    if (candidate.claim.until && *candidate.claim.until <= now_) {
      waivers.AddExpired(unit, evidence);
    }
    Add(i, candidate);
  }

  static TimePoint Seconds(TimePoint time) {
    return std::chrono::floor<std::chrono::seconds>(time);
  }

  static bool CoversUnit(const Policy& policy, const Unit& unit) {
    // A namespace not seen yet, or a workload between two pods: nothing says that it does not.
    if (!unit.name_space || unit.pods.empty()) return true;
    return Covers(policy, *unit.name_space) &&
           std::any_of(unit.pods.begin(), unit.pods.end(), [&](const model::Pod* pod) {
             return policy.workload_selector.Matches(LabelsForSelection(*pod));
           });
  }

  static bool Ignored(const Action& action, const Unit& unit) {
    return action.ignore && !action.ignore->empty() &&
           std::any_of(unit.pods.begin(), unit.pods.end(), [&](const model::Pod* pod) {
             return action.ignore->Matches(LabelsForSelection(*pod));
           });
  }

  void Add(size_t i, const Candidate& candidate) {
    if (candidate.assessment) {
      work_[i].badness = std::max(work_[i].badness, BadnessOf(*candidate.assessment));
    }
    work_[i].candidates.push_back(candidate);
  }

  void LetGo(size_t i, const std::string& why) { Append(demands_.of_unit[i].let_go, why); }
  void HoldBack(size_t i, const std::string& why) { Append(demands_.of_unit[i].held_back, why); }
  static void Append(std::string& text, const std::string& more) {
    text += (text.empty() ? "" : "; ") + more;
  }

  void KeepOfUnreadable(size_t i) {
    if (!units_[i].observed) return;
    for (const Claim& claim : units_[i].observed->claims) {
      const auto same_name = [&](const auto& name) { return name == claim.policy; };
      const auto& unreadable = situation_.unreadable_policies;
      if (std::any_of(unreadable.begin(), unreadable.end(), same_name)) {
        work_[i].candidates.push_back({nullptr, claim, true, false, nullptr});
      } else if (std::none_of(policies_.begin(), policies_.end(), [&](const Policy* policy) {
                   return policy->meta.name == claim.policy;
                 })) {
        LetGo(i, "policy " + claim.policy + " does not exist any more");
      }
    }
  }

  // Of units [begin, end), one namespace: grants what was held, then the worst, up to the caps.
  void Grant(size_t begin, size_t end) {
    size_t workloads = 0;
    std::vector<size_t> order;
    for (size_t i = begin; i < end; ++i) {
      if (!units_[i].detached && units_[i].HasLivingPod()) ++workloads;
      if (!work_[i].candidates.empty()) order.push_back(i);
    }
    const auto held = [&](size_t i) {
      return std::any_of(work_[i].candidates.begin(), work_[i].candidates.end(),
                         [](const Candidate& candidate) { return candidate.held; });
    };
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      if (held(a) != held(b)) return held(a);
      return work_[a].badness > work_[b].badness;
    });
    size_t isolated = 0;
    for (const bool planned : {false, true}) {
      for (const size_t i : order) GrantUnit(i, planned, workloads, isolated);
    }
  }

  void GrantUnit(size_t i, bool planned, size_t workloads, size_t& isolated) {
    Work& work = work_[i];
    const auto counted = [&] { return !work.granted.empty() || units_[i].detached; };
    const bool counted_before = counted();
    const bool was_isolated =
        std::any_of(work.candidates.begin(), work.candidates.end(),
                    [](const Candidate& candidate) { return candidate.held; });
    for (const Candidate& candidate : work.candidates) {
      if (candidate.planned != planned) continue;
      if (!was_isolated && !counted() && isolated >= Cap(candidate, workloads)) {
        HoldBack(i, "isolating it would exceed " + std::to_string(Percent(candidate)) +
                        "% of the " + std::to_string(workloads) + " workloads of namespace " +
                        units_[i].ref.name_space + " (policy " + candidate.claim.policy + ")");
        continue;
      }
      work.granted.push_back(candidate);
    }
    if (!counted_before && counted()) ++isolated;
  }

  static int Percent(const Candidate& candidate) {
    const Action* action =
        candidate.policy ? candidate.policy->Find(ActionKind::kQuarantine) : nullptr;
    return action ? action->max_percent : 100;
  }
  static size_t Cap(const Candidate& candidate, size_t workloads) {
    return std::max<size_t>(1, workloads * static_cast<size_t>(Percent(candidate)) / 100);
  }

  void Combine(size_t i) {
    Demand& demand = demands_.of_unit[i];
    std::vector<const Candidate*> decisive;
    for (const Candidate& candidate : work_[i].granted) {
      if (candidate.planned) {
        demand.planned_by.push_back(candidate.claim.policy);
      } else {
        demand.claims.push_back(candidate.claim);
      }
    }
    for (const Candidate& candidate : work_[i].granted) {
      if (candidate.planned == demand.claims.empty()) decisive.push_back(&candidate);
    }
    if (decisive.empty()) return;
    std::sort(demand.claims.begin(), demand.claims.end(),
              [](const Claim& a, const Claim& b) { return a.policy < b.policy; });
    for (size_t n = 0; n < decisive.size(); ++n) Restrict(demand, *decisive[n], n == 0, units_[i]);
    if (demand.allow_known && !demand.allow.empty()) {
      std::vector<std::string> names;
      for (const Candidate* candidate : decisive) names.push_back(candidate->claim.policy);
      std::sort(names.begin(), names.end());
      demand.allow_key = AllowKey(names);
    }
    demand.reason = Reason(decisive, units_[i], demand);
  }

  static void Restrict(Demand& demand, const Candidate& candidate, bool first, const Unit& unit) {
    const Action* action =
        candidate.policy ? candidate.policy->Find(ActionKind::kQuarantine) : nullptr;
    if (!action) {
      demand.allow_known = false;
      if (unit.observed) {
        demand.isolation = std::max(demand.isolation, unit.observed->isolation);
        demand.allow_key = unit.observed->allow;
      }
      return;
    }
    demand.isolation = std::max(demand.isolation, action->isolation);
    if (first) {
      demand.allow = action->allow;
      return;
    }
    demand.allow.dns = demand.allow.dns && action->allow.dns;
    auto& peers = demand.allow.peers;
    peers.erase(std::remove_if(peers.begin(), peers.end(),
                               [&](const model::NetworkPeer& peer) {
                                 return std::find(action->allow.peers.begin(),
                                                  action->allow.peers.end(),
                                                  peer) == action->allow.peers.end();
                               }),
                peers.end());
  }

  // Why it was isolated stays its reason as long as the same policies ask for it.
  static std::string Reason(const std::vector<const Candidate*>& decisive, const Unit& unit,
                            const Demand& demand) {
    std::vector<std::string> names;
    for (const Claim& claim : demand.claims) names.push_back(claim.policy);
    if (unit.observed && !unit.observed->reason.empty() && unit.observed->Policies() == names) {
      return unit.observed->reason;
    }
    for (const Candidate* candidate : decisive) {
      if (candidate->policy && candidate->assessment &&
          assessment::Fails(*candidate->policy, *candidate->assessment)) {
        return ReasonOf(*candidate->assessment);
      }
    }
    return unit.observed ? unit.observed->reason : "";
  }

  const Situation& situation_;
  std::span<const Unit> units_;
  TimePoint now_;
  std::map<std::pair<std::string, std::string>, const model::Assessment*> assessments_;
  std::vector<const Policy*> policies_;
  std::vector<Work> work_;
  Demands demands_;
};

}  // namespace

Demands DecideDemands(const Situation& situation, std::span<const Unit> units, TimePoint now) {
  return Decider(situation, units, now).Decide();
}

bool NamesNamespace(const assessment::Policy& policy, std::string_view name_space) {
  constexpr std::string_view kNameLabel = "kubernetes.io/metadata.name";
  const auto label = policy.namespace_selector.match_labels.find(kNameLabel);
  if (label != policy.namespace_selector.match_labels.end() && label->second == name_space) {
    return true;
  }
  for (const auto& expression : policy.namespace_selector.match_expressions) {
    if (expression.key == kNameLabel && expression.op == model::LabelRequirement::Operator::kIn &&
        std::find(expression.values.begin(), expression.values.end(), name_space) !=
            expression.values.end()) {
      return true;
    }
  }
  return false;
}

bool IsProtected(std::string_view name_space, std::string_view own_namespace) {
  return name_space == "kube-system" || name_space == "kube-public" ||
         name_space == "kube-node-lease" || (!own_namespace.empty() && name_space == own_namespace);
}

std::string AllowKey(const std::vector<std::string>& policies) {
  // A policy's name is a DNS subdomain, so it is a label value unless it is too long.
  if (policies.size() == 1 && policies[0].size() <= 63) return policies[0];
  return "shared-" + Sha256Hex(Join(policies, ",")).substr(0, 10);
}

}  // namespace narrows::response::quarantine
