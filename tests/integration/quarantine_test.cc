// Custom resources and quarantine against a real API server, with no more rights than Narrows has.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "assessment/policy_parser.h"
#include "assessment/setting_parser.h"
#include "assessment/status.h"
#include "kubernetes/objects.h"
#include "kubernetes/resource_types.h"
#include "lab_fixture.h"
#include "response/executor.h"
#include "response/quarantine/planner.h"
#include "response/quarantine/policy_edit.h"
#include "response/quarantine/quarantine_action.h"
#include "response/quarantine/units.h"

namespace narrows::lab {
namespace {

using namespace response;              // NOLINT: what this file is about
using namespace response::quarantine;  // NOLINT
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const kubernetes::ResourceType kSettings{"goharbor.goharbor.io", "v1alpha1", "settings", "Setting",
                                         false};
const SystemClock kClock;

class QuarantineTest : public LabTest {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (IsSkipped()) return;
    for (const char* path :
         {"api/crds", "deploy/manifests/00-namespace.yaml",
          "deploy/manifests/10-service-account.yaml", "deploy/manifests/20-roles.yaml",
          "deploy/manifests/30-pod-metadata-only.yaml"}) {
      const auto applied = lab().Kubectl({"apply", "-f", path});
      ASSERT_TRUE(applied.has_value()) << applied.error().message;
    }
    ASSERT_TRUE(lab()
                    .Kubectl({"wait", "--for=condition=Established", "--timeout=60s",
                              "crd/inspectionpolicies.goharbor.goharbor.io",
                              "crd/settings.goharbor.goharbor.io"})
                    .has_value());
    auto config = lab().Config();
    ASSERT_TRUE(config.has_value());
    config->impersonation.user = "system:serviceaccount:narrows-system:narrows";
    config->impersonation.groups = {"system:authenticated"};
    auto made = kubernetes::MakeApiClient(*std::move(config), kClock);
    ASSERT_TRUE(made.has_value()) << made.error().message;
    narrows_ = *std::move(made);
    policy_.meta.name = "policy-" + name_space();
    policy_.baselines = {{model::Severity::kMedium, false, false, {}}};
    policy_.actions.resize(1);
    policy_.actions[0].max_percent = 100;
    web_ = {"c", name_space(), "apps/v1", "Deployment", "web", "u"};
  }

  kubernetes::ApiClient& narrows() { return *narrows_; }

  void MakePod(const std::string& name, const std::string& labels) {
    MustCreate(kubernetes::kPods,
               R"({"metadata":{"name":")" + name + R"(","labels":)" + labels +
                   R"(},"spec":{"containers":[{"name":"c","image":"i"}]}})",
               name_space());
  }

  model::Assessment Verdict(model::Verdict verdict) const {
    model::Assessment assessment;
    assessment.workload = web_;
    assessment.policy = policy_.meta.name;
    assessment.verdict = verdict;
    assessment.containers.resize(1);
    assessment.containers[0].verdict = verdict;
    if (verdict == model::Verdict::kViolated) {
      model::Finding finding;
      finding.severity = model::Severity::kHigh;
      finding.vulnerability.id = "CVE-2024-1";
      assessment.containers[0].violations = {
          {std::make_shared<const model::Finding>(finding), "severity", ""}};
    }
    return assessment;
  }

  // Reads the namespace as it is, through the rights of Narrows.
  ActionPlan Plan(model::Verdict verdict) {
    kubernetes::ObjectReader reader;
    workloads_ = {{web_, {}}};
    policies_ = {policy_};
    network_policies_.clear();
    services_.clear();
    Each(kubernetes::kPods, [&](std::string_view json) {
      const auto read = reader.ReadPod(json);
      model::Pod pod;
      pod.cluster = "c";
      pod.name_space = read->meta.name_space;
      pod.name = read->meta.name;
      pod.uid = read->meta.uid;
      pod.phase = read->phase;
      pod.labels = read->meta.labels;
      pod.annotations = read->meta.annotations;
      pod.owner = web_;
      workloads_[0].pods.push_back(pod);
    });
    Each(kubernetes::kNetworkPolicies, [&](std::string_view json) {
      network_policies_.push_back(*reader.ReadNetworkPolicy(json));
    });
    Each(kubernetes::kServices,
         [&](std::string_view json) { services_.push_back(*reader.ReadService(json)); });
    namespaces_ = {{name_space(), "u", {}, false}};
    assessments_ = {Verdict(verdict)};
    Situation situation;
    situation.cluster = "c";
    situation.own_namespace = "narrows-system";
    situation.policies = policies_;
    situation.assessments = assessments_;
    situation.namespaces = namespaces_;
    situation.workloads = workloads_;
    situation.network_policies = network_policies_;
    situation.services = services_;
    return PlanQuarantine(situation, kClock.Now());
  }

