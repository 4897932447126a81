#include "kubernetes/objects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace narrows::kubernetes {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

constexpr char kPod[] = R"({"metadata":{"name":"web-1","namespace":"shop","uid":"u1",
  "resourceVersion":"7","deletionTimestamp":"2026-01-01T00:00:00Z","labels":{"app":"web"},
  "annotations":{"goharbor.io/why":"CVE","kubectl.kubernetes.io/x":"y"},
  "ownerReferences":[{"kind":"Other","name":"o","uid":"u9"},
    {"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web","uid":"u2","controller":true}]},
 "spec":{"nodeName":"n1","hostNetwork":true,"serviceAccountName":"sa","imagePullSecrets":[{"name":"s1"},{}],
  "initContainers":[{"name":"init","image":"busybox"}],
  "containers":[{"name":"web","image":"nginx:1"},{"name":"side","image":"envoy"}],
  "ephemeralContainers":[{"name":"debug","image":"tools"}]},
 "status":{"phase":"Running","podIP":"10.0.0.1",
  "containerStatuses":[{"name":"web","imageID":"docker.io/nginx@sha256:a","state":{"running":{}}},
    {"name":"side","imageID":"","state":{"waiting":{}}}],
  "initContainerStatuses":[{"name":"init","imageID":"sha256:b","state":{"terminated":{}}}]}})";

TEST(ObjectReader, ReadsAPod) {
  ObjectReader reader;
  const auto pod = reader.ReadPod(kPod);
  ASSERT_TRUE(pod.has_value()) << pod.error().message;
  EXPECT_EQ(pod->meta.name, "web-1");
  EXPECT_EQ(pod->meta.name_space, "shop");
  EXPECT_EQ(pod->meta.resource_version, "7");
  EXPECT_TRUE(pod->meta.deleting);
  EXPECT_THAT(pod->meta.annotations, ElementsAre(Pair("goharbor.io/why", "CVE")));
  EXPECT_EQ(pod->meta.controller, (OwnerReference{"apps/v1", "ReplicaSet", "web", "u2"}));
  EXPECT_EQ(pod->node, "n1");
  EXPECT_EQ(pod->phase, "Running");
  EXPECT_EQ(pod->ip, "10.0.0.1");
  EXPECT_TRUE(pod->host_network);
  EXPECT_THAT(pod->pull_secrets, ElementsAre("s1"));
  ASSERT_EQ(pod->containers.size(), 4u);
  EXPECT_EQ(pod->containers[0].image_id, "docker.io/nginx@sha256:a");
  EXPECT_TRUE(pod->containers[0].running);
  EXPECT_EQ(pod->containers[1].name, "side");
  EXPECT_FALSE(pod->containers[1].running);
  EXPECT_EQ(pod->containers[2].role, model::ContainerRole::kInit);
  EXPECT_EQ(pod->containers[2].image_id, "sha256:b");
  EXPECT_EQ(pod->containers[3].role, model::ContainerRole::kEphemeral);
}

TEST(ObjectReader, ReadsNodesNamespacesAndServices) {
  ObjectReader reader;
  const auto node = reader.ReadNode(
      R"({"metadata":{"name":"n1"},"status":{"nodeInfo":{"architecture":"arm64",
      "operatingSystem":"linux","kubeletVersion":"v1.34.4"}}})");
  ASSERT_TRUE(node.has_value());
  EXPECT_EQ(node->architecture, "arm64");
  const auto space = reader.ReadNamespace(
      R"({"metadata":{"name":"a","labels":{"x":"y"}},"status":{"phase":"Terminating"}})");
  ASSERT_TRUE(space.has_value());
  EXPECT_TRUE(space->terminating);
  const auto service =
      reader.ReadService(R"({"metadata":{"name":"s"},"spec":{"selector":{"app":"web"}}})");
  ASSERT_TRUE(service.has_value());
  EXPECT_TRUE(service->Selects({{"app", "web"}, {"v", "1"}}));
}

TEST(ObjectReader, ReadsANetworkPolicy) {
  ObjectReader reader;
  const auto policy = reader.ReadNetworkPolicy(R"({"metadata":{"name":"p","namespace":"ns"},"spec":{
    "podSelector":{"matchExpressions":[{"key":"a","operator":"NotIn","values":["b"]}]},
    "policyTypes":["Egress"],
    "egress":[{"to":[{"podSelector":{}},{"namespaceSelector":{"matchLabels":{"k":"v"}}},
      {"ipBlock":{"cidr":"10.0.0.0/8","except":["10.1.0.0/16"]}}],"ports":[{"port":53}]},{}]}})");
  ASSERT_TRUE(policy.has_value()) << policy.error().message;
  EXPECT_EQ(policy->pod_selector.ToString(), "a notin (b)");
  EXPECT_FALSE(policy->governs_ingress);
  EXPECT_TRUE(policy->governs_egress);
  ASSERT_EQ(policy->egress.size(), 2u);
  ASSERT_EQ(policy->egress[0].peers.size(), 3u);
  EXPECT_TRUE(policy->egress[0].peers[0].pod_selector->empty());
  EXPECT_FALSE(policy->egress[0].peers[0].namespace_selector.has_value());
  EXPECT_EQ(policy->egress[0].peers[1].namespace_selector->ToString(), "k=v");
  EXPECT_EQ(policy->egress[0].peers[2].cidr, "10.0.0.0/8");
  EXPECT_THAT(policy->egress[0].peers[2].except, ElementsAre("10.1.0.0/16"));
  EXPECT_FALSE(policy->egress[0].all_ports);
  EXPECT_TRUE(policy->egress[1].peers.empty());
  EXPECT_TRUE(policy->egress[1].all_ports);
}

