#pragma once

#include <optional>
#include <string>
#include <vector>

#include "assessment/policy.h"
#include "base/clock.h"
#include "model/assessment.h"
#include "response/quarantine/units.h"

namespace narrows::response::quarantine {

// What is known of a unit under one policy at this moment.
struct Evidence {
  bool passed = false;
  bool fails = false;  // neither: unknown
  const assessment::Policy* policy = nullptr;
  const model::Assessment* assessment = nullptr;  // null: not judged yet

  // Of what fails, sorted. Made when asked for: few units have a waiver.
  std::vector<std::string> Fingerprints() const;
};

// The releases by hand and the expired isolations of one policy, brought up to date. Each is
// granted for the findings known when it began; a finding that is not among them ends it. Findings
// that were not known then because the workload was unknown are granted when they first appear.
class Waivers {
 public:
  Waivers(const assessment::Policy& policy, TimePoint now);

  // Why the policy must not isolate the unit now ("released by hand until …: reason"); nothing when
  // it may. To be called once for each unit that exists.
  std::optional<std::string> Waived(const Unit& unit, const Evidence& evidence);

  // The isolation of the unit has come to its end; it is waived from the next plan on, which is
  // made from a status that remembers this.
  void AddExpired(const Unit& unit, const Evidence& evidence);

  // All that are to be remembered, sorted; entries of units that were not asked for are gone.
  std::vector<assessment::Waiver> Take();

 private:
  std::optional<std::string> Released(const Unit& unit, const Evidence& evidence);
  std::optional<std::string> Expired(const Unit& unit, const Evidence& evidence);
  const assessment::Waiver* Remembered(assessment::Waiver::Cause cause, const std::string& workload,
                                       const std::string& entry) const;

  const assessment::Policy& policy_;
  TimePoint now_;
  std::vector<assessment::Waiver> kept_;
};

}  // namespace narrows::response::quarantine
