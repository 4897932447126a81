#include "findings/exposure/policy_reach.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "findings/exposure/address.h"

namespace narrows::findings::exposure {
namespace {

using model::LabelSelector;
using model::NetworkPeer;
using model::NetworkPolicy;
using model::NetworkPort;
using model::NetworkRule;
using model::Openness;
using ::testing::HasSubstr;

NetworkPeer Block(std::string cidr, std::vector<std::string> except = {}) {
  NetworkPeer peer;
  peer.cidr = std::move(cidr);
  peer.except = std::move(except);
  return peer;
}
NetworkPeer Namespaces(model::Labels labels) {
  NetworkPeer peer;
  peer.namespace_selector = LabelSelector{std::move(labels), {}};
  return peer;
}
NetworkPeer Pods(model::Labels labels) {
  NetworkPeer peer;
  peer.pod_selector = LabelSelector{std::move(labels), {}};
  return peer;
}
NetworkRule From(std::vector<NetworkPeer> peers, std::vector<NetworkPort> ports = {}) {
  NetworkRule rule;
  rule.peers = std::move(peers);
  rule.all_ports = ports.empty();
  rule.ports = std::move(ports);
  return rule;
}
NetworkPort Port(int64_t port, int64_t last = 0, std::string protocol = "TCP") {
  return {std::move(protocol), port, "", last};
}
NetworkPort Named(std::string name) { return {"TCP", 0, std::move(name), 0}; }

NetworkPolicy Policy(std::string name, std::vector<NetworkRule> ingress,
                     model::Labels selects = {}) {
  NetworkPolicy policy;
  policy.name_space = "shop";
  policy.name = std::move(name);
  policy.pod_selector.match_labels = std::move(selects);
  policy.ingress = std::move(ingress);
  return policy;
}

class PolicyReachTest : public ::testing::Test {
 protected:
  PolicyTarget Target() const { return {"shop", &labels, host_network, &ports}; }
  Openness Outside(int64_t port = 8080, std::string_view protocol = "TCP") const {
    return FromOutside(Target(), {protocol, port}, policies).openness;
  }
  Openness Proxy() const { return FromProxy(Target(), {"TCP", 8080}, policies).openness; }
  Openness EveryPod() const { return FromPods(Target(), policies).openness; }

