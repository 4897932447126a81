#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/workload.h"

namespace narrows::model {

// What may lead traffic to pods, as far as that is written in API objects.

// A port by number or by the name that a pod's container gives it; IntOrString of the API.
struct PortRef {
  int64_t number = 0;  // 0: by name
  std::string name;

  friend bool operator==(const PortRef&, const PortRef&) = default;
};

struct ContainerPort {
  std::string name;
  std::string protocol;  // "TCP", "UDP", "SCTP"
  int64_t port = 0;
  int64_t host_port = 0;  // 0: none
};

struct PodPorts {
  std::string name_space;
  std::string name;
  std::string ip;
  std::vector<ContainerPort> ports;  // of all containers that stay: init containers are left out
};

struct ServicePort {
  std::string name;
  std::string protocol;
  int64_t port = 0;
  int64_t node_port = 0;  // 0: none
  PortRef target;
};

struct PublishedService {
  std::string name_space;
  std::string name;
  std::string type;  // "ClusterIP", "NodePort", "LoadBalancer", "ExternalName"
  Labels selector;   // empty: its endpoints are written by hand
  std::vector<ServicePort> ports;
  std::vector<std::string> external_ips;
  std::vector<std::string> addresses;      // of the load balancer: IPs and host names
  std::vector<std::string> source_ranges;  // loadBalancerSourceRanges
};

// The endpoints of a Service without selector.
struct EndpointSlice {
  std::string name_space;
  std::string service;
  std::vector<std::string> addresses;
};

// From an Ingress or a Gateway API route to one Service port.
struct RouteBackend {
  std::string name_space;  // of the Service
  std::string service;
  PortRef port;         // neither number nor name: every port
  std::string matches;  // "shop.example.com/cart"; empty: everything
};

struct Route {
  std::string kind;  // "Ingress", "HTTPRoute", …
  std::string name_space;
  std::string name;
  std::string entry;  // the ingress class, or the gateways
  std::vector<std::string> addresses;
  std::vector<RouteBackend> backends;
};

// Facts about what reaches a workload.

enum class ExposureKind {
  kLoadBalancer,
  kNodePort,
  kExternalIp,
  kIngress,
  kGateway,
  kHostPort,
  kHostNetwork,
};
inline std::string_view ToString(ExposureKind kind) {
  switch (kind) {
    case ExposureKind::kLoadBalancer:
      return "LoadBalancer";
    case ExposureKind::kNodePort:
      return "NodePort";
    case ExposureKind::kExternalIp:
      return "ExternalIP";
    case ExposureKind::kIngress:
      return "Ingress";
    case ExposureKind::kGateway:
      return "Gateway";
    case ExposureKind::kHostPort:
      return "HostPort";
    case ExposureKind::kHostNetwork:
      return "HostNetwork";
  }
  return "";
}

enum class Openness { kClosed, kPartly, kOpen };
inline std::string_view ToString(Openness openness) {
  return openness == Openness::kOpen ? "open" : openness == Openness::kPartly ? "partly" : "closed";
}

// What lets traffic through, or not, and why.
struct Reach {
  Openness openness = Openness::kOpen;
  std::string reason;  // "no NetworkPolicy governs it"
};

// One way from outside the cluster to a port of a workload's pods.
struct ExposureWay {
  ExposureKind kind = ExposureKind::kLoadBalancer;
  std::string object;  // "Service shop/web", "Ingress shop/front"; empty: the pods' own spec
  std::string entry;   // where one comes in: "203.0.113.7:443", "shop.example.com/", "node:30080"
  std::string protocol;
  int64_t port = 0;  // of the pods; 0: any
  Reach reach;
};

struct WorkloadExposure {
  WorkloadRef workload;
  std::vector<ExposureWay> ways;  // the most open first
  Reach from_pods;                // from every pod of the cluster
  Reach to_outside;               // to every address outside

  // Of its ways; closed without any.
  Openness FromOutside() const {
    Openness most = Openness::kClosed;
    for (const ExposureWay& way : ways) most = std::max(most, way.reach.openness);
    return most;
  }
};

// All that exposure is found from, but workloads, namespaces and NetworkPolicies.
struct ExposureObjects {
  std::vector<PublishedService> services;
  std::vector<EndpointSlice> slices;
  std::vector<Route> routes;
  std::vector<PodPorts> pods;
};

}  // namespace narrows::model