TEST(ObjectReader, SplitsALargeListAndReadsItsEnd) {
  std::string list =
      R"({"kind":"PodList","metadata":{"resourceVersion":"42","continue":"more"},"items":[)";
  for (int i = 0; i < 1000; ++i) {
    list += (i ? "," : "") + std::string(R"({"metadata":{"name":"p)") + std::to_string(i) +
            R"(","a":[1,{"b":"}]"}]}})";
  }
  list += "]}";
  ObjectReader reader;
  ObjectReader items;
  int count = 0;
  const auto page = reader.ReadList(list, [&](std::string_view item) {
    const auto meta = items.ReadMeta(item);
    EXPECT_TRUE(meta.has_value()) << item;
    EXPECT_EQ(meta->name, "p" + std::to_string(count++));
    return Ok();
  });
  ASSERT_TRUE(page.has_value()) << page.error().message;
  EXPECT_EQ(count, 1000);
  EXPECT_EQ(page->resource_version, "42");
  EXPECT_EQ(page->continue_token, "more");
  const auto none = [](std::string_view) { return Ok(); };
  EXPECT_TRUE(
      reader.ReadList(R"({"metadata":{"resourceVersion":"1"},"items":null})", none).has_value());
  EXPECT_FALSE(reader.ReadList(list.substr(0, list.size() / 2), none).has_value());
  EXPECT_FALSE(
      reader.ReadList(R"({"metadata":{"resourceVersion":"1"},"items":nu+l})", none).has_value());
}

TEST(ObjectReader, ReadsWatchEvents) {
  ObjectReader reader;
  const std::string text =
      R"({"type":"MODIFIED","object":{"kind":"Pod","metadata":{"name":"a","resourceVersion":"9"}}})";
  const auto event = reader.ReadWatchEvent(text);
  ASSERT_TRUE(event.has_value()) << event.error().message;
  EXPECT_EQ(event->type, WatchEventType::kModified);
  EXPECT_EQ(event->resource_version, "9");
  EXPECT_EQ(event->object, R"({"kind":"Pod","metadata":{"name":"a","resourceVersion":"9"}})");
  const auto end = reader.ReadWatchEvent(
      R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"10","annotations":
      {"k8s.io/initial-events-end":"true"}}}})");
  ASSERT_TRUE(end.has_value()) << end.error().message;
  EXPECT_TRUE(end->initial_events_end);
  const auto plain = reader.ReadWatchEvent(
      R"({"type":"BOOKMARK","object":{"metadata":{"annotations":{},"resourceVersion":"11"}}})");
  ASSERT_TRUE(plain.has_value()) << plain.error().message;
  EXPECT_FALSE(plain->initial_events_end);
  EXPECT_EQ(plain->resource_version, "11");
}

TEST(ObjectReader, RefusesWhatIsNoObject) {
  ObjectReader reader;
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string("[1]"), std::string("{\"metadata\":{}}"),
        std::string(kPod).substr(0, 300), std::string(100'000, '['), std::string("\xff\xfe"),
        std::string(R"({"metadata":{"name":1}})")}) {
    EXPECT_FALSE(reader.ReadPod(text).has_value());
    EXPECT_FALSE(reader.ReadNetworkPolicy(text).has_value());
    EXPECT_FALSE(reader.ReadWatchEvent(text).has_value());
    EXPECT_FALSE(reader.ReadList(text, [](std::string_view) { return Ok(); }).has_value());
  }
  EXPECT_TRUE(reader.ReadPod(kPod).has_value()) << "it goes on after that";
  EXPECT_TRUE(
      reader.ReadPod(R"({"metadata":{"name":"a","labels":[]},"spec":1,"status":"x"})").has_value());
}

TEST(ReachedVersion, ComparesDecimalNumbersOfAnyLength) {
  EXPECT_TRUE(ReachedVersion("7", "7"));
  EXPECT_TRUE(ReachedVersion("10", "9"));
  EXPECT_FALSE(ReachedVersion("9", "10"));
  EXPECT_TRUE(ReachedVersion("99999999999999999999999", "99999999999999999999998"));
  // Nothing can be said, and nobody must wait for ever.
  EXPECT_TRUE(ReachedVersion("", "10"));
  EXPECT_TRUE(ReachedVersion("9", "a10"));
}

}  // namespace
}  // namespace narrows::kubernetes
