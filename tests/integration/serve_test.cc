#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

#include "base/subprocess.h"
#include "serve_fixture.h"

namespace narrows::lab {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(ServeTest, WhatViolatesIsIsolatedAndReleasedOnceItIsMended) {
  MakePod("old-1", "old", kViolated);
  MakePod("clean-1", "clean", kClean);
  MakePod("static-1", "static", kNoDatabase);
  ApplyPolicy("p");
  ASSERT_TRUE(serve_->Start().has_value());
  ASSERT_TRUE(Eventually([&] { return Quarantined("old-1") && Count("p", "quarantined") == 1; }));
  EXPECT_TRUE(DenyPolicyExists());
  EXPECT_FALSE(Quarantined("clean-1"));
  EXPECT_FALSE(Quarantined("static-1"));
  EXPECT_TRUE(Eventually([&] { return Count("p", "passed") == 1 && Count("p", "unknown") == 1; }));
  EXPECT_TRUE(serve_->Ready());
  EXPECT_THAT(serve_->Get("/metrics", true), HasSubstr("narrows_quarantined_workloads 1"));
  EXPECT_THAT(Narrows({"quarantine", "list"}), HasSubstr(name_space() + "/ReplicaSet/old"));
  EXPECT_THAT(Kubectl({"get", "events", "-n", name_space()}), HasSubstr("PolicyViolated"));

  // A pod that comes later is one of the workload's.
  MakePod("old-2", "old", kViolated);
  EXPECT_TRUE(Eventually([&] { return Quarantined("old-2"); }));

