#include "findings/exposure/exposure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace narrows::findings::exposure {
namespace {

using model::Openness;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ExposureTest : public ::testing::Test {
 protected:
  ExposureTest() {
    workload.ref.name_space = "shop";
    workload.ref.kind = "Deployment";
    workload.ref.name = "web";
    AddPod("web-0", "10.0.0.1");
  }
  model::Pod& AddPod(const std::string& name, const std::string& ip) {
    model::Pod pod;
    pod.name_space = "shop";
    pod.name = name;
    pod.ip = ip;
    pod.phase = "Running";
    pod.labels = {{"app", "web"}};
    workload.pods.push_back(pod);
    objects.pods.push_back({"shop", name, ip, {{"http", "TCP", 8080, 0}}});
    return workload.pods.back();
  }
  model::PublishedService& AddService(const std::string& type, int64_t node_port = 0) {
    model::PublishedService service;
    service.name_space = "shop";
    service.name = "web";
    service.type = type;
    service.selector = {{"app", "web"}};
    service.ports = {{"main", "TCP", 80, node_port, {0, "http"}}};
    objects.services.push_back(service);
    return objects.services.back();
  }
  void AddRoute(const std::string& kind, model::PortRef port) {
    model::Route route;
    route.kind = kind;
    route.name_space = "shop";
    route.name = "front";
    route.entry = "nginx";
    route.backends = {{"shop", "web", std::move(port), "shop.example.com/"}};
    objects.routes.push_back(route);
  }
  model::WorkloadExposure Find() {
    const std::vector<model::Workload> workloads = {workload};
    return FindExposure(workloads, objects, policies).at(0);
  }
  // "Kind entry→port openness"
  std::vector<std::string> Ways() {
    std::vector<std::string> ways;
    for (const model::ExposureWay& way : Find().ways) {
      ways.push_back(std::string(ToString(way.kind)) + " " + way.entry + "→" +
                     std::to_string(way.port) + " " + std::string(ToString(way.reach.openness)));
    }
    return ways;
  }

  model::Workload workload;
  model::ExposureObjects objects;
  std::vector<model::NetworkPolicy> policies;
};

TEST_F(ExposureTest, AClusterServicePublishesNothing) {
  AddService("ClusterIP");
  EXPECT_THAT(Ways(), IsEmpty());
  EXPECT_EQ(Find().FromOutside(), Openness::kClosed);
  EXPECT_EQ(Find().from_pods.openness, Openness::kOpen);
}

TEST_F(ExposureTest, BalancerNodePortAndExternalAddress) {
  auto& service = AddService("LoadBalancer", 30080);
  service.addresses = {"203.0.113.7"};
  service.external_ips = {"198.51.100.1"};
  EXPECT_THAT(Ways(),
              ElementsAre("LoadBalancer 203.0.113.7:80→8080 open", "NodePort node:30080→8080 open",
                          "ExternalIP 198.51.100.1:80→8080 open"));
}

TEST_F(ExposureTest, WhatTheBalancerKeepsOut) {
  auto& service = AddService("LoadBalancer");
  service.addresses = {"203.0.113.7"};
  service.source_ranges = {"198.51.100.0/24"};
  EXPECT_THAT(Ways(), ElementsAre("LoadBalancer 203.0.113.7:80→8080 partly"));
  service.source_ranges = {"0.0.0.0/0"};
  EXPECT_THAT(Ways(), ElementsAre("LoadBalancer 203.0.113.7:80→8080 open"));
  service.addresses = {"10.1.1.1"};
  EXPECT_THAT(Ways(), ElementsAre("LoadBalancer 10.1.1.1:80→8080 partly"));
  service.addresses.clear();
  EXPECT_THAT(Ways(), ElementsAre("LoadBalancer (no address yet):80→8080 open"));
}

TEST_F(ExposureTest, ASelectorMustMatch) {
  AddService("NodePort", 30080).selector = {{"app", "db"}};
  EXPECT_THAT(Ways(), IsEmpty());
}

TEST_F(ExposureTest, EndpointsByHandLeadByAddress) {
  AddService("NodePort", 30080).selector.clear();
  EXPECT_THAT(Ways(), IsEmpty());
  objects.slices = {{"shop", "web", {"10.0.0.1"}}};
  EXPECT_THAT(Ways(), ElementsAre("NodePort node:30080→8080 open"));
  objects.slices = {{"bank", "web", {"10.0.0.1"}}};
  EXPECT_THAT(Ways(), IsEmpty());
}

TEST_F(ExposureTest, RoutesLeadThroughTheirService) {
  AddService("ClusterIP");
  AddRoute("Ingress", {80, ""});
  AddRoute("Ingress", {0, "main"});
  AddRoute("HTTPRoute", {80, ""});
  AddRoute("TCPRoute", {81, ""});
  EXPECT_THAT(Ways(), ElementsAre("Ingress shop.example.com/ by nginx→8080 open",
                                  "Gateway shop.example.com/ by nginx→8080 open"));
}

TEST_F(ExposureTest, HostPortAndHostNetwork) {
  objects.pods[0].ports[0].host_port = 8088;
  EXPECT_THAT(Ways(), ElementsAre("HostPort node:8088→8080 open"));
  model::NetworkPolicy deny;
  deny.name_space = "shop";
  deny.name = "deny";
  policies = {deny};
  EXPECT_THAT(Ways(), ElementsAre("HostPort node:8088→8080 closed"));
  workload.pods[0].host_network = true;
  EXPECT_THAT(Ways(), ElementsAre("HostNetwork its node's addresses→0 open"));
}

TEST_F(ExposureTest, TheMostOpenPodCountsAndEndedPodsDoNot) {
  AddService("NodePort", 30080);
  model::NetworkPolicy deny;
  deny.name_space = "shop";
  deny.name = "deny";
  deny.pod_selector.match_labels = {{"isolated", "yes"}};
  policies = {deny};
  workload.pods[0].labels["isolated"] = "yes";
  EXPECT_THAT(Ways(), ElementsAre("NodePort node:30080→8080 closed"));
  EXPECT_EQ(Find().from_pods.openness, Openness::kClosed);
  AddPod("web-1", "10.0.0.2");
  EXPECT_THAT(Ways(), ElementsAre("NodePort node:30080→8080 open"));
  EXPECT_EQ(Find().from_pods.openness, Openness::kOpen);
  workload.pods[1].phase = "Succeeded";
  EXPECT_THAT(Ways(), ElementsAre("NodePort node:30080→8080 closed"));
}

TEST_F(ExposureTest, APortByNameThatNobodyHasLeadsNowhere) {
  AddService("NodePort", 30080).ports[0].target = {0, "grpc"};
  EXPECT_THAT(Ways(), IsEmpty());
}

}  // namespace
}  // namespace narrows::findings::exposure
