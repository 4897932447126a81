#include "inventory/cluster/cluster_inventory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "base/strings.h"
#include "inventory/cluster/picture.h"
#include "kubernetes/list_only_client_testing.h"
#include "kubernetes/resource_types.h"

namespace narrows::inventory::cluster {
namespace {

using kubernetes::ListOptions;
using kubernetes::ResourceType;
using kubernetes::WatchOptions;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Lists what it is given and streams what is pushed, by the types' plural names.
class FakeApi final : public kubernetes::ListOnlyClient {
 public:
  std::map<std::string, std::vector<std::string>> items;
  std::map<std::string, Error> refused;

  void Push(const std::string& plural, const std::string& type, const std::string& object) {
    const std::lock_guard lock(mutex_);
    events_.emplace(plural, R"({"type":")" + type + R"(","object":)" + object + "}");
    pushed_.notify_all();
  }

  Result<std::string> List(const ResourceType& type, const ListOptions&,
                           const CallContext&) override {
    if (const auto error = refused.find(type.plural); error != refused.end()) return error->second;
    std::string body = R"({"metadata":{"resourceVersion":"1"},"items":[)";
    // Several threads list at once: nothing may be added to the map.
    const auto of_type = items.find(type.plural);
    if (of_type != items.end()) body += Join(of_type->second, ",");
    return body + "]}";
  }

  Status Watch(const ResourceType& type, const WatchOptions& options, const CallContext& context,
               const OnEvent& on_event) override {
    if (const auto error = refused.find(type.plural); error != refused.end()) return error->second;
    if (options.send_initial_events) return InvalidArgument("not offered");
    for (;;) {
      std::vector<std::string> events;
      {
        std::unique_lock lock(mutex_);
        pushed_.wait_for(lock, context.stop, std::chrono::seconds(30),
                         [&] { return events_.contains(type.plural); });
        RETURN_IF_ERROR(context.Check());
        const auto [first, last] = events_.equal_range(type.plural);
        for (auto event = first; event != last; ++event) events.push_back(event->second);
        events_.erase(first, last);
      }
      for (const std::string& event : events) RETURN_IF_ERROR(on_event(event));
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any pushed_;
  std::multimap<std::string, std::string> events_;
};

std::string Meta(const std::string& name, const std::string& uid, const std::string& owner = "",
                 const std::string& more = "") {
  return R"("metadata":{"name":")" + name +
         R"(","namespace":"shop","resourceVersion":"2","uid":")" + uid + "\"" +
         (owner.empty() ? "" : R"(,"ownerReferences":[)" + owner + "]") + more + "}";
}

std::string Owner(const std::string& version, const std::string& kind, const std::string& name,
                  const std::string& uid) {
  return R"({"apiVersion":")" + version + R"(","kind":")" + kind + R"(","name":")" + name +
         R"(","uid":")" + uid + R"(","controller":true})";
}

std::string PodJson(const std::string& name, const std::string& owner = "",
                    const std::string& phase = "Running") {
  return "{" + Meta(name, "uid-" + name, owner, R"(,"labels":{"app":"web"})") +
         R"(,"spec":{"nodeName":"n1","containers":[{"name":"c","image":"nginx:1"}]},)"
         R"("status":{"phase":")" +
         phase + R"(","containerStatuses":[{"name":"c","imageID":"nginx@sha256:aa",)" +
         R"("state":{"running":{}}}]}})";
}

const std::string kOfReplicaSet = Owner("apps/v1", "ReplicaSet", "web-5d", "rs1");

CallContext Soon() { return CallContext::WithTimeout(std::chrono::seconds(30)); }

class ClusterInventoryTest : public ::testing::Test {
 protected:
  ClusterInventoryTest() {
    api_.items["namespaces"] = {R"({"metadata":{"name":"kube-system","uid":"cluster-1"}})",
                                R"({"metadata":{"name":"shop","uid":"s"}})"};
    api_.items["nodes"] = {
        R"({"metadata":{"name":"n1"},"status":{"nodeInfo":{"architecture":"arm64"}}})"};
    api_.items["replicasets"] = {
        "{" + Meta("web-5d", "rs1", Owner("apps/v1", "Deployment", "web", "d1")) + "}"};
    api_.items["deployments"] = {"{" + Meta("web", "d1") + "}"};
    api_.items["jobs"] = {
        "{" + Meta("nightly-1", "j1", Owner("batch/v1", "CronJob", "nightly", "cj1")) + "}"};
    api_.items["pods"] = {PodJson("web-5d-a", kOfReplicaSet),
                          PodJson("web-5d-b", kOfReplicaSet),
                          PodJson("bare"),
                          PodJson("nightly-1-x", Owner("batch/v1", "Job", "nightly-1", "j1")),
                          PodJson("static", Owner("v1", "Node", "n1", "n")),
                          PodJson("db-0", Owner("example.com/v1", "Database", "db", "x1")),
                          PodJson("stray", Owner("apps/v1", "ReplicaSet", "lost", "rs9"))};
  }
  ~ClusterInventoryTest() override { StopRunning(); }