  ActionOutcome Run(model::Verdict verdict) {
    const ActionPlan plan = Plan(verdict);
    ActionOutcome outcome = MakeQuarantineAction(narrows())->Apply(plan, Soon());
    return outcome;
  }

  boost::json::value MetadataOf(const std::string& pod) {
    const auto read = client().Get({kubernetes::kPods, name_space(), pod, ""}, Soon());
    EXPECT_TRUE(read.has_value());
    return boost::json::parse(*read).at("metadata");
  }
  std::string Label(const std::string& pod, const std::string& key) {
    const auto metadata = MetadataOf(pod);
    const auto* labels = metadata.as_object().if_contains("labels");
    const auto* label = labels ? labels->as_object().if_contains(key) : nullptr;
    return label ? std::string(label->as_string()) : "";
  }
  Result<std::string> DenyAll() {
    return client().Get(
        {kubernetes::kNetworkPolicies, name_space(), DenyPolicyName(name_space()), ""}, Soon());
  }

  assessment::Policy policy_;
  model::WorkloadRef web_;

 private:
  void Each(const kubernetes::ResourceType& type,
            const std::function<void(std::string_view)>& use) {
    kubernetes::ListOptions options;
    options.name_space = name_space();
    const auto list = narrows().List(type, options, Soon());
    ASSERT_TRUE(list.has_value()) << list.error().message;
    kubernetes::ObjectReader reader;
    const auto page = reader.ReadList(*list, [&](std::string_view item) {
      use(item);
      return Ok();
    });
    ASSERT_TRUE(page.has_value()) << page.error().message;
  }

  std::unique_ptr<kubernetes::ApiClient> narrows_;
  std::vector<assessment::Policy> policies_;
  std::vector<model::Assessment> assessments_;
  std::vector<model::Namespace> namespaces_;
  std::vector<model::Workload> workloads_;
  std::vector<model::NetworkPolicy> network_policies_;
  std::vector<model::Service> services_;
};

TEST_F(QuarantineTest, IsolatesLabelsNewPodsAndReleasesWithoutTrace) {
  MakePod("web-1", R"({"app":"shop"})");
  MakePod("web-2", "{}");
  policy_.actions[0].allow.dns = true;
  const auto outcome = Run(model::Verdict::kViolated);
  EXPECT_THAT(outcome.errors, IsEmpty());
  ASSERT_EQ(outcome.records.size(), 1u);
  EXPECT_EQ(outcome.records[0].error, "");
  for (const char* pod : {"web-1", "web-2"}) {
    EXPECT_EQ(Label(pod, "goharbor.io/controller"), "CNSI");
    EXPECT_EQ(Label(pod, "goharbor.io/inspection"), "risk");
  }
  ASSERT_TRUE(DenyAll().has_value());
  EXPECT_THAT(Plan(model::Verdict::kViolated).operations, IsEmpty());
  MakePod("web-3", "{}");
  EXPECT_THAT(Run(model::Verdict::kUnknown).errors, IsEmpty());
  EXPECT_EQ(Label("web-3", "goharbor.io/inspection"), "risk");
  EXPECT_THAT(Run(model::Verdict::kPassed).errors, IsEmpty());
  for (const char* pod : {"web-1", "web-2", "web-3"}) {
    EXPECT_EQ(Label(pod, "goharbor.io/controller"), "");
    EXPECT_FALSE(MetadataOf(pod).as_object().contains("annotations")) << pod;
  }
  EXPECT_EQ(Label("web-1", "app"), "shop");
  EXPECT_EQ(DenyAll().error().code, ErrorCode::kNotFound);
  EXPECT_THAT(Plan(model::Verdict::kPassed).operations, IsEmpty());
}

TEST_F(QuarantineTest, DetachesAndPutsBackUnderTheAdmissionPolicy) {
  MakePod("web-1", R"({"app":"shop","pod-template-hash":"h","tier":"web"})");
  MustCreate(kubernetes::kServices,
             R"({"metadata":{"name":"web"},"spec":{"selector":{"app":"shop"},
                "ports":[{"port":80}]}})",
             name_space());
  MustCreate(kubernetes::kNetworkPolicies,
             R"({"metadata":{"name":"allow-web"},"spec":{"podSelector":{"matchLabels":
                {"tier":"web"}},"ingress":[{}]}})",
             name_space());
  auto outcome = Run(model::Verdict::kViolated);
  ASSERT_EQ(outcome.records.size(), 1u);
  EXPECT_FALSE(outcome.records[0].effectiveness.effective);
  EXPECT_THAT(outcome.records[0].effectiveness.defeated_by, ::testing::ElementsAre("allow-web"));
  policy_.actions[0].isolation = model::Isolation::kDetach;
  outcome = Run(model::Verdict::kViolated);
  EXPECT_THAT(outcome.errors, IsEmpty());
  EXPECT_TRUE(outcome.records[0].effectiveness.effective);
  EXPECT_EQ(Label("web-1", "app"), "");
  EXPECT_EQ(Label("web-1", "tier"), "");
  EXPECT_EQ(Label("web-1", "goharbor.io/controller"), "CNSI");
  policy_.enabled = false;
  EXPECT_THAT(Run(model::Verdict::kViolated).errors, IsEmpty());
  EXPECT_EQ(Label("web-1", "app"), "shop");
  EXPECT_EQ(Label("web-1", "tier"), "web");
  EXPECT_EQ(Label("web-1", "goharbor.io/controller"), "");
}

