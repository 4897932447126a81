// The Kubernetes client against a real API server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <mutex>
#include <set>
#include <thread>

#include "base/strings.h"
#include "kubernetes/events.h"
#include "kubernetes/leader_election.h"
#include "kubernetes/objects.h"
#include "kubernetes/permissions.h"
#include "kubernetes/reflector.h"
#include "kubernetes/resource_types.h"
#include "lab_fixture.h"

namespace narrows::lab {
namespace {

using namespace kubernetes;  // NOLINT: what this file is about
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const SystemClock kClock;
const ResourceType kConfigMaps{"", "v1", "configmaps", "ConfigMap", true};
const ResourceType kClusterRoles{"rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole",
                                 false};
const ResourceType kClusterRoleBindings{"rbac.authorization.k8s.io", "v1", "clusterrolebindings",
                                        "ClusterRoleBinding", false};

std::string Named(const std::string& name) { return R"({"metadata":{"name":")" + name + R"("}})"; }

// What a reflector has shown, by name.
class NameSink final : public ObjectSink {
 public:
  void ListStarted() override {
    const std::lock_guard lock(mutex_);
    ++lists_;
    listed_.clear();
  }
  void ListFinished() override {
    const std::lock_guard lock(mutex_);
    names_ = listed_;
  }
  Status Upsert(std::string_view object) override {
    ASSIGN_OR_RETURN(const ObjectMeta meta, reader_.ReadMeta(object));
    const std::lock_guard lock(mutex_);
    listed_.insert(meta.name);
    names_.insert(meta.name);
    return Ok();
  }
  Status Deleted(std::string_view object) override {
    ASSIGN_OR_RETURN(const ObjectMeta meta, reader_.ReadMeta(object));
    const std::lock_guard lock(mutex_);
    names_.erase(meta.name);
    return Ok();
  }
  void Trouble(const Error&) override {}
  void Recovered() override {}

  std::set<std::string> names() {
    const std::lock_guard lock(mutex_);
    return names_;
  }
  bool Has(const std::string& name) { return names().contains(name); }
  int lists() {
    const std::lock_guard lock(mutex_);
    return lists_;
  }

 private:
  ObjectReader reader_;
  std::mutex mutex_;
  std::set<std::string> listed_;
  std::set<std::string> names_;
  int lists_ = 0;
};

class KubernetesClient : public LabTest {
 protected:
  ObjectName ConfigMap(const std::string& name) { return {kConfigMaps, name_space(), name, ""}; }

  // A client with the rights of a new service account only.
  ClientConfig ServiceAccount(const std::string& name) {
    MustCreate(kServiceAccounts, Named(name), name_space());
    ClientConfig config = *lab().Config();
    config.tls.client_certificate_pem = config.tls.client_key_pem = "";
    config.user = {.token = Token(name)};
    return config;
  }
  std::string Token(const std::string& account) {
    const auto token = lab().Kubectl({"create", "token", account, "-n", name_space()});
    EXPECT_TRUE(token.has_value()) << token.error().message;
    return std::string(Trim(*token));
  }
};

TEST_F(KubernetesClient, AppliesPatchesReplacesAndDeletes) {
  const auto applied = client().Apply(
      ConfigMap("a"),
      R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"1"}})",
      "narrows-test", Soon());
  ASSERT_TRUE(applied.has_value()) << applied.error().message;
  EXPECT_THAT(*applied, HasSubstr(R"("manager":"narrows-test","operation":"Apply")"));

  auto patched = client().Patch(
      ConfigMap("a"), PatchKind::kJson,
      R"([{"op":"test","path":"/data/k","value":"1"},{"op":"replace","path":"/data/k","value":"2"}])",
      Soon());
  ASSERT_TRUE(patched.has_value()) << patched.error().message;
  EXPECT_THAT(*patched, HasSubstr(R"("data":{"k":"2"})"));
  patched = client().Patch(ConfigMap("a"), PatchKind::kJson,
                           R"([{"op":"test","path":"/data/k","value":"1"}])", Soon());
  ASSERT_FALSE(patched.has_value());
  EXPECT_EQ(patched.error().code, ErrorCode::kInvalidArgument) << patched.error().message;

  const std::string old = *client().Get(ConfigMap("a"), Soon());
  ASSERT_TRUE(client()
                  .Patch(ConfigMap("a"), PatchKind::kMerge, R"({"data":{"m":"3"}})", Soon())
                  .has_value());
  const auto conflict = client().Replace(ConfigMap("a"), old, Soon());
  ASSERT_FALSE(conflict.has_value());
  EXPECT_EQ(conflict.error().code, ErrorCode::kAborted);
  EXPECT_THAT(conflict.error().message, HasSubstr("Error from server (Conflict)"));

  ASSERT_TRUE(client().Delete(ConfigMap("a"), "", Soon()).has_value());
  const auto gone = client().Get(ConfigMap("a"), Soon());
  ASSERT_FALSE(gone.has_value());
  EXPECT_EQ(gone.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(gone.error().message, "Error from server (NotFound): configmaps \"a\" not found");
}

