// The kinds that lead traffic to pods.
#include "base/strings.h"
#include "kubernetes/object_fields.h"
#include "kubernetes/objects.h"

namespace narrows::kubernetes {
namespace {

using namespace fields;  // NOLINT(google-build-using-namespace): this file's whole vocabulary

std::string Protocol(const Value& value) {
  std::string protocol = Text(value);
  return protocol.empty() ? "TCP" : protocol;
}

model::PortRef Port(const Value& value) { return {Number(value), Text(value)}; }

std::vector<std::string> BalancerAddresses(const Value& status) {
  std::vector<std::string> addresses;
  ForEach(status["loadBalancer"]["ingress"], [&](const Value& entry) {
    std::string address = Text(entry["ip"]);
    if (address.empty()) address = Text(entry["hostname"]);
    if (!address.empty()) addresses.push_back(std::move(address));
  });
  return addresses;
}

// networking.k8s.io/v1 IngressBackend. A backend that is a resource leads to no Service.
void AddIngressBackend(const Value& backend, const std::string& name_space, std::string matches,
                       model::Route* route) {
  const Value service = backend["service"];
  std::string name = Text(service["name"]);
  if (name.empty()) return;
  const model::PortRef port{Number(service["port"]["number"]), Text(service["port"]["name"])};
  route->backends.push_back({name_space, std::move(name), port, std::move(matches)});
}

// Whether a gateway has taken the route and found its references good; true where none has said
// anything yet.
struct RouteStatus {
  bool accepted = true;
  bool resolved = false;
};
RouteStatus StatusOf(const Value& document) {
  RouteStatus status;
  size_t refused = 0;
  size_t parents = 0;
  ForEach(document["status"]["parents"], [&](const Value& parent) {
    ++parents;
    ForEach(parent["conditions"], [&](const Value& condition) {
      const bool good = Text(condition["status"]) == "True";
      const std::string type = Text(condition["type"]);
      if (type == "Accepted" && !good) ++refused;
      if (type == "ResolvedRefs" && good) status.resolved = true;
    });
  });
  status.accepted = parents == 0 || refused < parents;
  return status;
}

}  // namespace

Result<model::PodPorts> ObjectReader::ReadPodPorts(std::string_view json) {
  ASSIGN_OR_RETURN(const dom::element parsed, buffers_->Parse(json, "Pod"));
  const Value document{dom::element(parsed)};
  ObjectMeta meta = Meta(document);
  model::PodPorts pod;
  pod.name_space = std::move(meta.name_space);
  pod.name = std::move(meta.name);
  pod.ip = Text(document["status"]["podIP"]);
  ForEach(document["spec"]["containers"], [&](const Value& container) {
    ForEach(container["ports"], [&](const Value& port) {
      pod.ports.push_back({.name = Text(port["name"]),
                           .protocol = Protocol(port["protocol"]),
                           .port = Number(port["containerPort"]),
                           .host_port = Number(port["hostPort"])});
    });
  });
  return pod;
}

Result<model::PublishedService> ObjectReader::ReadPublishedService(std::string_view json) {
  ASSIGN_OR_RETURN(const dom::element parsed, buffers_->Parse(json, "Service"));
  const Value document{dom::element(parsed)};
  const Value spec = document["spec"];
  ObjectMeta meta = Meta(document);
  model::PublishedService service;
  service.name_space = std::move(meta.name_space);
  service.name = std::move(meta.name);
  service.type = Text(spec["type"]);
  if (service.type.empty()) service.type = "ClusterIP";
  service.selector = Map(spec["selector"]);
  service.external_ips = Texts(spec["externalIPs"]);
  service.source_ranges = Texts(spec["loadBalancerSourceRanges"]);
  service.addresses = BalancerAddresses(document["status"]);
  ForEach(spec["ports"], [&](const Value& entry) {
    model::ServicePort port{.name = Text(entry["name"]),
                            .protocol = Protocol(entry["protocol"]),
                            .port = Number(entry["port"]),
                            .node_port = Number(entry["nodePort"]),
                            .target = Port(entry["targetPort"])};
    if (port.target == model::PortRef()) port.target.number = port.port;
    service.ports.push_back(std::move(port));
  });
  return service;
}

Result<model::EndpointSlice> ObjectReader::ReadEndpointSlice(std::string_view json) {
  ASSIGN_OR_RETURN(const dom::element parsed, buffers_->Parse(json, "EndpointSlice"));
  const Value document{dom::element(parsed)};
  ObjectMeta meta = Meta(document);
  model::EndpointSlice slice;
  slice.name_space = std::move(meta.name_space);
  const auto service = meta.labels.find("kubernetes.io/service-name");
  if (service != meta.labels.end()) slice.service = service->second;
  ForEach(document["endpoints"], [&](const Value& endpoint) {
    for (std::string& address : Texts(endpoint["addresses"])) {
      slice.addresses.push_back(std::move(address));
    }
  });
  return slice;
}

Result<model::Route> ObjectReader::ReadIngress(std::string_view json) {
  ASSIGN_OR_RETURN(const dom::element parsed, buffers_->Parse(json, "Ingress"));
  const Value document{dom::element(parsed)};
  const Value spec = document["spec"];
  ObjectMeta meta = Meta(document);
  model::Route route;
  route.kind = "Ingress";
  route.name_space = meta.name_space;
  route.name = std::move(meta.name);
  route.entry = Text(spec["ingressClassName"]);
  route.addresses = BalancerAddresses(document["status"]);
  AddIngressBackend(spec["defaultBackend"], meta.name_space, "", &route);
  ForEach(spec["rules"], [&](const Value& rule) {
    const std::string host = Text(rule["host"]);
    ForEach(rule["http"]["paths"], [&](const Value& path) {
      AddIngressBackend(path["backend"], meta.name_space,
                        (host.empty() ? "*" : host) + Text(path["path"]), &route);
    });
  });
  return route;
}

Result<model::Route> ObjectReader::ReadGatewayRoute(std::string_view json, std::string_view kind) {
  ASSIGN_OR_RETURN(const dom::element parsed, buffers_->Parse(json, kind));
  const Value document{dom::element(parsed)};
  const Value spec = document["spec"];
  ObjectMeta meta = Meta(document);
  model::Route route;
  route.kind = kind;
  route.name_space = meta.name_space;
  route.name = std::move(meta.name);
  const RouteStatus status = StatusOf(document);
  if (!status.accepted) return route;
  std::vector<std::string> gateways;
  ForEach(spec["parentRefs"], [&](const Value& parent) {
    const std::string parent_kind = Text(parent["kind"]);
    if (!parent_kind.empty() && parent_kind != "Gateway") return;
    const std::string name_space = Text(parent["namespace"]);
    gateways.push_back((name_space.empty() ? meta.name_space : name_space) + '/' +
                       Text(parent["name"]));
  });
  // A route of a Service is a mesh's, inside the cluster.
  if (gateways.empty()) return route;
  route.entry = Join(gateways, ", ");
  const std::string hosts = Join(Texts(spec["hostnames"]), ",");
  ForEach(spec["rules"], [&](const Value& rule) {
    ForEach(rule["backendRefs"], [&](const Value& backend) {
      const std::string backend_kind = Text(backend["kind"]);
      if (!backend_kind.empty() && backend_kind != "Service") return;
      std::string name_space = Text(backend["namespace"]);
      if (name_space.empty()) name_space = meta.name_space;
      if (name_space != meta.name_space && !status.resolved) return;
      route.backends.push_back(
          {std::move(name_space), Text(backend["name"]), Port(backend["port"]), hosts});
    });
  });
  return route;
}

}  // namespace narrows::kubernetes
