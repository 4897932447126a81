#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kubernetes/objects.h"

namespace narrows::kubernetes {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ExposureObjects, AServiceIsReadWithItsDefaults) {
  ObjectReader reader;
  const auto service = reader.ReadPublishedService(
      R"({"metadata":{"name":"web","namespace":"shop"},
          "spec":{"type":"LoadBalancer","selector":{"app":"web"},"externalIPs":["198.51.100.1"],
                  "loadBalancerSourceRanges":["10.0.0.0/8"],
                  "ports":[{"port":80,"nodePort":30080},{"port":53,"protocol":"UDP",
                            "targetPort":"dns","name":"d"},{"port":443,"targetPort":8443}]},
          "status":{"loadBalancer":{"ingress":[{"ip":"203.0.113.7"},{"hostname":"lb.example.com"}]}}})");
  ASSERT_TRUE(service.has_value()) << service.error().message;
  EXPECT_THAT(service->addresses, ElementsAre("203.0.113.7", "lb.example.com"));
  ASSERT_EQ(service->ports.size(), 3u);
  EXPECT_EQ(service->ports[0].protocol, "TCP");
  EXPECT_EQ(service->ports[0].target.number, 80);
  EXPECT_EQ(service->ports[0].node_port, 30080);
  EXPECT_EQ(service->ports[1].target.name, "dns");
  EXPECT_EQ(service->ports[2].target.number, 8443);
  EXPECT_EQ(reader.ReadPublishedService(R"({"metadata":{"name":"x"}})")->type, "ClusterIP");
}

TEST(ExposureObjects, AnIngressLeadsToServices) {
  ObjectReader reader;
  const auto route = reader.ReadIngress(
      R"({"metadata":{"name":"front","namespace":"shop"},"spec":{"ingressClassName":"nginx",
          "defaultBackend":{"service":{"name":"main","port":{"number":80}}},
          "rules":[{"host":"a.example.com","http":{"paths":[
             {"path":"/x","backend":{"service":{"name":"x","port":{"name":"http"}}}},
             {"path":"/y","backend":{"resource":{"kind":"Bucket","name":"b"}}}]}},
             {"http":{"paths":[{"path":"/","backend":{"service":{"name":"z","port":{"number":1}}}}]}}]}})");
  ASSERT_TRUE(route.has_value()) << route.error().message;
  ASSERT_EQ(route->backends.size(), 3u);
  EXPECT_EQ(route->backends[0].matches, "");
  EXPECT_EQ(route->backends[1].matches, "a.example.com/x");
  EXPECT_EQ(route->backends[1].port, (model::PortRef{0, "http"}));
  EXPECT_EQ(route->backends[2].matches, "*/");
}

TEST(ExposureObjects, AGatewayRouteThatIsRefusedOrLacksLeaveLeadsNowhere) {
  ObjectReader reader;
  const auto read = [&](const std::string& status) {
    const auto route = reader.ReadGatewayRoute(
        R"({"metadata":{"name":"r","namespace":"shop"},"spec":{"hostnames":["a.example.com"],
            "parentRefs":[{"name":"gw","namespace":"infra"}],
            "rules":[{"backendRefs":[{"name":"web","port":80},
                                     {"name":"db","namespace":"bank","port":5432}]}]},
            "status":{"parents":[)" +
            status + "]}}",
        "HTTPRoute");
    std::vector<std::string> backends;
    for (const auto& backend : route->backends) {
      backends.push_back(backend.name_space + "/" + backend.service);
    }
    return backends;
  };
  EXPECT_THAT(read(""), ElementsAre("shop/web"));
  EXPECT_THAT(read(R"({"conditions":[{"type":"Accepted","status":"True"},
                                     {"type":"ResolvedRefs","status":"True"}]})"),
              ElementsAre("shop/web", "bank/db"));
  EXPECT_THAT(read(R"({"conditions":[{"type":"Accepted","status":"False"}]})"), IsEmpty());
}

TEST(ExposureObjects, ARouteOfAServiceIsInsideTheCluster) {
  ObjectReader reader;
  const auto route = reader.ReadGatewayRoute(
      R"({"metadata":{"name":"r","namespace":"shop"},
          "spec":{"parentRefs":[{"kind":"Service","name":"web"}],
                  "rules":[{"backendRefs":[{"name":"web","port":80}]}]}})",
      "HTTPRoute");
  EXPECT_THAT(route->backends, IsEmpty());
}

TEST(ExposureObjects, PodsSlicesAndPolicyPorts) {
  ObjectReader reader;
  const auto pod = reader.ReadPodPorts(
      R"({"metadata":{"name":"p","namespace":"n"},"status":{"podIP":"10.0.0.1"},
          "spec":{"containers":[{"ports":[{"containerPort":80,"hostPort":8080,"name":"http"}]}]}})");
  ASSERT_TRUE(pod.has_value());
  ASSERT_EQ(pod->ports.size(), 1u);
  EXPECT_EQ(pod->ports[0].host_port, 8080);
  EXPECT_EQ(pod->ports[0].protocol, "TCP");
  const auto slice = reader.ReadEndpointSlice(
      R"({"metadata":{"name":"s","namespace":"n","labels":{"kubernetes.io/service-name":"web"}},
          "endpoints":[{"addresses":["10.0.0.1"]},{"addresses":["10.0.0.2"]}]})");
  EXPECT_EQ(slice->service, "web");
  EXPECT_THAT(slice->addresses, ElementsAre("10.0.0.1", "10.0.0.2"));
  const auto policy = reader.ReadNetworkPolicy(
      R"({"metadata":{"name":"p","namespace":"n"},"spec":{"ingress":[{"ports":[
          {"port":80,"endPort":90},{"protocol":"UDP","port":"dns"},{}]}]}})");
  ASSERT_TRUE(policy.has_value());
  EXPECT_THAT(policy->ingress[0].ports, ElementsAre(model::NetworkPort{"TCP", 80, "", 90},
                                                    model::NetworkPort{"UDP", 0, "dns", 0},
                                                    model::NetworkPort{"TCP", 0, "", 0}));
}

TEST(ExposureObjects, HostileTextIsRefusedOrPassedOver) {
  ObjectReader reader;
  for (const char* text : {"", "{", "[]", "null", R"({"metadata":{"name":7}})"}) {
    EXPECT_FALSE(reader.ReadPublishedService(text).has_value());
    EXPECT_FALSE(reader.ReadIngress(text).has_value());
    EXPECT_FALSE(reader.ReadGatewayRoute(text, "HTTPRoute").has_value());
    EXPECT_FALSE(reader.ReadEndpointSlice(text).has_value());
  }
  const auto odd = reader.ReadPublishedService(
      R"({"metadata":{"name":"x"},"spec":{"ports":{"port":80},"externalIPs":"1.2.3.4"}})");
  ASSERT_TRUE(odd.has_value());
  EXPECT_THAT(odd->ports, IsEmpty());
  EXPECT_THAT(odd->external_ips, IsEmpty());
}

}  // namespace
}  // namespace narrows::kubernetes
