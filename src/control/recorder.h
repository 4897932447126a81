#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "control/image_pipeline.h"
#include "control/judgement.h"
#include "control/policy_watch.h"
#include "model/action.h"
#include "storage/store.h"

namespace narrows::control {

// What one round of the control loop learned, borrowed for the call.
struct RoundRecord {
  std::vector<std::shared_ptr<const ScannedImage>> images;  // those that the namespaces run
  std::vector<const Judgement*> judgements;                 // of the namespaces that were judged
  std::vector<std::string> gone_namespaces;
  std::vector<model::ActionRecord> actions;
  std::vector<model::ActionRecord> kept_actions;  // added only where the store lacks them
  std::vector<std::shared_ptr<const WatchedPolicy>> policies;  // all there are
};

// Writes rounds into a store. Level-based: what the store already holds is not written again, and
// what could not be written is written with a later round that holds it. Not thread-safe.
class Recorder {
 public:
  // `store` and `clock` outlive it.
  Recorder(storage::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  // Takes over what the store says of the time before this process.
  Status Load();

  // One transaction; nothing at all when there is nothing new.
  Status Record(const RoundRecord& round);

  // These images still run. Call it now and then, and before Compact.
  Status MarkSeen(const std::vector<std::string>& digests);
  // Drops what retention does not keep, which may take seconds. `digests` as for MarkSeen.
  Status Compact(const std::vector<std::string>& digests);

  // Fingerprints of what failed the policy in the workload when it was last recorded.
  std::set<std::string> KnownFailures(const model::WorkloadRef& workload,
                                      std::string_view policy) const;

 private:
  struct Stored {
    model::WorkloadRef workload;
    std::string policy;
    std::string signature;
    std::set<std::string> failing;
  };
  // By namespace, then by workload and policy.
  using StoredAssessments = std::map<std::string, std::map<std::string, Stored>, std::less<>>;

  // What a round adds, so that nothing counts as stored before the commit.
  struct Pending {
    std::map<std::string, std::string> images;
    StoredAssessments assessments;  // whole namespaces
    std::map<std::string, std::string> actions;
    std::map<std::string, std::string> policies;  // all
    bool any = false;
  };

  static Stored Describe(const model::Assessment& assessment);
  Pending Collect(const RoundRecord& round) const;
  Status WriteImages(storage::Transaction& transaction, const RoundRecord& round) const;
  Status WriteAssessments(storage::Transaction& transaction, const RoundRecord& round,
                          const Pending& pending) const;
  Status WriteActions(storage::Transaction& transaction, const RoundRecord& round) const;
  Status WritePolicies(storage::Transaction& transaction, const RoundRecord& round) const;

  storage::Store& store_;
  const Clock& clock_;
  std::map<std::string, std::string> images_;  // digest → advisories of its last scan
  StoredAssessments assessments_;
  std::map<std::string, std::string> actions_;   // id → signature
  std::map<std::string, std::string> policies_;  // name → uid and generation
};

}  // namespace narrows::control