TEST_F(KubernetesClient, PatchesAStatusAndNothingElse) {
  MustCreate(kNodes, Named("node-" + name_space()));
  const ObjectName status{kNodes, "", "node-" + name_space(), "status"};
  const auto patched = client().Patch(
      status, PatchKind::kMerge,
      R"({"metadata":{"labels":{"x":"y"}},"status":{"nodeInfo":{"architecture":"arm64"}}})",
      Soon());
  ASSERT_TRUE(patched.has_value()) << patched.error().message;
  EXPECT_THAT(*patched, HasSubstr(R"("architecture":"arm64")"));
}

TEST_F(KubernetesClient, RefusalsAreKubectlsWords) {
  MustCreate(kConfigMaps, Named("twice"), name_space());
  const auto twice = client().Create(kConfigMaps, name_space(), Named("twice"), Soon());
  ASSERT_FALSE(twice.has_value());
  EXPECT_EQ(twice.error().code, ErrorCode::kAlreadyExists);
  const auto invalid = client().Create(kConfigMaps, name_space(), Named("NO"), Soon());
  ASSERT_FALSE(invalid.has_value());
  EXPECT_EQ(invalid.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(invalid.error().message,
              HasSubstr("The ConfigMap \"NO\" is invalid: metadata.name: Invalid value"));
  const auto stranger = *MakeApiClient(ServiceAccount("stranger"), kClock);
  const auto forbidden = stranger->List(kPods, {.name_space = name_space()}, Soon());
  ASSERT_FALSE(forbidden.has_value());
  EXPECT_EQ(forbidden.error().code, ErrorCode::kPermissionDenied);
  EXPECT_THAT(forbidden.error().message,
              HasSubstr("Error from server (Forbidden): pods is forbidden: User \"system:"
                        "serviceaccount:" +
                        name_space() + ":stranger\" cannot list"));
  ClientConfig wrong = *lab().Config();
  wrong.tls.client_certificate_pem = wrong.tls.client_key_pem = "";
  wrong.user = {.token = "nonsense"};
  const auto unknown = (*MakeApiClient(wrong, kClock))->List(kPods, {}, Soon());
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code, ErrorCode::kUnauthenticated);
  EXPECT_THAT(unknown.error().message, HasSubstr("You must be logged in to the server"));
}

TEST_F(KubernetesClient, ListsInPages) {
  for (int i = 0; i < 25; ++i) {
    MustCreate(kConfigMaps, Named("c" + std::to_string(i)), name_space());
  }
  const auto first = client().List(kConfigMaps, {.name_space = name_space(), .limit = 10}, Soon());
  ASSERT_TRUE(first.has_value());
  ObjectReader reader;
  const auto page = reader.ReadList(*first, [](std::string_view) { return Ok(); });
  ASSERT_TRUE(page.has_value());
  EXPECT_FALSE(page->continue_token.empty());
  NameSink sink;
  const auto version =
      ListOnce(client(), kConfigMaps, {.name_space = name_space(), .page_size = 10}, Soon(), sink);
  ASSERT_TRUE(version.has_value()) << version.error().message;
  EXPECT_EQ(sink.names().size(), 25u);
}

