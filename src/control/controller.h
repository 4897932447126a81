#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/call_context.h"
#include "base/clock.h"
#include "control/action_log.h"
#include "control/announcer.h"
#include "control/event_sender.h"
#include "control/image_pipeline.h"
#include "control/metrics.h"
#include "control/namespace_book.h"
#include "control/policy_reconciler.h"
#include "control/policy_watch.h"
#include "control/recorder.h"
#include "control/timetable.h"
#include "control/work_queue.h"
#include "inventory/cluster/cluster_inventory.h"
#include "kubernetes/api_client.h"
#include "response/response_action.h"

namespace narrows::control {

// What the control loop joins. All outlive it.
struct ControllerParts {
  const Clock& clock;
  kubernetes::ApiClient& client;
  const inventory::cluster::ClusterInventory& inventory;
  const PolicyWatch& policies;
  ImagePipeline& images;
  response::ResponseAction& quarantine;
  Recorder& recorder;
  EventSender& events;
  Metrics& metrics;
};

struct ControllerOptions {
  std::string own_namespace;
  std::chrono::milliseconds resync{600'000};  // everything is judged again at least so often
  // What of the rights that Narrows needs is missing, one sentence each.
  std::function<Result<std::vector<std::string>>(const CallContext&)> missing_permissions;
};

// The control loop: level-based, one thread. Each round judges the namespaces that something
// happened to, plans from the whole picture, carries the plan out, and writes store, Events and
// statuses. A failure is retried with backoff; a round may be broken off anywhere.
class Controller {
 public:
  Controller(ControllerParts parts, ControllerOptions options);

  // From any thread.
  void OnInventoryChange(const inventory::cluster::InventoryChange& change);
  void OnPolicyChange();
  void OnImageChange(const std::string& key) { queue_.AddImage(key); }
  void OnDatabaseChange(bool present);

  // Until the context ends. May be called again: leadership comes and goes.
  void Run(const CallContext& context);

  // Rights that are missing as far as is known, one sentence each. Thread-safe.
  std::vector<std::string> MissingPermissions() const;
  // They have been asked for at least once. Thread-safe.
  bool PermissionsKnown() const;
  // Asks the API server anew. Thread-safe.
  void CheckPermissions(const CallContext& context);

 private:
  using Steady = std::chrono::steady_clock;

  void Round(const Work& work, const CallContext& context);
  // Plans and carries out; what was done or said comes back.
  struct Acted {
    response::ActionPlan plan;
    std::vector<model::ActionRecord> records;
  };
  Acted Act(const response::Situation& situation, const CallContext& context);
  void CarryOut(Acted& acted, const CallContext& context);
  bool MayAct(const CallContext& context);
  // Whether the watches show all that was written: no plan is made from an older picture. Waits a
  // little for it.
  bool Echoed(const CallContext& context);
  bool Shown(const response::Written& written) const;
  void Announce(const NamespaceBook::Update& update, const PolicySet& set,
                const response::ActionPlan& plan, std::vector<kubernetes::EventNote>& notes);
  void Store(const NamespaceBook::Update& update, const Acted& acted);
  void TellStored(const RoundRecord& record);
  void Tidy();
  void Count(const PolicySet& set, const WholePicture& picture, const response::ActionPlan& plan);
  PolicyReconciler::Facts FactsFor(const WholePicture& picture, const response::ActionPlan& plan);
  void Retry();
  Steady::time_point NextRound(const CallContext& context) const;

  const ControllerParts parts_;
  const ControllerOptions options_;
  const Knowledge knowledge_;
  WorkQueue queue_;
  Announcer announcer_;
  ActionLog action_log_;

  // Of the loop's thread, anew with each Run.
  std::optional<NamespaceBook> book_;
  std::optional<PolicyReconciler> reconciler_;
  Timetable timetable_;
  std::vector<response::Written> unseen_;  // written, and not shown yet when last looked at
  bool echo_is_late_ = false;
  std::optional<TimePoint> wake_at_;
  std::optional<TimePoint> assessed_;  // when everything was judged last, whole seconds
  Steady::time_point resync_at_;
  Steady::time_point compact_at_;
  std::optional<Steady::time_point> retry_at_;
  std::chrono::milliseconds retry_delay_{0};
  bool failed_ = false;  // something of this round has to be tried again
  std::string store_trouble_;

  mutable std::mutex mutex_;
  std::vector<std::string> missing_;
  std::optional<Steady::time_point> checked_at_;
  bool permissions_known_ = false;
  bool has_database_ = false;
};

}  // namespace narrows::control
