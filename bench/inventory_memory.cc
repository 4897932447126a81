// How much memory and time the inventory of a large cluster takes:
//   bench_inventory_memory [PODS]        (100,000 where nothing is said)
// Lists of Pods, ReplicaSets, Deployments and Nodes, as large as an API server sends them, go
// through the reader into the inventory. No network: the lists are made page by page, so that what
// the process holds in the end is the inventory's own. Prints one JSON object.
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>

#include "base/sha256.h"
#include "base/strings.h"
#include "inventory/cluster/cluster_inventory.h"
#include "kubernetes/list_only_client_testing.h"

namespace narrows {
namespace {

using kubernetes::ListOptions;
using kubernetes::ResourceType;

constexpr int kPodsOfDeployment = 10;
constexpr int kPodsOfNode = 20;
constexpr int kNamespaces = 200;
constexpr int kImages = 2000;

std::string Uid(const std::string& kind, int number) {
  const std::string hex = Sha256Hex(kind + std::to_string(number));
  return hex.substr(0, 8) + '-' + hex.substr(8, 4) + '-' + hex.substr(12, 4) + '-' +
         hex.substr(16, 4) + '-' + hex.substr(20, 12);
}

std::string NamespaceOf(int deployment) {
  return "team-" + std::to_string(deployment % kNamespaces);
}

std::string DeploymentName(int deployment) { return "service-" + std::to_string(deployment); }

std::string ReplicaSetName(int deployment) {
  return DeploymentName(deployment) + '-' + Sha256Hex(std::to_string(deployment)).substr(0, 10);
}

// managedFields, conditions, volumes and probes: what a real object has and the inventory drops.
std::string Ballast(size_t bytes) {
  std::string text = R"("managedFields":[)";
  for (int i = 0; text.size() < bytes; ++i) {
    text +=
        std::string(i ? "," : "") +
        R"({"manager":"kubelet","operation":"Update","apiVersion":"v1","time":"2026-01-01T00:00:00Z",)"
        R"("fieldsType":"FieldsV1","fieldsV1":{"f:status":{"f:conditions":{"k:{\"type\":\"Ready\"}":{".":{}}}}}})";
  }
  return text + ']';
}

std::string Meta(const std::string& name, const std::string& name_space, const std::string& uid,
                 const std::string& owner, const std::string& more) {
  return R"("metadata":{"name":")" + name + R"(","namespace":")" + name_space + R"(","uid":")" +
         uid + R"(","resourceVersion":"12345")" +
         (owner.empty() ? "" : R"(,"ownerReferences":[)" + owner + ']') + ',' + more + '}';
}

std::string Owner(const std::string& kind, const std::string& name, const std::string& uid) {
  return R"({"apiVersion":"apps/v1","kind":")" + kind + R"(","name":")" + name + R"(","uid":")" +
         uid + R"(","controller":true,"blockOwnerDeletion":true})";
}

std::string Image(int number) {
  return "registry.example.com/team-" + std::to_string(number % 50) + "/service-" +
         std::to_string(number) + ":1." + std::to_string(number % 30);
}

std::string ContainerStatus(const std::string& name, int image) {
  return R"({"name":")" + name + R"(","image":")" + Image(image) + R"(","imageID":")" +
         Image(image).substr(0, Image(image).rfind(':')) +
         "@sha256:" + Sha256Hex(std::to_string(image)) +
         R"(","ready":true,"restartCount":0,"state":{"running":{"startedAt":"2026-01-01T00:00:00Z"}}})";
}

class LargeCluster final : public kubernetes::ListOnlyClient {
 public:
  explicit LargeCluster(int pods) : pods_(pods) {}

  size_t bytes() const { return bytes_; }
  std::chrono::duration<double> making() const { return making_; }