TEST_F(KubernetesClient, AWatchSurvivesARestartAndACompaction) {
  MustCreate(kConfigMaps, Named("before"), name_space());
  NameSink sink;
  std::stop_source stop;
  const ReflectorOptions options{.name_space = name_space()};
  std::thread watcher([&] {
    (void)RunReflector(client(), kConfigMaps, options, {.stop = stop.get_token()}, sink);
  });
  EXPECT_TRUE(Eventually([&] { return sink.Has("before"); }));
  MustCreate(kConfigMaps, Named("during"), name_space());
  EXPECT_TRUE(Eventually([&] { return sink.Has("during"); }));

  // A restart: the watch goes on where it was.
  EXPECT_TRUE(lab().Part("kill", "apiserver").has_value());
  EXPECT_TRUE(lab().Part("start", "apiserver").has_value());
  MustCreate(kConfigMaps, Named("after"), name_space());
  EXPECT_TRUE(Eventually([&] { return sink.Has("after"); }));

  // What happens elsewhere makes the watch's version old; compacted, it is gone.
  const int lists = sink.lists();
  for (int i = 0; i < 30; ++i) {
    MustCreate(kConfigMaps, Named(name_space() + "-" + std::to_string(i)), "default");
  }
  EXPECT_TRUE(lab().Compact().has_value());
  EXPECT_TRUE(lab().Part("kill", "apiserver").has_value());
  EXPECT_TRUE(lab().Part("start", "apiserver").has_value());
  ASSERT_TRUE(client().Delete(ConfigMap("during"), "", Soon()).has_value());
  MustCreate(kConfigMaps, Named("last"), name_space());
  EXPECT_TRUE(Eventually([&] { return sink.Has("last") && !sink.Has("during"); }));
  EXPECT_GT(sink.lists(), lists) << "410 Gone makes it list again";
  EXPECT_EQ(sink.names(), (std::set<std::string>{"after", "before", "last"}));
  stop.request_stop();
  watcher.join();

  const auto old = client().Watch(kConfigMaps, {.resource_version = "1"}, Soon(),
                                  [](std::string_view) { return Ok(); });
  ASSERT_FALSE(old.has_value());
  EXPECT_EQ(old.error().code, ErrorCode::kOutOfRange) << old.error().message;
}

TEST_F(KubernetesClient, OnlyOneLeadsAndTheNextFollows) {
  std::mutex mutex;
  std::vector<std::string> led;
  std::stop_source stop_first;
  std::atomic<bool> first_leads = false;
  const auto candidate = [&](const std::string& identity, std::stop_token stop) {
    const auto own = lab().Client();
    LeaderElectionOptions options{.name_space = name_space(), .lease = "l", .identity = identity};
    options.retry_period = std::chrono::milliseconds(200);
    (void)RunAsLeader(**own, kClock, options,
                      CallContext::WithTimeout(std::chrono::minutes(2), stop),
                      [&](const CallContext& context) {
                        {
                          const std::lock_guard lock(mutex);
                          led.push_back(identity);
                        }
                        if (identity == "second") return;
                        first_leads = true;
                        (void)context.SleepFor(std::chrono::minutes(5));
                      });
  };
  std::thread first([&] { candidate("first", stop_first.get_token()); });
  ASSERT_TRUE(Eventually([&] { return first_leads.load(); }));
  std::thread second([&] { candidate("second", {}); });
  std::this_thread::sleep_for(std::chrono::seconds(1));
  {
    const std::lock_guard lock(mutex);
    EXPECT_EQ(led, (std::vector<std::string>{"first"}));
  }
  stop_first.request_stop();
  first.join();
  second.join();
  EXPECT_EQ(led, (std::vector<std::string>{"first", "second"}));
}

