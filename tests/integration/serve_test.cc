// The real `narrows serve` on a real API server, with the rights its manifests give it and no more.
// The pods are objects without a kubelet behind them; their images are real, on a real registry.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <boost/json.hpp>
#include <thread>

#include "base/json.h"
#include "base/subprocess.h"
#include "kubernetes/resource_types.h"
#include "lab_fixture.h"
#include "response/response_action.h"
#include "serve_process.h"

namespace narrows::lab {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kViolated = "debian-12-old";
constexpr const char* kClean = "debian-12";
constexpr const char* kNoDatabase = "scratch";

std::string RunProgram(std::vector<std::string> argv) {
  const auto result =
      RunCommand({.argv = std::move(argv)}, CallContext::WithTimeout(std::chrono::minutes(20)));
  EXPECT_TRUE(result.has_value()) << result.error().message;
  if (!result.has_value()) return "";
  EXPECT_EQ(result->exit_code, 0) << result->errors;
  return result->output;
}

std::string DigestOf(const std::string& image) {
  const char* cache = getenv("XDG_CACHE_HOME");
  const std::filesystem::path root =
      cache ? std::filesystem::path(cache) : std::filesystem::path(getenv("HOME")) / ".cache";
  const auto index =
      ReadFile(root / "narrows/lab/images/archives" / (image + ".oci") / "index.json", 1u << 20);
  EXPECT_TRUE(index.has_value()) << index.error().message;
  return std::string(json::parse(*index).at("manifests").at(0).at("digest").as_string().c_str());
}

class ServeTest : public LabTest {
 protected:
  static void SetUpTestSuite() {
    RunProgram({"lab/images/build"});
    auto folder = ScopedTempDir::Create();
    ASSERT_TRUE(folder.has_value());
    folder_ = std::make_unique<ScopedTempDir>(*std::move(folder));
    RunProgram({NARROWS_BINARY, "db", "build", "--osv", "lab/advisories/osv", "--kev",
                "lab/advisories/kev/known_exploited_vulnerabilities.json", "--output",
                Database().string()});
  }
  static void TearDownTestSuite() { folder_.reset(); }

  void SetUp() override {
    LabTest::SetUp();
    if (IsSkipped()) return;
    for (const char* path :
         {"api/crds", "deploy/manifests/00-namespace.yaml",
          "deploy/manifests/10-service-account.yaml", "deploy/manifests/20-roles.yaml",
          "deploy/manifests/30-pod-metadata-only.yaml"})
      Kubectl({"apply", "-f", path});
    Kubectl({"wait", "--for=condition=Established", "--timeout=60s",
             "crd/inspectionpolicies.goharbor.goharbor.io", "crd/settings.goharbor.goharbor.io"});
    const auto facts = ReadFile(lab().dir() / "lab.json", 1u << 20);
    ASSERT_TRUE(facts.has_value());
    registry_ = json::parse(*facts).at("registries").at("plain").at("outside").as_string().c_str();
    serve_ = MakeServe(Database());
  }

  void TearDown() override {
    if (IsSkipped()) return;
    if (!serve_->Running()) {
      (void)serve_->Start();
      EXPECT_TRUE(Eventually([&] { return serve_->Get("/healthz") == "ok\n"; }));
    }
    Kubectl({"delete", "inspectionpolicies", "--all", "--timeout=60s"});
    EXPECT_EQ(serve_->Stop(SIGTERM), 0);
    EXPECT_THAT(serve_->Log(), Not(HasSubstr("Sanitizer")));
    if (HasFailure()) std::fprintf(stderr, "log of narrows serve:\n%s\n", serve_->Log().c_str());
    Kubectl({"delete", "namespace", name_space(), "--wait=false"});
  }

  static std::filesystem::path Database() { return folder_->path() / "narrows.db"; }

  std::unique_ptr<ServeProcess> MakeServe(const std::filesystem::path& database) {
    static uint16_t port = static_cast<uint16_t>(20000 + getpid() % 20000);
    port = static_cast<uint16_t>(port + 2);
    ServeProcess::Options options;
    options.kubeconfig = AccountKubeconfig();
    options.folder = folder_->path() / name_space();
    options.database = database;
    options.plain_registry = registry_;
    options.port = port;
    return std::make_unique<ServeProcess>(options);
  }

  // The administrator's kubeconfig with the token of Narrows' service account in place of his
  // certificate.
  std::string AccountKubeconfig() {
    const std::string path = (folder_->path() / "account.kubeconfig").string();
    const std::string token = Kubectl({"create", "token", "narrows", "--namespace=narrows-system"});
    std::filesystem::copy_file(lab().kubeconfig(), path,
                               std::filesystem::copy_options::overwrite_existing);
    const auto facts = ReadFile(lab().dir() / "lab.json", 1u << 20);
    const std::string kubectl = std::string(json::parse(*facts).at("bin").as_string()) + "/kubectl";
    RunProgram({kubectl, "--kubeconfig=" + path, "config", "set-credentials", "narrows",
                "--token=" + token});
    RunProgram(
        {kubectl, "--kubeconfig=" + path, "config", "set-context", "--current", "--user=narrows"});
    return path;
  }

  std::string Kubectl(std::vector<std::string> arguments, const std::string& input = "") {
    const auto result = lab().Kubectl(std::move(arguments), input);
    EXPECT_TRUE(result.has_value()) << result.error().message;
    return result.value_or("");
  }

  std::string Image(const std::string& name) { return registry_ + "/samples/" + name; }

