// The inventory of a real API server, on objects made by hand (no controller runs).
#include "inventory/cluster/cluster_inventory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <mutex>
#include <thread>

#include "kubernetes/resource_types.h"
#include "lab_fixture.h"

namespace narrows::lab {
namespace {

using namespace kubernetes;  // NOLINT: what this file is about
using inventory::cluster::ChangeKind;
using inventory::cluster::InventoryChange;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kTemplate[] =
    R"("template":{"metadata":{"labels":{"app":"x"}},"spec":{"containers":[{"name":"c","image":"i"}],"restartPolicy":"Always"}})";
constexpr char kJobTemplate[] =
    R"("template":{"spec":{"containers":[{"name":"c","image":"i"}],"restartPolicy":"Never"}})";

class InventoryTest : public LabTest {
 protected:
  struct Owner {
    std::string api_version, kind, name, uid;
  };

  Owner Make(const ResourceType& type, const std::string& name, const std::string& spec,
             const Owner& owner = {}) {
    const std::string body =
        MustCreate(type, "{" + Metadata(name, owner) + R"(,"spec":{)" + spec + "}}", name_space());
    const auto document = boost::json::parse(body);
    return {type.ApiVersion(), type.kind, name,
            std::string(document.at("metadata").at("uid").as_string())};
  }

  static std::string Metadata(const std::string& name, const Owner& owner) {
    std::string text = R"("metadata":{"name":")" + name + "\"";
    if (!owner.kind.empty()) {
      text += R"(,"ownerReferences":[{"controller":true,"apiVersion":")" + owner.api_version +
              R"(","kind":")" + owner.kind + R"(","name":")" + owner.name + R"(","uid":")" +
              owner.uid + "\"}]";
    }
    return text + "}";
  }

  void MakePod(const std::string& name, const Owner& owner = {}) {
    Make(kPods, name,
         R"("nodeName":"node-a","initContainers":[{"name":"first","image":"busybox:1"}],)"
         R"("containers":[{"name":"main","image":"nginx:1.25"}])",
         owner);
  }

  static const model::Workload* Find(const std::vector<model::Workload>& workloads,
                                     const std::string& kind, const std::string& name) {
    for (const model::Workload& workload : workloads) {
      if (workload.ref.kind == kind && workload.ref.name == name) return &workload;
    }
    return nullptr;
  }
};

TEST_F(InventoryTest, FollowsOwnersToTheTop) {
  const std::string selector = R"("selector":{"matchLabels":{"app":"x"}},)";
  const auto deployment = Make(kDeployments, "web", selector + kTemplate);
  const auto replica_set = Make(kReplicaSets, "web-1", selector + kTemplate, deployment);
  const auto stateful_set =
      Make(kStatefulSets, "db", selector + R"("serviceName":"db",)" + kTemplate);
  const auto daemon_set = Make(kDaemonSets, "log", selector + kTemplate);
  const auto cron_job =
      Make(kCronJobs, "nightly",
           std::string(R"("schedule":"@daily","jobTemplate":{"spec":{)") + kJobTemplate + "}}");
  const auto job = Make(kJobs, "nightly-1", kJobTemplate, cron_job);
  MakePod("web-1-a", replica_set);
  MakePod("web-1-b", replica_set);
  MakePod("db-0", stateful_set);
  MakePod("log-x", daemon_set);
  MakePod("nightly-1-x", job);
  MakePod("rollout-x", {"argoproj.io/v1alpha1", "Rollout", "canary", "u-1"});
  MakePod("bare");
  ASSERT_TRUE(client()
                  .Patch({kPods, name_space(), "bare", "status"}, PatchKind::kMerge,
                         R"({"status":{"phase":"Running","containerStatuses":[{"name":"main",
                         "image":"nginx:1.25","imageID":"docker.io/library/nginx@sha256:aa","ready":true,
                         "restartCount":0,"state":{"running":{}}}]}})",
                         Soon())
                  .has_value());

  const auto inventory = inventory::cluster::MakeClusterInventory(client());
  const auto warnings = inventory->ListOnce(Soon());
  ASSERT_TRUE(warnings.has_value()) << warnings.error().message;
  EXPECT_THAT(*warnings, IsEmpty());
  const auto workloads = inventory->ListWorkloads(name_space());
  std::vector<std::string> names;
  for (const auto& workload : workloads) {
    names.push_back(workload.ref.kind + '/' + workload.ref.name + ' ' +
                    std::to_string(workload.pods.size()));
  }
  EXPECT_THAT(names, ElementsAre("DaemonSet/log 1", "Deployment/web 2", "StatefulSet/db 1",
                                 "Rollout/canary 1", "CronJob/nightly 1", "Pod/bare 1"));
  EXPECT_EQ(Find(workloads, "Deployment", "web")->ref.uid, deployment.uid);
  const auto system =
      boost::json::parse(*client().Get({kNamespaces, "", "kube-system", ""}, Soon()));
  EXPECT_EQ(inventory->ClusterId(), system.at("metadata").at("uid").as_string());
  EXPECT_EQ(workloads[0].ref.cluster, inventory->ClusterId());

  const auto bare = inventory->FindPod(name_space(), "bare");
  ASSERT_TRUE(bare.has_value());
  EXPECT_EQ(bare->phase, "Running");
  EXPECT_EQ(bare->service_account, "default");
  ASSERT_EQ(bare->containers.size(), 2u);
  EXPECT_EQ(bare->containers[0].image, "nginx:1.25");
  EXPECT_EQ(bare->containers[0].image_id, "docker.io/library/nginx@sha256:aa");
  EXPECT_TRUE(bare->containers[0].running);
  EXPECT_EQ(bare->containers[1].role, model::ContainerRole::kInit);
}

