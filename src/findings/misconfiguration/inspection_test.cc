#include "findings/misconfiguration/inspection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <set>

#include "base/file.h"
#include "base/json.h"
#include "base/yaml.h"
#include "findings/misconfiguration/compliance.h"
#include "findings/misconfiguration/manifest.h"

namespace narrows::findings::misconfiguration {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

struct Inspected {
  std::vector<ManifestObject> objects;
  std::vector<const boost::json::object*> values;
  std::vector<Misconfiguration> found;

  std::vector<std::string> Checks() const {
    std::vector<std::string> ids;
    for (const auto& one : found) ids.emplace_back(one.check->id);
    return ids;
  }
  const Misconfiguration& Only(std::string_view id) const {
    const auto is = [&](const Misconfiguration& one) { return one.check->id == id; };
    EXPECT_EQ(std::count_if(found.begin(), found.end(), is), 1) << id;
    return *std::find_if(found.begin(), found.end(), is);
  }
};

Inspected InspectYaml(std::string_view yaml, int minor = kNewestPodSecurityMinor) {
  Inspected inspected;
  auto objects = ReadManifest(yaml, "x.yaml");
  EXPECT_TRUE(objects.has_value()) << objects.error().message;
  inspected.objects = *std::move(objects);
  for (const auto& object : inspected.objects)
    inspected.values.push_back(&object.value.get_object());
  inspected.found = Inspect(inspected.values, minor);
  return inspected;
}

constexpr std::string_view kCareful = R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      automountServiceAccountToken: false
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: web
        image: shop/web@sha256:0123456789012345678901234567890123456789012345678901234567890123
        livenessProbe: {tcpSocket: {port: 80}}
        readinessProbe: {tcpSocket: {port: 80}}
        resources: {limits: {cpu: 1, memory: 1Gi}}
        securityContext:
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          capabilities: {drop: [ALL]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec: {podSelector: {matchLabels: {app: web}}}
)";

TEST(Inspection, ACarefulWorkloadHasNothingWrong) {
  EXPECT_THAT(InspectYaml(kCareful).Checks(), IsEmpty());
}

TEST(Inspection, ABareContainerIsToldOfOnceAField) {
  const Inspected bare = InspectYaml(R"(
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: default}
spec: {containers: [{name: a, image: a}]}
)");
  EXPECT_THAT(
      bare.Checks(),
      UnorderedElementsAre(
          "privilege-escalation", "capabilities-not-dropped", "run-as-root-allowed",
          "seccomp-missing", "image-latest-tag", "writable-root-file-system", "cpu-limit-missing",
          "cpu-request-missing", "memory-limit-missing", "memory-request-missing",
          "liveness-probe-missing", "readiness-probe-missing", "service-account-token",
          "default-service-account", "network-policy-missing", "default-namespace"));
  std::set<std::string> fields;
  for (const auto& one : bare.found) EXPECT_TRUE(fields.insert(one.path.ToString()).second);
}

TEST(Inspection, TheWorstOfWorkloadsIsNamedOnceAField) {
  const Inspected bad = InspectYaml(R"(
apiVersion: batch/v1
kind: CronJob
metadata: {name: a}
spec:
  jobTemplate:
    spec:
      template:
        spec:
          hostNetwork: true
          hostPID: true
          hostIPC: true
          shareProcessNamespace: true
          automountServiceAccountToken: false
          securityContext: {runAsUser: 0, runAsNonRoot: false, sysctls: [{name: kernel.msgmax}]}
          volumes:
          - {name: socket, hostPath: {path: /var/run/docker.sock}}
          - {name: etc, hostPath: {path: /etc}}
          - {name: nfs, nfs: {server: s, path: /}}
          containers:
          - name: a
            image: a:1
            resources: {limits: {cpu: 1, memory: 1}}
            securityContext:
              privileged: true
              allowPrivilegeEscalation: true
              readOnlyRootFilesystem: false
              procMount: Unmasked
              seccompProfile: {type: Unconfined}
              appArmorProfile: {type: Unconfined}
              seLinuxOptions: {type: spc_t}
              capabilities: {add: [SYS_ADMIN, CHOWN, NET_BIND_SERVICE]}
            ports: [{containerPort: 1, hostPort: 1}]
)");
  EXPECT_THAT(bad.Checks(),
              UnorderedElementsAre(
                  "host-network", "host-pid", "host-ipc", "share-process-namespace", "run-as-root",
                  "run-as-root-allowed", "unsafe-sysctl", "container-socket", "host-path-volume",
                  "restricted-volume", "privileged-container", "privilege-escalation",
                  "writable-root-file-system", "proc-mount", "seccomp-unconfined",
                  "apparmor-profile", "selinux-options", "dangerous-capability", "added-capability",
                  "capabilities-not-dropped", "host-port", "image-not-by-digest"));
  EXPECT_EQ(bad.Only("privileged-container").path.ToString(),
            "spec.jobTemplate.spec.template.spec.containers[0].securityContext.privileged");
}