TEST_F(QuarantineTest, ARightTakenAwayIsNamedAndNothingIsHalfDone) {
  MakePod("web-1", "{}");
  const std::string role = "clusterrole/narrows";
  const auto before = lab().Kubectl({"get", role, "-o", "json"});
  ASSERT_TRUE(before.has_value());
  auto without = boost::json::parse(*before);
  for (auto& rule : without.at("rules").as_array()) {
    auto& verbs = rule.at("verbs").as_array();
    if (boost::json::serialize(rule.at("resources")) == R"(["pods"])") {
      verbs = {"get"};
    }
  }
  ASSERT_TRUE(lab().Kubectl({"replace", "-f", "-"}, boost::json::serialize(without)).has_value());
  // The authorizer of the API server follows its own watch.
  ASSERT_TRUE(Eventually([&] {
    const auto may = lab().Kubectl(
        {"auth", "can-i", "patch", "pods", "--as", "system:serviceaccount:narrows-system:narrows"});
    return !may.has_value();
  }));
  const auto outcome = Run(model::Verdict::kViolated);
  ASSERT_EQ(outcome.records.size(), 1u);
  EXPECT_THAT(outcome.records[0].error, HasSubstr("cannot patch resource \"pods\""));
  EXPECT_EQ(DenyAll().error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(lab().Kubectl({"apply", "-f", "deploy/manifests/20-roles.yaml"}).has_value());
  ASSERT_TRUE(Eventually([&] { return Run(model::Verdict::kViolated).errors.empty(); }));
  EXPECT_EQ(Label("web-1", "goharbor.io/inspection"), "risk");
}

constexpr char kAncestorsPolicy[] = R"(
apiVersion: goharbor.goharbor.io/v1alpha1
kind: InspectionPolicy
metadata:
  name: ancestor
spec:
  settingsName: sample-setting
  vacAssessmentEnabled: true
  enabled: true
  workNamespace: cronjobs
  schedule: "0 */3 * * *"
  strategy: {historyLimit: 25, suspend: false, concurrencyRule: Forbid}
  inspector:
    image: projectnarrows/cnsi-inspector:0.5.0
    kubebenchImage: projectnarrows/cnsi-kubebench:0.5.0
    riskImage: projectnarrows/cnsi-risk-scanner:0.5.0
    pkgLoadScannerImage: projectnarrows/pkgload:0.5.0
    workloadscannerImage: projectnarrows/cnsi-workload:0.5.0
    imagePullPolicy: IfNotPresent
    imagePullSecrets: [{name: pull}]
    exportConfig:
      openSearch: {hostport: "https://opensearch:9200", index: i, username: admin, password: hunter2, checkCert: false, mutualTLS: false}
      governor: {clusterId: c, url: "https://governor", cspSecretName: s}
  inspection:
    assessment: {generate: true, format: YAML, managedBy: true, liveTime: 3600}
    namespaceSelector: {matchLabels: {goharbor.io/watch: "true"}}
    workloadSelector: {matchLabels: {app: demo}}
    baselines:
    - {kind: vulnerability, version: v1.1, scheme: "application/vnd.security.vulnerability.report; version=1.1", baseline: High}
    - {kind: malware, version: v1.1, scheme: x, baseline: none}
    actions:
    - kind: quarantine_vulnerable_workload
      ignore: {matchExpressions: [{key: app, operator: In, values: [x]}]}
      settings: {update: "true"}
    - kind: forbid_vulnerable_deployment
)";