  void Start() {
    inventory_ = MakeClusterInventory(
        api_, {.on_change = [this](const InventoryChange& change) {
          const std::lock_guard lock(mutex_);
          changes_.push_back(std::string(ToString(change.kind)) + ' ' + change.name + ' ' +
                             change.owner.kind + '/' + change.owner.name);
          changed_.notify_all();
        }});
    runner_ = std::thread([this] { (void)inventory_->Run({.stop = stop_.get_token()}); });
    ASSERT_TRUE(WaitForChange("synced  /"));
  }
  void StopRunning() {
    stop_.request_stop();
    if (runner_.joinable()) runner_.join();
  }
  bool WaitForChange(const std::string& change) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), [&] {
      return std::find(changes_.begin(), changes_.end(), change) != changes_.end();
    });
  }

  FakeApi api_;
  std::unique_ptr<ClusterInventory> inventory_;
  std::stop_source stop_;
  std::thread runner_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> changes_;
};

std::vector<std::string> Names(const std::vector<model::Workload>& workloads) {
  std::vector<std::string> names;
  for (const auto& workload : workloads) {
    names.push_back(workload.ref.api_version + ' ' + workload.ref.ToString() + ' ' +
                    std::to_string(workload.pods.size()));
  }
  return names;
}

TEST_F(ClusterInventoryTest, ResolvesEachPodToItsTopController) {
  inventory_ = MakeClusterInventory(api_);
  const auto warnings = inventory_->ListOnce(Soon());
  ASSERT_TRUE(warnings.has_value()) << warnings.error().message;
  EXPECT_THAT(*warnings, IsEmpty());
  EXPECT_TRUE(inventory_->Synced());
  EXPECT_EQ(inventory_->ClusterId(), "cluster-1");
  EXPECT_THAT(Names(inventory_->ListWorkloads("shop")),
              ElementsAre("apps/v1 shop/Deployment/web 2", "apps/v1 shop/ReplicaSet/lost 1",
                          "batch/v1 shop/CronJob/nightly 1", "example.com/v1 shop/Database/db 1",
                          "v1 shop/Pod/bare 1", "v1 shop/Pod/static 1"));
  EXPECT_EQ(inventory_->ListWorkloads("").size(), 6u);
  EXPECT_THAT(inventory_->ListWorkloads("elsewhere"), IsEmpty());

  // Those that the API server told of; neither ReplicaSets of a Deployment nor names it never saw.
  std::vector<std::string> controllers;
  for (const model::WorkloadRef& ref : inventory_->Controllers("shop"))
    controllers.push_back(ref.ToString());
  EXPECT_THAT(controllers, ElementsAre("shop/Deployment/web"));

  const auto workload =
      inventory_->FindWorkload({.name_space = "shop", .kind = "Deployment", .name = "web"});
  ASSERT_TRUE(workload.has_value());
  EXPECT_EQ(workload->ref.uid, "d1");
  EXPECT_EQ(workload->ref.cluster, "cluster-1");
  ASSERT_EQ(workload->pods.size(), 2u);
  const model::Pod& pod = workload->pods[0];
  EXPECT_EQ(pod.name, "web-5d-a");
  EXPECT_EQ(pod.architecture, "arm64");
  EXPECT_EQ(pod.controller_kind, "ReplicaSet");
  EXPECT_EQ(pod.labels.at("app"), "web");
  ASSERT_EQ(pod.containers.size(), 1u);
  EXPECT_EQ(pod.containers[0].image_id, "nginx@sha256:aa");
  EXPECT_FALSE(inventory_
                   ->FindWorkload(
                       {.name_space = "shop", .kind = "Deployment", .name = "web", .uid = "other"})
                   .has_value());
}