TEST(Inspection, SecretsAreFoundAndNotShown) {
  const Inspected secrets = InspectYaml(R"(
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data:
  db-password: hunter2hunter2
  password-file: /run/secrets/password
  url: postgres://shop:hunter2hunter2@db/shop
  harmless: text
  enable_token: "true"
  key.pem: "-----BEGIN RSA PRIVATE KEY-----\nhunter2hunter2\n"
---
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
  - name: a
    env:
    - {name: API_KEY, value: hunter2hunter2}
    - {name: API_KEY_PATH, value: hunter2hunter2}
    - {name: OTHER, valueFrom: {secretKeyRef: {name: s, key: k}}}
    envFrom: [{secretRef: {name: all}}]
)");
  std::vector<std::string> places;
  for (const auto& one : secrets.found) {
    EXPECT_THAT(one.value + one.patch, Not(HasSubstr("hunter2")));
    if (one.check->id.starts_with("secret-"))
      places.push_back(std::string(one.check->id) + " " + one.path.ToString());
  }
  EXPECT_THAT(places,
              UnorderedElementsAre(
                  "secret-in-config-map data.db-password", "secret-in-config-map data.url",
                  "secret-in-config-map data['key.pem']",
                  "secret-in-environment spec.containers[0].env[0].value",
                  "secret-from-environment spec.containers[0].env[2].valueFrom.secretKeyRef",
                  "secret-from-environment spec.containers[0].envFrom[0].secretRef"));
}

TEST(Inspection, DashboardsThatAreReachableAreTold) {
  const Inspected exposed = InspectYaml(R"(
apiVersion: v1
kind: Service
metadata: {name: kubernetes-dashboard}
spec: {type: NodePort}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: i}
spec: {rules: [{http: {paths: [{backend: {service: {name: argocd-server}}}]}}]}
)");
  EXPECT_THAT(exposed.Checks(), ElementsAre("exposed-dashboard", "exposed-dashboard"));
  EXPECT_EQ(exposed.found[1].path.ToString(), "spec.rules[0].http.paths[0].backend");
}

TEST(Inspection, AnApiVersionIsJudgedByTheClustersVersion) {
  constexpr std::string_view kBudget =
      "{apiVersion: policy/v1beta1, kind: PodDisruptionBudget, metadata: {name: a}}";
  EXPECT_THAT(InspectYaml(kBudget, 25).Checks(), ElementsAre("deprecated-api-version"));
  EXPECT_THAT(InspectYaml(kBudget, 24).Checks(), IsEmpty());
}

TEST(Inspection, ANetworkPolicyOfAnotherNamespaceDoesNotCount) {
  std::string moved(kCareful);
  moved.replace(moved.rfind("namespace: shop"), 15, "namespace: away");
  EXPECT_THAT(InspectYaml(moved).Checks(), ElementsAre("network-policy-missing"));
}

TEST(Patch, SetsOneFieldOfOneContainer) {
  const Inspected found = InspectYaml(R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {a: b}}
spec:
  template:
    spec: {containers: [{name: web, securityContext: {privileged: true}}]}
)");
  EXPECT_EQ(found.Only("privileged-container").patch, R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  template:
    spec:
      containers:
      - name: web
        securityContext:
          privileged: false
)");
}

TEST(Checks, AreSortedAndSaidInFull) {
  const auto& checks = AllChecks();
  EXPECT_TRUE(std::is_sorted(checks.begin(), checks.end(),
                             [](const Check& a, const Check& b) { return a.id < b.id; }));
  for (const Check& check : checks) {
    EXPECT_EQ(FindCheck(check.id), &check);
    EXPECT_NE(check.id.find('-'), std::string_view::npos) << check.id;
    EXPECT_FALSE(check.title.empty() || check.risk.empty() || check.remedy.empty()) << check.id;
  }
  EXPECT_EQ(FindCheck("nothing"), nullptr);
}

