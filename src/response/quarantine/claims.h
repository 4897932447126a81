#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "assessment/policy.h"
#include "base/clock.h"
#include "model/action.h"
#include "response/quarantine/record.h"
#include "response/quarantine/units.h"
#include "response/response_action.h"

namespace narrows::response::quarantine {

// What all policies together want of one unit.
struct Demand {
  std::vector<Claim> claims;            // sorted by policy; empty: nobody wants it isolated
  std::vector<std::string> planned_by;  // policies that would claim it, but only plan
  model::Isolation isolation = model::Isolation::kDeny;  // the strictest of the claims (or plans)
  assessment::AllowList allow;                           // what every one of them allows
  std::string allow_key;                                 // empty: nothing is allowed
  bool allow_known = true;  // false: a policy's spec can't be read, its allow-list stays as it is
  std::string reason;       // the evidence
  std::string let_go;       // why claims that were there are not any more
  std::string held_back;    // why a policy that has reason to ask does not get it
};

struct Demands {
  std::vector<Demand> of_unit;  // in the order of the units
  // Policies whose waivers have changed, with all of their waivers.
  std::map<std::string, std::vector<assessment::Waiver>> waivers;
};

// The strictest wins: a unit is isolated as long as one policy claims it, detach beats deny, and a
// peer is allowed only if all claims allow it. A policy claims what fails under it; it gives up
// what passes, what it does not cover any more, or what was released by hand or expired; where it
// can't judge it keeps what it has. Suspended policies and those that can't be read keep what they
// have.
Demands DecideDemands(const Situation& situation, std::span<const Unit> units, TimePoint now);

// Whether the policy names this namespace itself: kubernetes.io/metadata.name in its
// namespaceSelector, as a label or in an In expression. Only then it may touch a protected one.
bool NamesNamespace(const assessment::Policy& policy, std::string_view name_space);
// kube-system, kube-public, kube-node-lease and our own.
bool IsProtected(std::string_view name_space, std::string_view own_namespace);

// The label value and name part of the allow-list that these policies share.
std::string AllowKey(const std::vector<std::string>& policies);

}  // namespace narrows::response::quarantine