constexpr char kAncestorsSetting[] = R"(
apiVersion: goharbor.goharbor.io/v1alpha1
kind: Setting
metadata:
  name: sample-setting
spec:
  dataSource:
    name: local
    endpoint: https://harbor.example.com
    credentialRef: {kind: Secret, namespace: default, name: harbor}
    skipTLSVerify: true
    provider: Harbor
    disabled: false
    scanSchedule: "0 0 0 * * *"
  knownRegistries:
  - {name: gcr, endpoint: "https://gcr.io", provider: google-gcr}
  vacDataSource: {endpoint: "https://vac.example.com", credentialRef: {name: v, namespace: default}}
  cache: {kind: Redis, address: "redis://redis:6379", database: 1, settings: {livingTime: 600}}
)";

TEST_F(QuarantineTest, TheAncestorsYamlIsServedAndItsStatusWritten) {
  for (const char* yaml : {kAncestorsPolicy, kAncestorsSetting}) {
    const auto applied = lab().Kubectl({"apply", "--validate=strict", "-f", "-"}, yaml);
    ASSERT_TRUE(applied.has_value()) << applied.error().message;
  }
  const kubernetes::ObjectName name = {kInspectionPolicies, "", "ancestor", ""};
  const auto json = narrows().Get(name, Soon());
  ASSERT_TRUE(json.has_value()) << json.error().message;
  const auto policy = assessment::ParsePolicy(*json);
  ASSERT_TRUE(policy.has_value()) << policy.error().message;
  EXPECT_TRUE(policy->carries_password);
  EXPECT_THAT(*assessment::RedactedJson(*json), ::testing::Not(HasSubstr("hunter2")));
  assessment::ObjectStatus wanted = assessment::StatusOf(*policy);
  wanted.counts = assessment::Counts{4, 1, 2, 1, 1};
  wanted.waivers = {{"n/Deployment/w",
                     assessment::Waiver::Cause::kRelease,
                     "e",
                     *ParseRfc3339("2026-06-01T12:00:00Z"),
                     {},
                     false,
                     {"aa"}}};
  const auto patch = assessment::StatusPatch(*json, wanted, kClock.Now());
  ASSERT_TRUE(patch.has_value());
  const auto written = narrows().Patch({kInspectionPolicies, "", "ancestor", "status"},
                                       kubernetes::PatchKind::kMerge, *patch, Soon());
  ASSERT_TRUE(written.has_value()) << written.error().message;
  EXPECT_EQ(*assessment::StatusPatch(*written, wanted, kClock.Now()), "");
  EXPECT_EQ(assessment::ParsePolicy(*written)->waivers, *wanted.waivers);
  EXPECT_THAT(*lab().Kubectl({"get", "inspectionpolicies", "ancestor"}),
              HasSubstr("Standby   0 */3 * * *   True"));

  const auto setting_json = narrows().Get({kSettings, "", "sample-setting", ""}, Soon());
  const auto setting = assessment::ParseSetting(*setting_json);
  ASSERT_TRUE(setting.has_value()) << setting.error().message;
  const auto setting_patch =
      assessment::StatusPatch(*setting_json, assessment::StatusOf(*setting), kClock.Now());
  const auto setting_written =
      narrows().Patch({kSettings, "", "sample-setting", "status"}, kubernetes::PatchKind::kMerge,
                      *setting_patch, Soon());
  EXPECT_TRUE(setting_written.has_value()) << setting_written.error().message;
  EXPECT_THAT(*lab().Kubectl({"get", "settings"}), HasSubstr("https://harbor.example.com"));
}