  Result<std::string> List(const ResourceType& type, const ListOptions& options,
                           const CallContext&) override {
    const auto started = std::chrono::steady_clock::now();
    const int first = static_cast<int>(ParseInt(options.continue_token).value_or(0));
    const int last = std::min(first + options.limit, Count(type.plural));
    std::string items;
    for (int i = first; i < last; ++i) {
      if (!items.empty()) items += ',';
      items += Item(type.plural, i);
    }
    std::string body = R"({"kind":"List","metadata":{"resourceVersion":"1")";
    if (last < Count(type.plural)) body += R"(,"continue":")" + std::to_string(last) + '"';
    body += R"(},"items":[)" + items + "]}";
    bytes_ += body.size();
    making_ += std::chrono::steady_clock::now() - started;
    return body;
  }

 private:
  int Count(const std::string& plural) const {
    if (plural == "pods") return pods_;
    if (plural == "replicasets" || plural == "deployments") return pods_ / kPodsOfDeployment;
    if (plural == "nodes") return pods_ / kPodsOfNode;
    if (plural == "namespaces") return kNamespaces + 1;
    return 0;
  }

  std::string Item(const std::string& plural, int i) const {
    if (plural == "pods") return Pod(i);
    const std::string name_space = NamespaceOf(i);
    if (plural == "replicasets") {
      return '{' +
             Meta(ReplicaSetName(i), name_space, Uid("rs", i),
                  Owner("Deployment", DeploymentName(i), Uid("d", i)), Ballast(2000)) +
             R"(,"spec":{}})";
    }
    if (plural == "deployments") {
      return '{' + Meta(DeploymentName(i), name_space, Uid("d", i), "", Ballast(3000)) +
             R"(,"spec":{}})";
    }
    if (plural == "nodes") {
      return '{' + Meta("node-" + std::to_string(i), "", Uid("n", i), "", Ballast(4000)) +
             R"(,"status":{"nodeInfo":{"architecture":"amd64","operatingSystem":"linux"}}})";
    }
    const std::string name = i == kNamespaces ? "kube-system" : "team-" + std::to_string(i);
    return '{' + Meta(name, "", Uid("ns", i), "", Ballast(200)) + '}';
  }

  static std::string Pod(int i) {
    const int deployment = i / kPodsOfDeployment;
    const std::string set = ReplicaSetName(deployment);
    const int image = deployment % kImages;
    const std::string labels = R"("labels":{"app.kubernetes.io/name":")" +
                               DeploymentName(deployment) + R"(","app.kubernetes.io/version":"1.)" +
                               std::to_string(deployment % 30) + R"(","pod-template-hash":")" +
                               set.substr(set.rfind('-') + 1) + R"(","team":")" +
                               NamespaceOf(deployment) + R"("},)";
    return '{' +
           Meta(set + '-' + Uid("p", i).substr(0, 5), NamespaceOf(deployment), Uid("pod", i),
                Owner("ReplicaSet", set, Uid("rs", deployment)), labels + Ballast(3500)) +
           R"(,"spec":{"nodeName":"node-)" + std::to_string(i / kPodsOfNode) +
           R"(","serviceAccountName":"default","imagePullSecrets":[{"name":"pull"}],)"
           R"("initContainers":[{"name":"init","image":")" +
           Image(0) + R"("}],"containers":[{"name":"main","image":")" + Image(image) +
           R"("},{"name":"proxy","image":")" + Image(1) +
           R"("}]},"status":{"phase":"Running","podIP":"10.)" + std::to_string(i / 65536) + '.' +
           std::to_string(i / 256 % 256) + '.' + std::to_string(i % 256) +
           R"(","containerStatuses":[)" + ContainerStatus("main", image) + ',' +
           ContainerStatus("proxy", 1) + R"(],"initContainerStatuses":[)" +
           ContainerStatus("init", 0) + "]}}";
  }

  const int pods_;
  size_t bytes_ = 0;
  std::chrono::duration<double> making_{0};
};

// Of /proc/self/status, in MiB.
double Memory(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field + ':')) {
      return static_cast<double>(
                 ParseInt(Trim(Split(line.substr(field.size() + 1), 'k')[0])).value_or(0)) /
             1024;
    }
  }
  return 0;
}

int Main(int pods) {
  LargeCluster cluster(pods);
  const double before = Memory("VmRSS");
  const auto started = std::chrono::steady_clock::now();
  const auto inventory = inventory::cluster::MakeClusterInventory(cluster);
  const auto listed = inventory->ListOnce({});
  // Without the time in which the lists were made.
  const auto seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started) - cluster.making();
  if (!listed.has_value()) {
    std::fprintf(stderr, "%s\n", listed.error().message.c_str());
    return 1;
  }
  const double after = Memory("VmRSS");
  const double peak = Memory("VmHWM");
  const auto asked = std::chrono::steady_clock::now();
  const auto workloads = inventory->ListWorkloads("team-7");
  const std::chrono::duration<double, std::milli> query = std::chrono::steady_clock::now() - asked;
  std::printf(
      "{\"pods\": %zu, \"json_mib\": %.0f, \"rss_before_mib\": %.1f, \"rss_mib\": %.1f, "
      "\"peak_rss_mib\": %.1f, \"bytes_per_pod\": %.0f, \"seconds\": %.2f, "
      "\"workloads_of_a_namespace\": %zu, \"query_ms\": %.2f}\n",
      inventory->PodCount(), static_cast<double>(cluster.bytes()) / 1048576, before, after, peak,
      (after - before) * 1048576 / pods, seconds.count(), workloads.size(), query.count());
  return 0;
}

}  // namespace
}  // namespace narrows

int main(int argc, char** argv) {
  const auto pods = argc > 1 ? narrows::ParseInt(argv[1]).value_or(0) : 100'000;
  if (pods < 1 || pods > 10'000'000) {
    std::fprintf(stderr, "usage: bench_inventory_memory [PODS]\n");
    return 1;
  }
  return narrows::Main(static_cast<int>(pods));
}
