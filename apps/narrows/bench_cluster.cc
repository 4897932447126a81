#include "bench_cluster.h"

#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "base/json.h"
#include "base/strings.h"
#include "cluster_parts.h"
#include "findings/benchmark/audit/cluster_objects.h"
#include "kubernetes/api_client.h"

namespace narrows::app {
namespace {

namespace json = boost::json;
using findings::benchmark::audit::FindResource;
using findings::benchmark::audit::Resource;

constexpr int kPage = 500;

JsonLimits Generous() {
  JsonLimits limits;
  limits.bytes = 64u << 20;
  limits.memory_bytes = size_t{1} << 30;
  return limits;
}

kubernetes::ResourceType TypeOf(const Resource& resource) {
  const std::string version(resource.api_version.substr(resource.api_version.rfind('/') + 1));
  return {std::string(resource.group), version, std::string(resource.plural),
          std::string(resource.kind), resource.namespaced};
}

}  // namespace

struct BenchCluster::Connection {
  SystemClock clock;
  std::unique_ptr<kubernetes::ApiClient> client;
};

BenchCluster::BenchCluster(const ClusterFlags& flags, const CallContext& context)
    : flags_(flags), context_(context) {}
BenchCluster::~BenchCluster() = default;

Result<BenchCluster::Connection*> BenchCluster::Connect() const {
  if (connection_ == nullptr) {
    auto connection = std::make_unique<Connection>();
    ASSIGN_OR_RETURN(connection->client, MakeClusterClient(flags_, connection->clock));
    connection_ = std::move(connection);
  }
  return connection_.get();
}

Result<std::string> BenchCluster::List(std::string_view name, std::string_view name_space) const {
  const Resource* resource = FindResource(name);
  if (resource == nullptr) return NotFound("no resource " + Printable(name));
  ASSIGN_OR_RETURN(const Connection* connection, Connect());
  kubernetes::ListOptions options;
  options.name_space = name_space;
  options.limit = kPage;
  json::array items;
  do {
    ASSIGN_OR_RETURN(const std::string text,
                     connection->client->List(TypeOf(*resource), options, context_));
    ASSIGN_OR_RETURN(json::value page, ParseJson(text, Generous()));
    json::object* object = page.if_object();
    json::value* found = object == nullptr ? nullptr : object->if_contains("items");
    if (found == nullptr) return DataLoss("the API server's list has no items");
    if (json::array* more = found->if_array()) {
      for (json::value& item : *more) items.push_back(std::move(item));
    }
    const json::object* metadata = JsonObject(*object, "metadata");
    options.continue_token = metadata == nullptr ? "" : JsonString(*metadata, "continue");
  } while (!options.continue_token.empty());
  return json::serialize(json::object{{"items", std::move(items)}});
}

Result<bool> BenchCluster::CanI(std::string_view verb, std::string_view resource,
                                std::string_view name_space, std::string_view user) const {
  ASSIGN_OR_RETURN(const Connection* connection, Connect());
  const Resource* known = FindResource(resource);
  const json::object attributes{{"verb", verb},
                                {"resource", resource},
                                {"group", known == nullptr ? "" : known->group},
                                {"namespace", name_space}};
  // As the API server has it for a user who is impersonated without groups.
  const json::object review{
      {"apiVersion", "authorization.k8s.io/v1"},
      {"kind", "SubjectAccessReview"},
      {"spec",
       {{"user", user}, {"groups", {"system:authenticated"}}, {"resourceAttributes", attributes}}}};
  static const kubernetes::ResourceType kReviews{
      "authorization.k8s.io", "v1", "subjectaccessreviews", "SubjectAccessReview", false};
  ASSIGN_OR_RETURN(const std::string text,
                   connection->client->Create(kReviews, "", json::serialize(review), context_));
  ASSIGN_OR_RETURN(const json::value answer, ParseJson(text));
  const json::object* object = answer.if_object();
  const json::object* status = object == nullptr ? nullptr : JsonObject(*object, "status");
  if (status == nullptr) return DataLoss("the API server's review has no status");
  return JsonBool(*status, "allowed").value_or(false);
}

Result<std::string> BenchCluster::KubernetesVersion() const {
  ASSIGN_OR_RETURN(const std::string text, List("nodes", ""));
  ASSIGN_OR_RETURN(const json::value list, ParseJson(text, Generous()));
  char host[256] = {};
  gethostname(host, sizeof(host) - 1);
  std::string version;
  for (const json::value& item : list.as_object().at("items").as_array()) {
    const json::object* node = item.if_object();
    const json::object* metadata = node == nullptr ? nullptr : JsonObject(*node, "metadata");
    const json::object* status = node == nullptr ? nullptr : JsonObject(*node, "status");
    const json::object* about = status == nullptr ? nullptr : JsonObject(*status, "nodeInfo");
    if (metadata == nullptr || about == nullptr) continue;
    const bool this_one = JsonString(*metadata, "name") == host;
    if (version.empty() || this_one) version = JsonString(*about, "kubeletVersion");
    if (this_one) break;
  }
  if (version.empty()) return NotFound("no node of the cluster says its version");
  return version;
}

}  // namespace narrows::app