  DeletePod("old-1");
  DeletePod("old-2");
  MakePod("old-3", "old", kClean);
  EXPECT_TRUE(Eventually(
      [&] { return !Quarantined("old-3") && !DenyPolicyExists() && Count("p", "passed") == 2; }));
  EXPECT_EQ(Narrows({"quarantine", "list"}), "Nothing is isolated.\n");
}

TEST_F(ServeTest, ADeletedPolicyReleasesEverythingItHeld) {
  MakePod("old-1", "old", kViolated);
  ApplyPolicy("p");
  ASSERT_TRUE(serve_->Start().has_value());
  ASSERT_TRUE(Eventually([&] { return Quarantined("old-1"); }));
  Kubectl({"delete", "inspectionpolicy", "p", "--timeout=60s"});  // waits for the finalizer
  EXPECT_FALSE(Quarantined("old-1"));
  EXPECT_FALSE(DenyPolicyExists());
}

TEST_F(ServeTest, AWorkloadIsHeldAsLongAsOnePolicyAsksForIt) {
  MakePod("old-1", "old", kViolated);
  ApplyPolicy("a");
  ApplyPolicy("b");
  ASSERT_TRUE(serve_->Start().has_value());
  ASSERT_TRUE(Eventually([&] {
    return Quarantined("old-1") && Count("a", "quarantined") == 1 && Count("b", "quarantined") == 1;
  }));
  Kubectl({"delete", "inspectionpolicy", "a", "--timeout=60s"});
  EXPECT_TRUE(Quarantined("old-1"));
  EXPECT_TRUE(DenyPolicyExists());
  Kubectl({"delete", "inspectionpolicy", "b", "--timeout=60s"});
  EXPECT_FALSE(Quarantined("old-1"));
}

TEST_F(ServeTest, AnIsolationExpiresAndDoesNotComeBackForTheSameFindings) {
  MakePod("old-1", "old", kViolated);
  ApplyPolicy("p", R"(,"expiresAfter":"5s")");
  ASSERT_TRUE(serve_->Start().has_value());
  ASSERT_TRUE(Eventually([&] { return Quarantined("old-1"); }));
  ASSERT_TRUE(Eventually([&] { return !Quarantined("old-1") && !DenyPolicyExists(); }));
  // Looked at again for another reason, it stays released.
  MakePod("clean-1", "clean", kClean);
  ASSERT_TRUE(Eventually([&] { return Count("p", "passed") == 1; }));
  EXPECT_FALSE(Quarantined("old-1"));
  EXPECT_EQ(Count("p", "violated"), 1);
}

TEST_F(ServeTest, NoMoreThanTheCapOfANamespaceIsIsolated) {
  for (const char* app : {"a", "b", "c", "d"}) MakePod(std::string(app) + "-1", app, kViolated);
  ApplyPolicy("p", R"(,"maxPercent":50)");
  ASSERT_TRUE(serve_->Start().has_value());
  ASSERT_TRUE(Eventually([&] { return Count("p", "violated") == 4; }));
  ASSERT_TRUE(Eventually([&] { return Count("p", "quarantined") == 2; }));
  int isolated = 0;
  for (const char* pod : {"a-1", "b-1", "c-1", "d-1"}) isolated += Quarantined(pod) ? 1 : 0;
  EXPECT_EQ(isolated, 2);
}

TEST_F(ServeTest, APolicyThatDefeatsTheIsolationIsNamed) {
  MustCreate(kubernetes::kNetworkPolicies,
             R"({"metadata":{"name":"open-door"},"spec":{"podSelector":{},"ingress":[{}]}})",
             name_space());
  MakePod("old-1", "old", kViolated);
  ApplyPolicy("p");
  ASSERT_TRUE(serve_->Start().has_value());
  ASSERT_TRUE(Eventually([&] { return Quarantined("old-1"); }));
  EXPECT_THAT(Narrows({"quarantine", "list"}), HasSubstr("open-door"));
}

TEST_F(ServeTest, ADetachedPodGetsItsLabelsBack) {
  MustCreate(
      kubernetes::kServices,
      R"({"metadata":{"name":"web"},"spec":{"selector":{"app":"old"},"ports":[{"port":80}]}})",
      name_space());
  MakePod("old-1", "old", kViolated);
  ApplyPolicy("p", R"(,"isolation":"detach")");
  ASSERT_TRUE(serve_->Start().has_value());
  const auto app_label = [&] { return LabelOf("old-1", "app"); };
  ASSERT_TRUE(Eventually([&] { return Quarantined("old-1") && app_label().empty(); }));
  Kubectl({"delete", "inspectionpolicy", "p", "--timeout=60s"});
  EXPECT_EQ(app_label(), "old");
  EXPECT_FALSE(Quarantined("old-1"));
}

TEST_F(ServeTest, KilledInTheMiddleItGoesOnWhereItWas) {
  constexpr int kPods = 60;
  for (int i = 0; i < kPods; ++i) MakePod("old-" + std::to_string(i), "old", kViolated);
  ApplyPolicy("p");
  ASSERT_TRUE(serve_->Start().has_value());
  const auto isolated = [&] {
    int count = 0;
    for (int i = 0; i < kPods; ++i) count += Quarantined("old-" + std::to_string(i)) ? 1 : 0;
    return count;
  };
  // Whichever comes first in the plan's order.
  while (!DenyPolicyExists()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(serve_->Stop(SIGKILL), 128 + SIGKILL);
  EXPECT_LT(isolated(), kPods);
  ASSERT_TRUE(serve_->Start().has_value());
  EXPECT_TRUE(Eventually([&] { return isolated() == kPods && Count("p", "quarantined") == 1; }));
  EXPECT_THAT(Narrows({"quarantine", "list"}), HasSubstr(name_space() + "/ReplicaSet/old"));
  Kubectl({"delete", "inspectionpolicy", "p", "--timeout=60s"});
  EXPECT_EQ(isolated(), 0);
}

TEST_F(ServeTest, AMissingRightIsNamedAndNothingIsHalfDone) {
  Kubectl({"patch", "clusterrole", "narrows", "--type=json", "-p",
           R"([{"op":"replace","path":"/rules","value":[
            {"apiGroups":[""],"resources":["namespaces","nodes","pods","services","replicationcontrollers"],"verbs":["get","list","watch"]},
            {"apiGroups":["apps"],"resources":["deployments","replicasets","statefulsets","daemonsets"],"verbs":["get","list","watch"]},
            {"apiGroups":["batch"],"resources":["jobs","cronjobs"],"verbs":["get","list","watch"]},
            {"apiGroups":["networking.k8s.io"],"resources":["networkpolicies"],"verbs":["get","list","watch","create","patch","delete"]},
            {"apiGroups":["goharbor.goharbor.io"],"resources":["inspectionpolicies","settings","inspectionpolicies/status","settings/status","inspectionpolicies/finalizers"],"verbs":["get","list","watch","patch","update"]},
            {"apiGroups":[""],"resources":["events"],"verbs":["create","patch"]},
            {"apiGroups":["authorization.k8s.io"],"resources":["selfsubjectaccessreviews"],"verbs":["create"]}]}])"});
  MakePod("old-1", "old", kViolated);
  ApplyPolicy("p");
  ASSERT_TRUE(serve_->Start().has_value());
  ASSERT_TRUE(Eventually([&] { return Count("p", "violated") == 1; }));
  EXPECT_TRUE(Eventually([&] {
    return ConditionReason("p", "Ready").find("patch pods") != std::string::npos;
  })) << ConditionReason("p", "Ready");
  EXPECT_THAT(serve_->Log(), HasSubstr("patch pods"));
  EXPECT_EQ(serve_->Get("/readyz"), "not ready\n");
  EXPECT_FALSE(DenyPolicyExists());
  EXPECT_FALSE(Quarantined("old-1"));
  // Given back, it takes effect by itself.
  Kubectl({"apply", "-f", "deploy/manifests/20-roles.yaml"});
  EXPECT_TRUE(Eventually([&] { return Quarantined("old-1") && serve_->Ready(); }));
}