TEST_F(InventoryTest, StaysLevelThroughRestartAndCompaction) {
  std::mutex mutex;
  std::vector<std::string> added;
  const auto inventory = inventory::cluster::MakeClusterInventory(
      client(), {.on_change = [&](const InventoryChange& change) {
        if (change.kind != ChangeKind::kPodAdded || change.name_space != name_space()) return;
        const std::lock_guard lock(mutex);
        added.push_back(change.name);
      }});
  MakePod("early");
  std::stop_source stop;
  std::thread runner([&] { (void)inventory->Run({.stop = stop.get_token()}); });
  ASSERT_TRUE(Eventually([&] { return inventory->Synced(); }));
  EXPECT_TRUE(inventory->FindPod(name_space(), "early").has_value());
  const auto told = [&](const std::string& name) {
    return Eventually([&] {
      const std::lock_guard lock(mutex);
      return std::find(added.begin(), added.end(), name) != added.end();
    });
  };
  MakePod("one");
  EXPECT_TRUE(told("one"));
  EXPECT_TRUE(lab().Part("kill", "apiserver").has_value());
  EXPECT_TRUE(lab().Part("start", "apiserver").has_value());
  MakePod("two");
  EXPECT_TRUE(told("two"));
  ASSERT_TRUE(client()
                  .Delete({kPods, name_space(), "one", ""}, R"({"gracePeriodSeconds":0})", Soon())
                  .has_value());
  EXPECT_TRUE(lab().Compact().has_value());
  EXPECT_TRUE(lab().Part("kill", "apiserver").has_value());
  EXPECT_TRUE(lab().Part("start", "apiserver").has_value());
  MakePod("three");
  EXPECT_TRUE(told("three"));
  EXPECT_TRUE(Eventually([&] { return !inventory->FindPod(name_space(), "one").has_value(); }));
  EXPECT_TRUE(Eventually([&] { return inventory->Troubles().empty(); }));
  {
    const std::lock_guard lock(mutex);
    EXPECT_THAT(added, ElementsAre("one", "two", "three")) << "each once, whatever was relisted";
  }
  stop.request_stop();
  runner.join();
}

}  // namespace
}  // namespace narrows::lab

int main(int argc, char** argv) {
  ::testing::InitGoogleMock(&argc, argv);
  narrows::lab::UseLab(narrows::lab::Lab::Extent::kControlPlane);
  return RUN_ALL_TESTS();
}
