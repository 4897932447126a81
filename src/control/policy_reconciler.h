#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "assessment/policy.h"
#include "assessment/status.h"
#include "base/call_context.h"
#include "base/clock.h"
#include "control/announcer.h"
#include "control/policy_watch.h"
#include "kubernetes/api_client.h"
#include "response/response_action.h"

namespace narrows::control {

// The policies as they are acted by.
struct PolicySet {
  std::vector<assessment::Policy> policies;  // those being deleted included
  std::vector<std::string> frozen;           // unreadable, or not ours to act by: kept as they are
  std::map<std::string, std::string> why_frozen;  // by name, of those with a readable spec
};

// Keeps finalizers and statuses of the policies, and the statuses of the Settings. Not thread-safe.
class PolicyReconciler {
 public:
  // All outlive it.
  PolicyReconciler(kubernetes::ApiClient& client, const PolicyWatch& watch, const Clock& clock)
      : client_(client), watch_(watch), clock_(clock) {}

  // Puts the finalizer on each policy that may isolate something, before it does. One on which it
  // can't be put is frozen, since its deletion would leave behind what it had isolated.
  PolicySet Prepare(const CallContext& context);

  // Takes the finalizer off policies that are being deleted, or do not isolate any more, once the
  // API server itself shows nothing that they hold. True when one still holds something.
  bool TakeFinalizersOff(const response::Situation& situation, const CallContext& context);

  // What the statuses say beside the policies themselves.
  struct Facts {
    std::map<std::string, assessment::Counts> counts;  // by policy
    std::optional<TimePoint> assessed;  // when everything was judged last; nothing: not yet
    std::string obstacle_reason;  // why no policy takes effect; empty when nothing is in the way
    std::string obstacle;
  };
  // Writes the statuses that differ, each policy's at most once a second. Adds what is news to
  // `notes`. True when something is still to be written.
  bool WriteStatuses(const PolicySet& set, const Facts& facts, Announcer& announcer,
                     std::vector<kubernetes::EventNote>& notes, const CallContext& context);

 private:
  using Steady = std::chrono::steady_clock;
  struct Written {
    std::string seen;  // resourceVersion of the object that the patch was made from
    Steady::time_point at;
  };

  template <typename Spec>
  bool WriteStatus(const kubernetes::ResourceType& type, const Watched<Spec>& object,
                   const assessment::ObjectStatus& status, const CallContext& context);

  kubernetes::ApiClient& client_;
  const PolicyWatch& watch_;
  const Clock& clock_;
  std::set<std::string> finalized_;         // UIDs that got it from us
  std::map<std::string, Written> written_;  // by UID
};

}  // namespace narrows::control