TEST_F(ClusterInventoryTest, WhatMayNotBeListedIsAWarningWhereItCanBeDoneWithout) {
  api_.refused["replicasets"] = PermissionDenied("replicasets is forbidden");
  api_.refused["nodes"] = PermissionDenied("nodes is forbidden");
  inventory_ = MakeClusterInventory(api_);
  const auto warnings = inventory_->ListOnce(Soon());
  ASSERT_TRUE(warnings.has_value()) << warnings.error().message;
  ASSERT_EQ(warnings->size(), 2u);
  EXPECT_THAT((*warnings)[1], HasSubstr("replicasets is forbidden"));
  EXPECT_THAT(Names(inventory_->ListWorkloads("shop")),
              Contains("apps/v1 shop/ReplicaSet/web-5d 2"));
  api_.refused["pods"] = PermissionDenied("pods is forbidden");
  EXPECT_FALSE(MakeClusterInventory(api_)->ListOnce(Soon()).has_value());
}

TEST_F(ClusterInventoryTest, ARunTellsOfEachChangeOnce) {
  Start();
  EXPECT_TRUE(WaitForChange("synced  /"));
  api_.Push("pods", "ADDED", PodJson("web-5d-c", kOfReplicaSet));
  EXPECT_TRUE(WaitForChange("pod_added web-5d-c Deployment/web"));
  EXPECT_TRUE(inventory_->FindPod("shop", "web-5d-c").has_value());
  api_.Push("pods", "MODIFIED", PodJson("web-5d-c", kOfReplicaSet));
  api_.Push("pods", "MODIFIED", PodJson("web-5d-c", kOfReplicaSet, "Failed"));
  EXPECT_TRUE(WaitForChange("pod_changed web-5d-c Deployment/web"));
  api_.Push("pods", "DELETED", PodJson("web-5d-c", kOfReplicaSet));
  EXPECT_TRUE(WaitForChange("pod_removed web-5d-c Deployment/web"));
  EXPECT_EQ(inventory_->PodCount(), 7u);
  StopRunning();
  EXPECT_THAT(changes_, ElementsAre("synced  /", "pod_added web-5d-c Deployment/web",
                                    "pod_changed web-5d-c Deployment/web",
                                    "pod_removed web-5d-c Deployment/web"));
  // The lists have version 1, each object that came since 2.
  EXPECT_TRUE(inventory_->Shows(kubernetes::kPods, "2"));
  EXPECT_FALSE(inventory_->Shows(kubernetes::kPods, "3"));
  EXPECT_TRUE(inventory_->Shows(kubernetes::kNetworkPolicies, "1"));
  EXPECT_FALSE(inventory_->Shows(kubernetes::kNetworkPolicies, "2"));
}

TEST_F(ClusterInventoryTest, APodSeenBeforeItsOwnerMovesWhenTheOwnerComes) {
  Start();
  api_.Push("pods", "ADDED", PodJson("new-1", Owner("apps/v1", "ReplicaSet", "new", "rs2")));
  EXPECT_TRUE(WaitForChange("pod_added new-1 ReplicaSet/new"));
  api_.Push("replicasets", "ADDED",
            "{" + Meta("new", "rs2", Owner("apps/v1", "Deployment", "late", "d2")) + "}");
  EXPECT_TRUE(WaitForChange("pod_changed new-1 Deployment/late"));
  api_.Push("replicasets", "DELETED", "{" + Meta("new", "rs2") + "}");
  api_.Push("replicasets", "ADDED", "{" + Meta("mark", "rs3") + "}");
  api_.Push("namespaces", "ADDED", R"({"metadata":{"name":"later","resourceVersion":"3"}})");
  EXPECT_TRUE(WaitForChange("namespace_changed later /"));
  EXPECT_EQ(inventory_->FindPod("shop", "new-1")->owner.name, "late")
      << "a pod that outlasts its ReplicaSet";
}

TEST_F(ClusterInventoryTest, ServicesAndPoliciesAreKeptByNamespace) {
  Start();
  api_.Push("services", "ADDED",
            "{" + Meta("web", "s1") + R"(,"spec":{"selector":{"app":"web"}}})");
  EXPECT_TRUE(WaitForChange("service_changed web /"));
  api_.Push("networkpolicies", "ADDED",
            "{" + Meta("deny", "p1") + R"(,"spec":{"podSelector":{}}})");
  EXPECT_TRUE(WaitForChange("network_policy_changed deny /"));
  ASSERT_EQ(inventory_->Services("shop").size(), 1u);
  ASSERT_EQ(inventory_->NetworkPolicies("shop").size(), 1u);
  EXPECT_THAT(inventory_->NetworkPolicies("kube-system"), IsEmpty());
  EXPECT_THAT(inventory_->Services("sho"), IsEmpty());
  EXPECT_THAT(inventory_->Troubles(), IsEmpty());
}