TEST_F(ServeTest, ARegistryThatIsDownIsolatesNobody) {
  MakePod("old-1", "old", kViolated);
  ApplyPolicy("p");
  ASSERT_TRUE(lab().Part("stop", "registry-plain").has_value());
  ASSERT_TRUE(serve_->Start().has_value());
  EXPECT_TRUE(Eventually([&] {
    return Count("p", "unknown") == 1 &&
           serve_->Get("/metrics", true).find("narrows_images{state=\"failed\"} 1") !=
               std::string::npos;
  }));
  EXPECT_FALSE(Quarantined("old-1"));
  EXPECT_FALSE(DenyPolicyExists());
  ASSERT_TRUE(lab().Part("start", "registry-plain").has_value());
}

TEST_F(ServeTest, TheAncestorsPolicyWorksAndItsPasswordStaysNowhere) {
  MakePod("old-1", "old", kViolated);
  Kubectl({"apply", "-f", "-"},
          R"({"apiVersion":"goharbor.goharbor.io/v1alpha1","kind":"InspectionPolicy",
           "metadata":{"name":"ancestor"},"spec":{"enabled":true,"schedule":"*/5 * * * *",
           "settingsName":"sample-setting","vacAssessmentEnabled":false,"workNamespace":"cronjobs",
           "strategy":{"historyLimit":2,"concurrencyRule":"Forbid","suspend":false},
           "inspector":{"image":"projects.registry.vmware.com/cnsi/inspector:0.5","kubebenchImage":"",
             "imagePullPolicy":"IfNotPresent","exportConfig":{"openSearch":{"hostport":"https://os:9200",
             "username":"admin","password":"hunter2-secret","checkCert":false,"mutualTLS":false}}},
           "inspection":{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":")" +
              name_space() + R"("}},"baselines":[{"kind":"vulnerability","version":"v1.1",
             "scheme":"application/vnd.security.vulnerability.report; version=1.1","baseline":"Low"}],
             "actions":[{"kind":"quarantine_vulnerable_workload"}]}}})");
  ASSERT_TRUE(serve_->Start().has_value());
  ASSERT_TRUE(Eventually([&] { return Quarantined("old-1"); }));
  ASSERT_TRUE(Eventually([&] { return JsonString(StatusOf("ancestor"), "status") == "Standby"; }));
  EXPECT_THAT(ConditionReason("ancestor", "PlainTextPassword"), HasSubstr("password"));
  EXPECT_THAT(ConditionReason("ancestor", "NotActedOn"), HasSubstr("exportConfig"));
  EXPECT_THAT(serve_->Log(), Not(HasSubstr("hunter2")));
  for (const auto& file : std::filesystem::directory_iterator(serve_->store().parent_path())) {
    if (!file.is_regular_file()) continue;
    EXPECT_THAT(ReadFile(file.path(), size_t{256} << 20).value_or(""), Not(HasSubstr("hunter2")))
        << file.path();
  }
}

