#pragma once

#include <functional>
#include <memory>
#include <string>

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
};

// The threads of `narrows serve`: watches of cluster, policies and database, leader election, and
// the control loop of the leader.
class Service {
 public:
  Service(ServiceParts parts, ServiceOptions options)
      : parts_(parts), options_(std::move(options)) {}

  // Until the context ends.
  void Run(const CallContext& context);

  // Why it is not ready, one sentence each; empty when it is. Thread-safe.
  std::vector<std::string> Unready() const;

 private:
  void WatchDatabase(const CallContext& context);
  void WatchPermissions(const CallContext& context);
  void Lead(const CallContext& context);
  bool AdoptDatabase();

  const ServiceParts parts_;
  const ServiceOptions options_;
};

}  // namespace narrows::control
