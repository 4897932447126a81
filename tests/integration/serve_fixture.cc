#include "serve_fixture.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>

#include "base/subprocess.h"

namespace narrows::lab {

using ::testing::HasSubstr;
using ::testing::Not;

std::string RunProgram(std::vector<std::string> argv) {
  const auto result =
      RunCommand({.argv = std::move(argv)}, CallContext::WithTimeout(std::chrono::minutes(20)));
  EXPECT_TRUE(result.has_value()) << result.error().message;
  if (!result.has_value()) return "";
  EXPECT_EQ(result->exit_code, 0) << result->errors;
  return result->output;
}

namespace {

std::string DigestOf(const std::string& image) {
  const char* cache = getenv("XDG_CACHE_HOME");
  const std::filesystem::path root =
      cache ? std::filesystem::path(cache) : std::filesystem::path(getenv("HOME")) / ".cache";
  const auto index =
      ReadFile(root / "narrows/lab/images/archives" / (image + ".oci") / "index.json", 1u << 20);
  EXPECT_TRUE(index.has_value()) << index.error().message;
  return std::string(json::parse(*index).at("manifests").at(0).at("digest").as_string().c_str());
}

}  // namespace

std::unique_ptr<ScopedTempDir> ServeTest::folder_;

void ServeTest::SetUpTestSuite() {
  RunProgram({"lab/images/build"});
  auto folder = ScopedTempDir::Create();
  ASSERT_TRUE(folder.has_value());
  folder_ = std::make_unique<ScopedTempDir>(*std::move(folder));
  RunProgram({NARROWS_BINARY, "db", "build", "--osv", "lab/advisories/osv", "--kev",
              "lab/advisories/kev/known_exploited_vulnerabilities.json", "--output",
              Database().string()});
}

void ServeTest::SetUp() {
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

void ServeTest::TearDown() {
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

std::unique_ptr<ServeProcess> ServeTest::MakeServe(const std::filesystem::path& database,
                                                   const std::string& metrics_host) {
  static uint16_t port = static_cast<uint16_t>(20000 + getpid() % 20000);
  port = static_cast<uint16_t>(port + 2);
  ServeProcess::Options options;
  options.kubeconfig = AccountKubeconfig();
  options.folder = folder_->path() / name_space();
  options.database = database;
  options.plain_registry = registry_;
  options.metrics_host = metrics_host;
  options.port = port;
  return std::make_unique<ServeProcess>(options);
}

std::string ServeTest::AccountKubeconfig() {
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

std::string ServeTest::Kubectl(std::vector<std::string> arguments, const std::string& input) {
  const auto result = lab().Kubectl(std::move(arguments), input);
  EXPECT_TRUE(result.has_value()) << result.error().message;
  return result.value_or("");
}

void ServeTest::MakePod(const std::string& name, const std::string& app, const std::string& image) {
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

void ServeTest::DeletePod(const std::string& name) {
  EXPECT_TRUE(client()
                  .Delete({kubernetes::kPods, name_space(), name, ""},
                          R"({"gracePeriodSeconds":0})", Soon())
                  .has_value());
}

void ServeTest::ApplyPolicy(const std::string& name, const std::string& action,
                            const std::string& more, const std::string& schedule) {
  Kubectl({"apply", "-f", "-"},
          R"({"apiVersion":"goharbor.goharbor.io/v1alpha1","kind":"InspectionPolicy",)"
          R"("metadata":{"name":")" +
              name + R"("},"spec":{"schedule":")" + schedule +
              R"(","inspection":{)"
              R"("namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":")" +
              name_space() +
              R"("}},"baselines":[{"kind":"vulnerability","version":"v1.1",)"
              R"("scheme":"application/vnd.security.vulnerability.report; version=1.1",)"
              R"("baseline":"Medium","onlyFixed":true}],)"
              R"("actions":[{"kind":"quarantine_vulnerable_workload","maxPercent":100)" +
              action + R"(},{"kind":"alert"}])" + more + "}}}");
}

json::object ServeTest::Get(const kubernetes::ResourceType& type, const std::string& name,
                            const std::string& in) {
  const auto object = client().Get({type, in, name, ""}, Soon());
  if (!object.has_value()) return {};
  return json::parse(*object).as_object();
}

std::string ServeTest::LabelOf(const std::string& pod, const std::string& label) {
  const json::object object = Get(kubernetes::kPods, pod, name_space());
  const json::object* metadata = JsonObject(object, "metadata");
  const json::object* labels = metadata ? JsonObject(*metadata, "labels") : nullptr;
  return labels ? JsonString(*labels, label) : "";
}

bool ServeTest::Quarantined(const std::string& pod) {
  return LabelOf(pod, "goharbor.io/controller") == "CNSI" &&
         LabelOf(pod, "goharbor.io/inspection") == "risk";
}

bool ServeTest::DenyPolicyExists() {
  return !Get(kubernetes::kNetworkPolicies, "cnsi-networkpolicy--" + name_space(), name_space())
              .empty();
}

json::object ServeTest::StatusOf(const std::string& policy) {
  const json::object object = Get(response::kInspectionPolicies, policy);
  const json::object* status = JsonObject(object, "status");
  return status ? *status : json::object();
}

int ServeTest::Count(const std::string& policy, const std::string& what) {
  const json::object status = StatusOf(policy);
  const json::object* counts = JsonObject(status, "counts");
  return counts ? static_cast<int>(JsonInt(*counts, what).value_or(-1)) : -1;
}

std::string ServeTest::ConditionReason(const std::string& policy, const std::string& type) {
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

std::string ServeTest::Narrows(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), NARROWS_BINARY);
  arguments.push_back("--kubeconfig=" + lab().kubeconfig());
  return RunProgram(std::move(arguments));
}

}  // namespace narrows::lab