TEST_F(ServeTest, AnEditTakesEffectAndAMistakeIsNamed) {
  MakePod("old-1", "old", kViolated);
  ApplyPolicy("p", R"(,"mode":"plan")");
  ASSERT_TRUE(serve_->Start().has_value());
  ASSERT_TRUE(Eventually([&] { return Count("p", "violated") == 1; }));
  EXPECT_FALSE(DenyPolicyExists());
  ApplyPolicy("p");
  EXPECT_TRUE(Eventually([&] { return Quarantined("old-1"); }));
  // Frozen: neither mended nor broken.
  Kubectl({"patch", "inspectionpolicy", "p", "--type=merge", "-p",
           R"({"spec":{"schedule":"61 * * * *"}})"});
  EXPECT_TRUE(Eventually([&] {
    return ConditionReason("p", "Ready").find("spec.schedule") != std::string::npos;
  })) << ConditionReason("p", "Ready");
  EXPECT_TRUE(Quarantined("old-1"));
  Kubectl({"patch", "inspectionpolicy", "p", "--type=merge", "-p",
           R"({"spec":{"enabled":false,"schedule":"@daily"}})"});
  EXPECT_TRUE(Eventually([&] { return !Quarantined("old-1") && !DenyPolicyExists(); }));
}

TEST_F(ServeTest, AReleaseByHandIsKeptAndReleaseAllEndsEverything) {
  MakePod("old-1", "old", kViolated);
  MakePod("older-1", "older", kViolated);
  ApplyPolicy("p");
  ASSERT_TRUE(serve_->Start().has_value());
  ASSERT_TRUE(Eventually([&] { return Quarantined("old-1") && Quarantined("older-1"); }));
  Narrows({"quarantine", "release", name_space() + "/ReplicaSet/old", "--reason", "mended"});
  EXPECT_TRUE(Eventually([&] { return !Quarantined("old-1"); }));
  EXPECT_TRUE(Quarantined("older-1"));
  EXPECT_EQ(serve_->Stop(SIGTERM), 0);
  EXPECT_THAT(Narrows({"quarantine", "release", "--all"}), HasSubstr("older"));
  EXPECT_FALSE(Quarantined("older-1"));
  EXPECT_FALSE(DenyPolicyExists());
  Kubectl({"delete", "inspectionpolicy", "p", "--timeout=10s"});  // no finalizer holds it
}

TEST_F(ServeTest, ADatabaseThatComesLaterIsPickedUp) {
  const std::filesystem::path late = folder_->path() / "late.db";
  serve_ = MakeServe(late);
  MakePod("old-1", "old", kViolated);
  ApplyPolicy("p");
  ASSERT_TRUE(serve_->Start().has_value());
  ASSERT_TRUE(Eventually([&] {
    return ConditionReason("p", "Ready").find("NoAdvisoryDatabase") != std::string::npos;
  }));
  EXPECT_EQ(serve_->Get("/readyz"), "not ready\n");
  EXPECT_EQ(serve_->Get("/healthz"), "ok\n");
  EXPECT_TRUE(Eventually([&] { return Count("p", "unknown") == 1; }));
  std::filesystem::copy_file(Database(), folder_->path() / "late.new");
  std::filesystem::rename(folder_->path() / "late.new", late);
  EXPECT_TRUE(Eventually([&] { return Quarantined("old-1") && serve_->Ready(); }));
}

TEST_F(ServeTest, ASecondInstanceOnTheSameStoreIsToldSo) {
  ASSERT_TRUE(serve_->Start().has_value());
  ASSERT_TRUE(Eventually([&] { return serve_->Ready(); }));
  const auto second =
      RunCommand({.argv = {NARROWS_BINARY, "serve", "--kubeconfig=" + lab().kubeconfig(),
                           "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0", "--store",
                           serve_->store().string()}},
                 CallContext::WithTimeout(std::chrono::seconds(60)));
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->exit_code, 1);
  EXPECT_THAT(second->errors, HasSubstr("in use"));
}

}  // namespace
}  // namespace narrows::lab

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  narrows::lab::UseLab(narrows::lab::Lab::Extent::kControlPlane);
  return RUN_ALL_TESTS();
}