TEST(Checks, AreListedInTheReference) {
  const auto page = ReadFile("docs/reference/misconfiguration.md", 1 << 20);
  ASSERT_TRUE(page.has_value()) << page.error().message;
  const size_t table = page->find("| check | severity |");
  ASSERT_NE(table, std::string::npos);
  const auto lines =
      std::count(page->begin() + static_cast<std::ptrdiff_t>(table), page->end(), '\n');
  EXPECT_EQ(static_cast<size_t>(lines), AllChecks().size() + 2);
  for (const Check& check : AllChecks()) {
    std::string row =
        "| `" + std::string(check.id) + "` | " + std::string(ToString(check.severity));
    for (const std::string_view cell : {check.title, check.cis, check.nsa, check.pss, check.mitre})
      row += " | " + std::string(cell);
    EXPECT_THAT(*page, HasSubstr(row + " |\n"));
  }
}

TEST(Compliance, IsTheMeanOfTheChecksThatConcernAnything) {
  const Inspected half = InspectYaml(std::string(kCareful) + R"(---
apiVersion: v1
kind: Pod
metadata: {name: a}
spec: {hostPID: true, containers: []}
)");
  const auto scores = Score(half.values, half.found, Framework::kPodSecurity);
  const auto of = [&](std::string_view id) {
    return *std::find_if(scores.begin(), scores.end(),
                         [&](const CheckScore& score) { return score.check->id == id; });
  };
  EXPECT_EQ(of("host-pid").concerned, 2U);
  EXPECT_EQ(of("host-pid").Percent(), 50);
  EXPECT_EQ(of("host-ipc").Percent(), 100);
  EXPECT_GT(Compliance(scores), 95);
  EXPECT_LT(Compliance(scores), 100);
  EXPECT_EQ(Compliance({}), 100);
}

TEST(Manifest, ListsAreTakenApartAndLinesKept) {
  const auto objects = ReadManifest(
      "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  spec:\n    hostPID: "
      "true\n---\nnot: an object\n---\napiVersion: v1\nkind: Service\n",
      "f");
  ASSERT_TRUE(objects.has_value()) << objects.error().message;
  ASSERT_EQ(objects->size(), 2U);
  EXPECT_EQ(LineOf(objects->at(0), FieldPath().Keys("spec.hostPID")), 7);
  EXPECT_EQ(LineOf(objects->at(0), FieldPath().Keys("spec.containers").Index(4)), 6);
  EXPECT_EQ(LineOf(objects->at(1), FieldPath().Keys("kind")), 12);
}

TEST(Manifest, JsonIsReadByItsOwnRules) {
  const auto objects = ReadManifest(
      "{\"apiVersion\": \"v1\",\n \"kind\": \"yes\",\n\t\"x\": \"\\ud83d\\ude00\"}", "f");
  ASSERT_TRUE(objects.has_value()) << objects.error().message;
  ASSERT_EQ(objects->size(), 1U);
}

TEST(Manifest, MalformedHostileAndHugeTextIsRefused) {
  EXPECT_FALSE(ReadManifest("a: [1, 2", "f").has_value());
  EXPECT_FALSE(ReadManifest("{\"apiVersion\": \"v1\", ", "f").has_value());
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (char name = 'b'; name < 'k'; ++name) {
    const std::string last(1, static_cast<char>(name - 1));
    bomb += std::string(1, name) + ": &" + name + " [";
    for (int i = 0; i < 10; ++i) bomb += (i ? ",*" : "*") + last;
    bomb += "]\n";
  }
  const auto exploded = ReadManifest(bomb, "f");
  ASSERT_FALSE(exploded.has_value());
  EXPECT_EQ(exploded.error().code, ErrorCode::kResourceExhausted);
  EXPECT_FALSE(ReadManifest(std::string(200, '['), "f").has_value());
  EXPECT_FALSE(ReadManifest(std::string(kMostManifestBytes + 1, '#'), "f").has_value());
}

}  // namespace
}  // namespace narrows::findings::misconfiguration
