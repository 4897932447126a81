#pragma once

// For tests only: what the control loop looks at, as plain values.

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "control/image_pipeline.h"
#include "control/policy_watch.h"
#include "inventory/cluster/cluster_inventory.h"

namespace narrows::control {

class FakeInventory final : public inventory::cluster::ClusterInventory {
 public:
  std::vector<model::Namespace> namespaces;
  std::vector<model::Workload> workloads;
  std::vector<model::WorkloadRef> controllers;
  std::vector<model::NetworkPolicy> network_policies;

  Status Run(const CallContext&) override { return Ok(); }
  Result<std::vector<std::string>> ListOnce(const CallContext&) override {
    return std::vector<std::string>();
  }
  bool Synced() const override { return true; }
  std::vector<std::string> Troubles() const override { return {}; }
  // What Shows answers; called on the loop's thread.
  std::function<bool(std::string_view resource_version)> shows = [](std::string_view) {
    return true;
  };
  bool Shows(const kubernetes::ResourceType&, std::string_view resource_version) const override {
    return shows(resource_version);
  }
  std::string ClusterId() const override { return "c"; }
  std::vector<model::Namespace> Namespaces() const override { return namespaces; }
  std::optional<model::Namespace> FindNamespace(std::string_view) const override { return {}; }
  std::vector<model::Node> Nodes() const override { return {}; }
  std::vector<model::Workload> ListWorkloads(std::string_view name_space) const override {
    return OfNamespace(workloads, name_space, [](const auto& w) { return w.ref.name_space; });
  }
  std::optional<model::Workload> FindWorkload(const model::WorkloadRef&) const override {
    return {};
  }
  std::vector<model::WorkloadRef> Controllers(std::string_view name_space) const override {
    return OfNamespace(controllers, name_space, [](const auto& c) { return c.name_space; });
  }
  std::vector<model::Pod> PodsOfNamespace(std::string_view) const override { return {}; }
  std::optional<model::Pod> FindPod(std::string_view name_space,
                                    std::string_view name) const override {
    for (const model::Workload& workload : workloads) {
      for (const model::Pod& pod : workload.pods)
        if (pod.name_space == name_space && pod.name == name) return pod;
    }
    return {};
  }
  size_t PodCount() const override { return 0; }
  std::vector<model::Service> Services(std::string_view) const override { return {}; }
  std::vector<model::NetworkPolicy> NetworkPolicies(std::string_view name_space) const override {
    return OfNamespace(network_policies, name_space, [](const auto& p) { return p.name_space; });
  }

 private:
  template <typename T, typename Get>
  static std::vector<T> OfNamespace(const std::vector<T>& all, std::string_view name_space,
                                    Get get) {
    std::vector<T> some;
    for (const T& each : all)
      if (get(each) == name_space) some.push_back(each);
    return some;
  }
};

// One policy, which the test sets before the loop runs.
class FakePolicyWatch final : public PolicyWatch {
 public:
  void Set(assessment::Policy policy) {
    auto watched = std::make_shared<WatchedPolicy>();
    watched->meta = policy.meta;
    watched->object = "{}";
    watched->spec = std::move(policy);
    policy_ = std::move(watched);
  }
  // What ShowsPolicies answers; called on the loop's thread.
  std::function<bool(std::string_view resource_version)> shows = [](std::string_view) {
    return true;
  };

  Status Run(kubernetes::ApiClient&, const CallContext&) override { return Ok(); }
  Status ListOnce(kubernetes::ApiClient&, const CallContext&) override { return Ok(); }
  bool Synced() const override { return true; }
  std::vector<std::string> Troubles() const override { return {}; }
  bool ShowsPolicies(std::string_view resource_version) const override {
    return shows(resource_version);
  }
  std::vector<std::shared_ptr<const WatchedPolicy>> Policies() const override { return {policy_}; }
  std::vector<std::shared_ptr<const WatchedSetting>> Settings() const override { return {}; }

 private:
  std::shared_ptr<const WatchedPolicy> policy_;
};

// Knows no image; remembers what was retained. Thread-safe.
class FakeImages final : public ImagePipeline {
 public:
  ImageKnowledge Get(const ImageRequest&) override { return {nullptr, "not known", false}; }
  void SetScanner(ActiveScanner) override {}
  void SetScanner(ActiveScanner, Concern) override {}
  void SetStored(const std::vector<std::string>&) override {}
  void Retain(const std::vector<std::string>& keys) override {
    const std::lock_guard lock(mutex_);
    retained_.push_back(keys);
  }
  Status WaitIdle(const CallContext&) override { return Ok(); }
  Counts Count() const override { return {}; }

  std::vector<std::vector<std::string>> Retained() const {
    const std::lock_guard lock(mutex_);
    return retained_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::vector<std::string>> retained_;
};

// A running pod with one container, as the inventory shows it.
inline model::Workload RunningWorkload(const std::string& name_space, const std::string& name,
                                       const std::string& image_id) {
  model::Workload workload;
  workload.ref = {"c", name_space, "apps/v1", "Deployment", name, "uid-" + name};
  model::Pod pod;
  pod.cluster = "c";
  pod.name_space = name_space;
  pod.name = name + "-1";
  pod.uid = "uid-" + pod.name;
  pod.phase = "Running";
  pod.owner = workload.ref;
  model::Container container;
  container.name = "main";
  container.image = name;
  container.image_id = image_id;
  pod.containers.push_back(container);
  workload.pods.push_back(pod);
  return workload;
}

}  // namespace narrows::control
