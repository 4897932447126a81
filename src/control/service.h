#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "advisories/database_change.h"
#include "advisories/database_watch.h"
#include "base/call_context.h"
#include "base/clock.h"
#include "control/controller.h"
#include "control/image_pipeline.h"
#include "control/metrics.h"
#include "control/policy_watch.h"
#include "findings/scanner.h"
#include "inventory/cluster/cluster_inventory.h"
#include "kubernetes/api_client.h"

namespace narrows::control {

// What runs beside the control loop. All outlive it.
struct ServiceParts {
  const Clock& clock;
  kubernetes::ApiClient& client;
  inventory::cluster::ClusterInventory& inventory;
  PolicyWatch& policies;
  ImagePipeline& images;
  advisories::DatabaseHandle& database;
  Controller& controller;
  Metrics& metrics;
};

struct ServiceOptions {
  std::string own_namespace;
  std::string identity;  // unique among the instances: the pod's name
  std::function<std::unique_ptr<findings::Scanner>(
      std::shared_ptr<const advisories::AdvisoryDatabase>)>
      make_scanner;
  // Digests of the images that a change of the advisories may concern.
  std::function<Result<std::vector<std::string>>(const advisories::DatabaseChange&)> concerned;
};

// The threads of `narrows serve`: watches of cluster, policies and database, leader election, and
// the control loop of the leader.
class Service {
 public:
  Service(ServiceParts parts, ServiceOptions options)
      : parts_(parts), options_(std::move(options)) {}

  // Until the context ends.
  void Run(const CallContext& context);

  // To be told when a policy changed: it may ask about scores that were no threshold so far.
  // Thread-safe.
  void OnPolicyChange();

  // Why it is not ready, one sentence each; empty when it is. Thread-safe.
  std::vector<std::string> Unready() const;

 private:
  void WatchDatabase(const CallContext& context);
  void WatchPermissions(const CallContext& context);
  void Lead(const CallContext& context);
  void AdoptDatabase(const CallContext& context);
  Result<Concern> ConcernSince(const advisories::AdvisoryDatabase& before,
                               const advisories::AdvisoryDatabase& now,
                               const CallContext& context) const;
  std::vector<double> Thresholds() const;

  const ServiceParts parts_;
  const ServiceOptions options_;

  std::mutex mutex_;
  // In use; shared with the scanner. What is known of images is what it says, but that scores may
  // be older ones which stand on the same side of each threshold.
  std::shared_ptr<const advisories::AdvisoryDatabase> adopted_;
  std::vector<double> thresholds_;
  bool scores_may_be_old_ = false;
};

}  // namespace narrows::control
