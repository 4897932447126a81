#include "findings/exposure/exposure.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "base/strings.h"
#include "findings/exposure/address.h"
#include "findings/exposure/policy_reach.h"

namespace narrows::findings::exposure {
namespace {

using model::ExposureKind;
using model::ExposureWay;
using model::Openness;

std::string Key(std::string_view name_space, std::string_view name) {
  return std::string(name_space) + '/' + std::string(name);
}

bool IsLiving(const model::Pod& pod) { return pod.phase != "Succeeded" && pod.phase != "Failed"; }

class Finder {
 public:
  Finder(const model::ExposureObjects& objects, std::span<const model::NetworkPolicy> policies) {
    for (const model::PodPorts& pod : objects.pods)
      pods_.emplace(Key(pod.name_space, pod.name), &pod);
    for (const model::PublishedService& service : objects.services) {
      services_[service.name_space].push_back(&service);
    }
    for (const model::EndpointSlice& slice : objects.slices) {
      auto& addresses = endpoints_[Key(slice.name_space, slice.service)];
      addresses.insert(slice.addresses.begin(), slice.addresses.end());
    }
    for (const model::Route& route : objects.routes) {
      for (const model::RouteBackend& backend : route.backends) {
        routes_[Key(backend.name_space, backend.service)].emplace_back(&route, &backend);
      }
    }
    for (const model::NetworkPolicy& policy : policies) {
      policies_[policy.name_space].push_back(policy);
    }
  }

  model::WorkloadExposure Find(const model::Workload& workload) {
    model::WorkloadExposure exposure;
    exposure.workload = workload.ref;
    ways_.clear();
    bool first = true;
    for (const model::Pod& pod : workload.pods) {
      if (!IsLiving(pod)) continue;
      pod_ = &pod;
      const auto ports = pods_.find(Key(pod.name_space, pod.name));
      ports_ = ports == pods_.end() ? nullptr : &ports->second->ports;
      const auto policies = policies_.find(pod.name_space);
      governing_ = policies == policies_.end()
                       ? std::span<const model::NetworkPolicy>()
                       : std::span<const model::NetworkPolicy>(policies->second);
      AddOwn();
      AddServices();
      const model::Reach from_pods = FromPods(Target(), governing_);
      const model::Reach to_outside = ToOutside(Target(), governing_);
      if (first || from_pods.openness > exposure.from_pods.openness) exposure.from_pods = from_pods;
      if (first || to_outside.openness > exposure.to_outside.openness) {
        exposure.to_outside = to_outside;
      }
      first = false;
    }
    for (auto& [key, way] : ways_) exposure.ways.push_back(std::move(way));
    std::stable_sort(exposure.ways.begin(), exposure.ways.end(),
                     [](const ExposureWay& a, const ExposureWay& b) {
                       return a.reach.openness > b.reach.openness;
                     });
    return exposure;
  }

 private:
  PolicyTarget Target() const {
    return {pod_->name_space, &pod_->labels, pod_->host_network, ports_};
  }

  // The same way to several pods is one, as open as the most open.
  void Add(ExposureWay way) {
    auto key = std::tuple(way.kind, way.object, way.entry, way.protocol, way.port);
    const auto found = ways_.find(key);
    if (found == ways_.end()) {
      ways_.emplace(std::move(key), std::move(way));
    } else if (way.reach.openness > found->second.reach.openness) {
      found->second = std::move(way);
    }
  }

  void AddOwn() {
    if (pod_->host_network) {
      Add({ExposureKind::kHostNetwork, "", "its node's addresses", "", 0,
           FromOutside(Target(), {}, governing_)});
    }
    if (ports_ == nullptr || pod_->host_network) return;
    for (const model::ContainerPort& port : *ports_) {
      if (port.host_port == 0) continue;
      Add({ExposureKind::kHostPort, "", "node:" + std::to_string(port.host_port), port.protocol,
           port.port, FromOutside(Target(), {port.protocol, port.port}, governing_)});
    }
  }

  bool Leads(const model::PublishedService& service) const {
    if (service.type == "ExternalName") return false;
    if (!service.selector.empty()) {
      return model::LabelSelector{service.selector, {}}.Matches(pod_->labels);
    }
    const auto endpoints = endpoints_.find(Key(service.name_space, service.name));
    return endpoints != endpoints_.end() && !pod_->ip.empty() &&
           endpoints->second.count(pod_->ip) > 0;
  }