TEST_F(KubernetesClient, NamesTheRightsThatAreMissing) {
  const ClientConfig config = ServiceAccount("inspector");
  MustCreate(kClusterRoles, R"({"metadata":{"name":")" + name_space() + R"("},"rules":[
      {"apiGroups":[""],"resources":["pods"],"verbs":["list","watch"]}]})");
  MustCreate(kClusterRoleBindings, R"({"metadata":{"name":")" + name_space() +
                                       R"("},"roleRef":{"kind":"ClusterRole",
      "apiGroup":"rbac.authorization.k8s.io","name":")" +
                                       name_space() + R"("},"subjects":[
      {"kind":"ServiceAccount","name":"inspector","namespace":")" +
                                       name_space() + R"("}]})");
  const auto inspector = *MakeApiClient(config, kClock);
  const std::vector<Permission> wanted = {
      {.verb = "list", .resource = "pods"},
      {.verb = "patch", .resource = "pods"},
      {.verb = "watch", .resource = "pods"},
      {.verb = "list", .group = "apps", .resource = "deployments"}};
  std::vector<Permission> missing;
  EXPECT_TRUE(Eventually([&] {  // the authoriser learns of a role by a watch of its own
    const auto asked = MissingPermissions(*inspector, wanted, Soon());
    EXPECT_TRUE(asked.has_value()) << asked.error().message;
    missing = *asked;
    return missing.size() == 2;
  }));
  EXPECT_THAT(missing, ElementsAre(wanted[1], wanted[3]));
}

TEST_F(KubernetesClient, LogsInByAnExecPlugin) {
  ClientConfig account = ServiceAccount("plugged");
  const auto dir = ScopedTempDir::Create();
  const auto file = dir->path() / "config";
  ASSERT_TRUE(WriteFileAtomically(dir->path() / "plugin",
                                  "#!/bin/sh\ncat <<END\n{\"kind\":\"ExecCredential\","
                                  "\"apiVersion\":\"client.authentication.k8s.io/v1\","
                                  "\"status\":{\"token\":\"" +
                                      account.user.token + "\"}}\nEND\n",
                                  0700)
                  .has_value());
  ASSERT_TRUE(WriteFileAtomically(file,
                                  "current-context: x\n"
                                  "contexts: [{name: x, context: {cluster: c, user: u}}]\n"
                                  "clusters: [{name: c, cluster: {server: '" +
                                      account.server + "', certificate-authority-data: " +
                                      Base64Encode(account.tls.ca_pem) +
                                      "}}]\n"
                                      "users: [{name: u, user: {exec: {command: ./plugin, "
                                      "apiVersion: client.authentication.k8s.io/v1}}}]\n",
                                  0600)
                  .has_value());
  const auto config = LoadClientConfig({.kubeconfig = file.string()}, Surroundings::OfProcess());
  ASSERT_TRUE(config.has_value()) << config.error().message;
  const auto plugged = *MakeApiClient(*config, kClock);
  const auto forbidden = plugged->List(kSecrets, {.name_space = name_space()}, Soon());
  ASSERT_FALSE(forbidden.has_value());
  EXPECT_THAT(forbidden.error().message, HasSubstr(":plugged\" cannot list"))
      << forbidden.error().message;
}

TEST_F(KubernetesClient, WritesEventsThatKubectlShows) {
  const auto recorder = MakeEventRecorder(client(), kClock, "narrows", "narrows-0");
  const EventNote note{.regarding = {"v1", "ConfigMap", name_space(), "thing", "u"},
                       .warning = true,
                       .reason = "Quarantined",
                       .message = "why"};
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(recorder->Record(note, Soon()).has_value());
  const auto events = lab().Kubectl({"get", "events", "-n", name_space(), "-o",
                                     "jsonpath={range .items[*]}{.reason} {.count} {.type}{end}"});
  ASSERT_TRUE(events.has_value()) << events.error().message;
  EXPECT_EQ(*events, "Quarantined 3 Warning");
}

}  // namespace
}  // namespace narrows::lab

int main(int argc, char** argv) {
  ::testing::InitGoogleMock(&argc, argv);
  narrows::lab::UseLab(narrows::lab::Lab::Extent::kControlPlane);
  return RUN_ALL_TESTS();
}