  // A running pod of the ReplicaSet of the same name as `app`.
  void MakePod(const std::string& name, const std::string& app, const std::string& image) {
    const kubernetes::ObjectName set{kubernetes::kReplicaSets, name_space(), app, ""};
    auto owner = client().Get(set, Soon());
    const std::string labels = R"({"app":")" + app + R"("})";
    if (!owner.has_value()) {
      owner = MustCreate(kubernetes::kReplicaSets,
                         R"({"metadata":{"name":")" + app +
                             R"("},"spec":{"replicas":0,"selector":)"
                             R"({"matchLabels":)" +
                             labels + R"(},"template":{"metadata":{"labels":)" + labels +
                             R"(},"spec":{"containers":[{"name":"c","image":"i"}]}}}})",
                         name_space());
    }
    const std::string uid(json::parse(*owner).at("metadata").at("uid").as_string());
    MustCreate(kubernetes::kPods,
               R"({"metadata":{"name":")" + name + R"(","labels":)" + labels +
                   R"(,"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":")" +
                   app + R"(","uid":")" + uid +
                   R"(","controller":true}]},"spec":{"containers":[{"name":"c","image":")" +
                   Image(image) + R"(:1"}]}})",
               name_space());
    const std::string status =
        R"({"status":{"phase":"Running","containerStatuses":[{"name":"c","ready":true,)"
        R"("started":true,"restartCount":0,"image":"i","imageID":")" +
        Image(image) + "@" + DigestOf(image) + R"(","state":{"running":{}}}]}})";
    const auto patched = client().Patch({kubernetes::kPods, name_space(), name, "status"},
                                        kubernetes::PatchKind::kMerge, status, Soon());
    EXPECT_TRUE(patched.has_value()) << patched.error().message;
  }

  void DeletePod(const std::string& name) {
    EXPECT_TRUE(client()
                    .Delete({kubernetes::kPods, name_space(), name, ""},
                            R"({"gracePeriodSeconds":0})", Soon())
                    .has_value());
  }

  // A policy over the test's namespace that isolates what has a fixable vulnerability above Medium.
  void ApplyPolicy(const std::string& name, const std::string& action = "",
                   const std::string& more = "") {
    Kubectl({"apply", "-f", "-"},
            R"({"apiVersion":"goharbor.goharbor.io/v1alpha1","kind":"InspectionPolicy",)"
            R"("metadata":{"name":")" +
                name +
                R"("},"spec":{"schedule":"@hourly","inspection":{)"
                R"("namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":")" +
                name_space() +
                R"("}},"baselines":[{"kind":"vulnerability","version":"v1.1",)"
                R"("scheme":"application/vnd.security.vulnerability.report; version=1.1",)"
                R"("baseline":"Medium","onlyFixed":true}],)"
                R"("actions":[{"kind":"quarantine_vulnerable_workload","maxPercent":100)" +
                action + R"(},{"kind":"alert"}])" + more + "}}}");
  }

  json::object Get(const kubernetes::ResourceType& type, const std::string& name,
                   const std::string& in = "") {
    const auto object = client().Get({type, in, name, ""}, Soon());
    if (!object.has_value()) return {};
    return json::parse(*object).as_object();
  }

  bool Quarantined(const std::string& pod) {
    const json::object object = Get(kubernetes::kPods, pod, name_space());
    const json::object* metadata = JsonObject(object, "metadata");
    const json::object* labels = metadata ? JsonObject(*metadata, "labels") : nullptr;
    return labels && JsonString(*labels, "goharbor.io/controller") == "CNSI" &&
           JsonString(*labels, "goharbor.io/inspection") == "risk";
  }

  bool DenyPolicyExists() {
    return !Get(kubernetes::kNetworkPolicies, "cnsi-networkpolicy--" + name_space(), name_space())
                .empty();
  }

  json::object StatusOf(const std::string& policy) {
    const json::object object = Get(response::kInspectionPolicies, policy);
    const json::object* status = JsonObject(object, "status");
    return status ? *status : json::object();
  }

  int Count(const std::string& policy, const std::string& what) {
    const json::object status = StatusOf(policy);
    const json::object* counts = JsonObject(status, "counts");
    return counts ? static_cast<int>(JsonInt(*counts, what).value_or(-1)) : -1;
  }

  std::string ConditionReason(const std::string& policy, const std::string& type) {
    const json::object status = StatusOf(policy);
    const json::array* conditions = JsonArray(status, "conditions");
    if (!conditions) return "";
    for (const json::value& condition : *conditions) {
      if (JsonString(condition.as_object(), "type") == type)
        return JsonString(condition.as_object(), "reason") + ": " +
               JsonString(condition.as_object(), "message");
    }
    return "";
  }

  std::string Narrows(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), NARROWS_BINARY);
    arguments.push_back("--kubeconfig=" + lab().kubeconfig());
    return RunProgram(std::move(arguments));
  }

  static std::unique_ptr<ScopedTempDir> folder_;
  std::string registry_;
  std::unique_ptr<ServeProcess> serve_;
};

std::unique_ptr<ScopedTempDir> ServeTest::folder_;

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
  const auto app_label = [&] {
    const json::object object = Get(kubernetes::kPods, "old-1", name_space());
    const json::object* metadata = JsonObject(object, "metadata");
    const json::object* labels = metadata ? JsonObject(*metadata, "labels") : nullptr;
    return labels ? JsonString(*labels, "app") : "";
  };
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