  // The pod's ports that a Service's port leads to: a name may be several, or none.
  std::vector<int64_t> Resolve(const model::ServicePort& port) const {
    if (port.target.number != 0) return {port.target.number};
    std::vector<int64_t> numbers;
    if (ports_ == nullptr) return numbers;
    for (const model::ContainerPort& each : *ports_) {
      if (each.name == port.target.name && each.protocol == port.protocol) {
        numbers.push_back(each.port);
      }
    }
    return numbers;
  }

  void AddServices() {
    const auto services = services_.find(pod_->name_space);
    if (services == services_.end()) return;
    for (const model::PublishedService* service : services->second) {
      if (!Leads(*service)) continue;
      for (const model::ServicePort& port : service->ports) {
        for (const int64_t number : Resolve(port)) {
          AddPublished(*service, port, number);
          AddRouted(*service, port, number);
        }
      }
    }
  }

  void AddPublished(const model::PublishedService& service, const model::ServicePort& port,
                    int64_t number) {
    const std::string object = "Service " + Key(service.name_space, service.name);
    const std::string suffix = ":" + std::to_string(port.port);
    const model::Reach reach = FromOutside(Target(), {port.protocol, number}, governing_);
    if (service.type == "LoadBalancer") {
      std::vector<std::string> addresses = service.addresses;
      if (addresses.empty()) addresses = {"(no address yet)"};
      for (const std::string& address : addresses) {
        Add({ExposureKind::kLoadBalancer, object, address + suffix, port.protocol, number,
             BehindBalancer(service, address, reach)});
      }
    }
    if (port.node_port != 0) {
      Add({ExposureKind::kNodePort, object, "node:" + std::to_string(port.node_port), port.protocol,
           number, reach});
    }
    for (const std::string& address : service.external_ips) {
      Add({ExposureKind::kExternalIp, object, address + suffix, port.protocol, number, reach});
    }
  }

  // What the balancer itself lets in.
  static model::Reach BehindBalancer(const model::PublishedService& service,
                                     const std::string& address, model::Reach reach) {
    if (reach.openness != Openness::kOpen) return reach;
    const auto& ranges = service.source_ranges;
    if (!ranges.empty() && std::none_of(ranges.begin(), ranges.end(), &IsEverything)) {
      return {Openness::kPartly, "the load balancer lets in " + Join(ranges, ", ")};
    }
    if (IsPrivate(address)) return {Openness::kPartly, "the address is a private one"};
    return reach;
  }

  void AddRouted(const model::PublishedService& service, const model::ServicePort& port,
                 int64_t number) {
    const auto routes = routes_.find(Key(service.name_space, service.name));
    if (routes == routes_.end()) return;
    for (const auto& [route, backend] : routes->second) {
      const model::PortRef& wanted = backend->port;
      const bool any = wanted == model::PortRef();
      if (!any && wanted.number != port.port && (wanted.name.empty() || wanted.name != port.name)) {
        continue;
      }
      std::string entry = backend->matches.empty() ? "everything" : backend->matches;
      if (!route->entry.empty()) entry += " by " + route->entry;
      if (!route->addresses.empty()) entry += " at " + Join(route->addresses, ", ");
      Add({route->kind == "Ingress" ? ExposureKind::kIngress : ExposureKind::kGateway,
           route->kind + " " + Key(route->name_space, route->name), std::move(entry), port.protocol,
           number, FromProxy(Target(), {port.protocol, number}, governing_)});
    }
  }

  std::unordered_map<std::string, const model::PodPorts*> pods_;
  std::unordered_map<std::string, std::vector<const model::PublishedService*>> services_;
  std::unordered_map<std::string, std::set<std::string>> endpoints_;
  std::unordered_map<std::string,
                     std::vector<std::pair<const model::Route*, const model::RouteBackend*>>>
      routes_;
  std::unordered_map<std::string, std::vector<model::NetworkPolicy>> policies_;

  // Of the workload and pod being looked at.
  std::map<std::tuple<ExposureKind, std::string, std::string, std::string, int64_t>, ExposureWay>
      ways_;
  const model::Pod* pod_ = nullptr;
  const std::vector<model::ContainerPort>* ports_ = nullptr;
  std::span<const model::NetworkPolicy> governing_;
};

}  // namespace

std::vector<model::WorkloadExposure> FindExposure(std::span<const model::Workload> workloads,
                                                  const model::ExposureObjects& objects,
                                                  std::span<const model::NetworkPolicy> policies) {
  Finder finder(objects, policies);
  std::vector<model::WorkloadExposure> exposures;
  exposures.reserve(workloads.size());
  for (const model::Workload& workload : workloads) exposures.push_back(finder.Find(workload));
  return exposures;
}

}  // namespace narrows::findings::exposure