  model::Labels labels = {{"app", "web"}};
  bool host_network = false;
  std::vector<model::ContainerPort> ports = {{"http", "TCP", 8080, 0}, {"dns", "UDP", 53, 0}};
  std::vector<NetworkPolicy> policies;
};

TEST_F(PolicyReachTest, WithoutAPolicyEverythingIsOpen) {
  EXPECT_EQ(Outside(), Openness::kOpen);
  EXPECT_EQ(EveryPod(), Openness::kOpen);
  EXPECT_EQ(ToOutside(Target(), policies).openness, Openness::kOpen);
  policies = {Policy("other", {}, {{"app", "db"}})};
  EXPECT_EQ(Outside(), Openness::kOpen);
  policies = {Policy("elsewhere", {})};
  policies[0].name_space = "bank";
  EXPECT_EQ(Outside(), Openness::kOpen);
}

TEST_F(PolicyReachTest, DefaultDenyClosesIngressOnly) {
  policies = {Policy("deny", {})};
  EXPECT_EQ(Outside(), Openness::kClosed);
  EXPECT_EQ(Proxy(), Openness::kClosed);
  EXPECT_EQ(EveryPod(), Openness::kClosed);
  EXPECT_EQ(ToOutside(Target(), policies).openness, Openness::kOpen);
  EXPECT_THAT(FromPods(Target(), policies).reason, HasSubstr("deny"));
  policies[0].governs_egress = true;
  EXPECT_EQ(ToOutside(Target(), policies).openness, Openness::kClosed);
  policies[0].governs_ingress = false;
  EXPECT_EQ(Outside(), Openness::kOpen);
}

TEST_F(PolicyReachTest, PoliciesAddUp) {
  policies = {Policy("deny", {}), Policy("allow", {From({})}, {{"app", "web"}})};
  EXPECT_EQ(Outside(), Openness::kOpen);
  EXPECT_EQ(FromOutside(Target(), {"TCP", 8080}, policies).reason, "NetworkPolicy allow");
}

TEST_F(PolicyReachTest, PodAndNamespacePeersAdmitNobodyOutside) {
  policies = {Policy("p", {From({Pods({}), Namespaces({})})})};
  EXPECT_EQ(Outside(), Openness::kClosed);
  EXPECT_EQ(Proxy(), Openness::kPartly);
  // An empty podSelector alone is the policy's own namespace, an empty namespaceSelector everybody.
  EXPECT_EQ(EveryPod(), Openness::kOpen);
  policies = {Policy("p", {From({Pods({})})})};
  EXPECT_EQ(EveryPod(), Openness::kPartly);
  policies = {Policy("p", {From({Namespaces({{"team", "a"}})})})};
  EXPECT_EQ(EveryPod(), Openness::kPartly);
}

TEST_F(PolicyReachTest, BlocksAdmitAddresses) {
  policies = {Policy("p", {From({Block("0.0.0.0/0")})})};
  EXPECT_EQ(Outside(), Openness::kOpen);
  policies = {Policy("p", {From({Block("::/0")})})};
  EXPECT_EQ(Outside(), Openness::kOpen);
  policies = {Policy("p", {From({Block("0.0.0.0/0", {"10.0.0.0/8"})})})};
  EXPECT_EQ(Outside(), Openness::kOpen);
  policies = {Policy("p", {From({Block("0.0.0.0/0", {"0.0.0.0/1"})})})};
  EXPECT_EQ(Outside(), Openness::kPartly);
  policies = {Policy("p", {From({Block("203.0.113.0/24")})})};
  EXPECT_EQ(Outside(), Openness::kPartly);
}

TEST_F(PolicyReachTest, PortsByNumberRangeNameAndProtocol) {
  policies = {Policy("p", {From({}, {Port(8080)})})};
  EXPECT_EQ(Outside(8080), Openness::kOpen);
  EXPECT_EQ(Outside(8081), Openness::kClosed);
  EXPECT_EQ(Outside(8080, "UDP"), Openness::kClosed);
  policies = {Policy("p", {From({}, {Port(8000, 8100)})})};
  EXPECT_EQ(Outside(8100), Openness::kOpen);
  EXPECT_EQ(Outside(8101), Openness::kClosed);
  EXPECT_EQ(Outside(7999), Openness::kClosed);
  policies = {Policy("p", {From({}, {Named("http")})})};
  EXPECT_EQ(Outside(8080), Openness::kOpen);
  EXPECT_EQ(Outside(53), Openness::kClosed);
  policies = {Policy("p", {From({}, {Named("dns")})})};
  EXPECT_EQ(Outside(53), Openness::kClosed) << "the name is of another protocol";
  policies = {Policy("p", {From({}, {Port(0)})})};
  EXPECT_EQ(Outside(9), Openness::kOpen);
  EXPECT_EQ(Outside(9, "UDP"), Openness::kClosed);
  EXPECT_EQ(EveryPod(), Openness::kPartly) << "some ports only";
}

TEST_F(PolicyReachTest, TheNodesNetworkIsNotGoverned) {
  host_network = true;
  policies = {Policy("deny", {})};
  EXPECT_EQ(Outside(), Openness::kOpen);
  EXPECT_EQ(EveryPod(), Openness::kOpen);
}

TEST(Address, WhatTheInternetDoesNotRouteIsPrivate) {
  for (const char* text : {"10.1.2.3", "10.0.0.0/8", "172.31.0.1", "192.168.0.0/24", "100.64.0.1",
                           "169.254.1.1", "fd00::1", "fe80::1", "::1", "127.0.0.1"}) {
    EXPECT_TRUE(IsPrivate(text)) << text;
  }
  for (const char* text : {"8.8.8.8", "10.0.0.0/7", "172.32.0.1", "2001:db8::1", "host.example.com",
                           "", "10.0.0.1/x", "10.0.0.1/33", "10.0.0"}) {
    EXPECT_FALSE(IsPrivate(text)) << text;
  }
  EXPECT_TRUE(IsEverything("0.0.0.0/0"));
  EXPECT_FALSE(IsEverything("0.0.0.0"));
  EXPECT_FALSE(IsEverything(""));
}

}  // namespace
}  // namespace narrows::findings::exposure