TEST_F(ClusterInventoryTest, AForbiddenOwnerKindDoesNotHoldUpTheRest) {
  api_.refused["cronjobs"] = PermissionDenied("cronjobs is forbidden");
  Start();
  const auto troubles = inventory_->Troubles();
  ASSERT_EQ(troubles.size(), 1u);
  EXPECT_EQ(troubles[0], "cronjobs: cronjobs is forbidden");
}

TEST(Picture, AListRemovesWhatItDoesNotShow) {
  Picture picture;
  Picture::Changes changes;
  const auto pod = [](const std::string& name, const std::string& uid) {
    kubernetes::PodObject object;
    object.meta.name_space = "ns";
    object.meta.name = name;
    object.meta.uid = uid;
    return object;
  };
  picture.UpsertPod(pod("a", "1"), 1, &changes);
  picture.UpsertPod(pod("b", "2"), 1, &changes);
  picture.SweepPods(1, &changes);
  EXPECT_EQ(picture.PodCount(), 2u);
  changes.clear();
  picture.UpsertPod(pod("a", "1"), 2, &changes);
  picture.SweepPods(2, &changes);
  EXPECT_EQ(picture.PodCount(), 1u);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].kind, ChangeKind::kPodRemoved);
  EXPECT_EQ(changes[0].name, "b");
  changes.clear();
  picture.UpsertPod(pod("a", "9"), 2, &changes);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].kind, ChangeKind::kPodAdded) << "another pod of the same name";
}

kubernetes::ObjectMeta Object(const std::string& uid, const std::string& parent) {
  kubernetes::ObjectMeta meta;
  meta.name = meta.uid = uid;
  meta.name_space = "ns";
  if (!parent.empty()) meta.controller = kubernetes::OwnerReference{"v1", "K", parent, parent};
  return meta;
}

TEST(OwnerTable, KeepsWhatIsReferredToAndNoMore) {
  StringPool pool;
  OwnerTable owners(&pool);
  owners.Upsert(Object("rs", "d"), "apps/v1", "ReplicaSet", 1);
  owners.Upsert(Object("d", ""), "apps/v1", "Deployment", 1);
  OwnerNode* node =
      owners.Refer("ns", kubernetes::OwnerReference{"apps/v1", "ReplicaSet", "rs", "rs"});
  owners.Remove("d");
  owners.Remove("rs");
  ASSERT_NE(owners.Find("rs"), nullptr);
  EXPECT_EQ(OwnerTable::Top(*node).kind.view(), "Deployment");
  owners.Release(node);
  EXPECT_EQ(owners.size(), 0u);
  EXPECT_EQ(pool.size(), 0u);
}

TEST(OwnerTable, ARingOfOwnersEnds) {
  StringPool pool;
  OwnerTable owners(&pool);
  owners.Upsert(Object("a", "b"), "v1", "K", 1);
  owners.Upsert(Object("b", "a"), "v1", "K", 1);
  owners.Upsert(Object("c", "c"), "v1", "K", 1);
  EXPECT_FALSE(OwnerTable::Top(*owners.Find("a")).uid.empty());
  EXPECT_EQ(OwnerTable::Top(*owners.Find("c")).uid.view(), "c");
  owners.Sweep("v1", "K", 2);
  EXPECT_EQ(owners.Find("c"), nullptr);
}

TEST(OwnerTable, AListRemovesOnlyItsKind) {
  StringPool pool;
  OwnerTable owners(&pool);
  owners.Upsert(Object("a", ""), "apps/v1", "ReplicaSet", 1);
  owners.Upsert(Object("b", ""), "apps/v1", "Deployment", 1);
  owners.Sweep("apps/v1", "ReplicaSet", 2);
  EXPECT_EQ(owners.Find("a"), nullptr);
  EXPECT_NE(owners.Find("b"), nullptr);
}

TEST(StringPool, HoldsEachTextOnceAndOnlyWhileHeld) {
  StringPool pool;
  {
    const PooledString a(&pool, "text");
    PooledString b(&pool, std::string("te") + "xt");
    EXPECT_EQ(a, b);
    EXPECT_EQ(pool.size(), 1u);
    PooledString c = std::move(b);
    b = PooledString(&pool, "");
    EXPECT_TRUE(b.empty());
    c = PooledString(&pool, "other");
    EXPECT_EQ(pool.size(), 2u);
  }
  EXPECT_EQ(pool.size(), 0u);
}

}  // namespace
}  // namespace narrows::inventory::cluster