TEST_F(QuarantineTest, FinalizerAndReleaseAreEditedAsNarrows) {
  MustCreate(kInspectionPolicies, R"({"apiVersion":"goharbor.goharbor.io/v1alpha1",
    "kind":"InspectionPolicy","metadata":{"name":"edited"},"spec":{"inspection":{}}})");
  const kubernetes::ObjectName name = {kInspectionPolicies, "", "edited", ""};
  const auto patched = [&](const Result<std::string>& patch) {
    EXPECT_TRUE(patch.has_value());
    const auto answer = narrows().Patch(name, kubernetes::PatchKind::kJson, *patch, Soon());
    EXPECT_TRUE(answer.has_value()) << answer.error().message;
    return answer.has_value() ? *answer : "{}";
  };
  std::string json = patched(FinalizerPatch(*narrows().Get(name, Soon()), true));
  const std::string stale =
      *ReleasePatch(json, {"shop", "Deployment", "web", "why", {}}, kClock.Now());
  json = patched(ReleasePatch(json, {"shop", "Deployment", "web", "why", {}}, kClock.Now()));
  EXPECT_EQ(assessment::ParsePolicy(json)->releases.size(), 1u);
  EXPECT_FALSE(narrows().Patch(name, kubernetes::PatchKind::kJson, stale, Soon()).has_value());
  ASSERT_TRUE(client().Delete(name, "", Soon()).has_value());
  json = *narrows().Get(name, Soon());
  EXPECT_TRUE(assessment::ParsePolicy(json)->meta.deleting);
  (void)patched(FinalizerPatch(json, false));
  EXPECT_EQ(narrows().Get(name, Soon()).error().code, ErrorCode::kNotFound);
}

struct RefusedCase {
  const char* inspection;
  const char* message;
};

TEST_F(QuarantineTest, TheApiServerRefusesWhatCannotBeMeant) {
  const std::vector<RefusedCase> cases = {
      {R"({"baselines":[{"kind":"vulnerability","baseline":"Highest"}]})", "must be one of None"},
      {R"({"baselines":[{"kind":"luck","baseline":"High"}]})", "Unsupported value"},
      {R"({"baselines":[{"kind":"vulnerability","baseline":"High","epss":"1.5"}]})", "epss"},
      {R"({"exceptions":[{"reason":"r"}]})", "names an id, a package or both"},
      {R"({"exceptions":[{"id":"CVE-1"}]})", "reason"},
      {R"({"actions":[{"kind":"alert"},{"kind":"alert"}]})", "Duplicate value"},
      {R"({"actions":[{"kind":"alert","maxPercent":10}]})", "belong to"},
      {R"({"actions":[{"kind":"quarantine_vulnerable_workload","maxPercent":0}]})", "maxPercent"},
      {R"({"actions":[{"kind":"quarantine_vulnerable_workload","expiresAfter":"soon"}]})",
       "expiresAfter"},
      {R"({"actions":[{"kind":"quarantine_vulnerable_workload","allow":{"peers":[{}]}}]})",
       "a peer is an ipBlock"},
      {R"({"releases":[{"namespace":"n","name":"x"}]})", "kind"},
      {R"({"onUnknown":"panic"})", "Unsupported value"}};
  for (const RefusedCase& each : cases) {
    const auto created =
        client().Create(kInspectionPolicies, "",
                        R"({"apiVersion":"goharbor.goharbor.io/v1alpha1","kind":"InspectionPolicy",
            "metadata":{"name":"refused"},"spec":{"inspection":)" +
                            std::string(each.inspection) + "}}",
                        Soon());
    ASSERT_FALSE(created.has_value()) << each.inspection;
    EXPECT_THAT(created.error().message, HasSubstr(each.message)) << each.inspection;
  }
}

}  // namespace
}  // namespace narrows::lab

int main(int argc, char** argv) {
  ::testing::InitGoogleMock(&argc, argv);
  narrows::lab::UseLab(narrows::lab::Lab::Extent::kControlPlane);
  return RUN_ALL_TESTS();
}
