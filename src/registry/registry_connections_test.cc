#include "registry/registry_connections.h"

#include <gtest/gtest.h>

namespace narrows::registry {
namespace {

// A registry that redirects each request to another host must not make us keep a client for each.
TEST(RegistryConnections, HostsWithoutOptionsShareAClient) {
  const auto connections = MakeRegistryConnections();
  RegistryOptions options;
  options.hosts["own.test:5000"].tls.insecure_skip_verify = true;
  const auto client = [&](const std::string& host) {
    return connections->ClientFor(host, options).value_or(nullptr);
  };
  ASSERT_NE(client("a.test"), nullptr);
  EXPECT_EQ(client("a.test"), client("b.test"));
  EXPECT_NE(client("a.test"), client("own.test:5000"));
  EXPECT_NE(client("own.test"), client("own.test:5000"));
  EXPECT_EQ(client("own.test:5000"), client("own.test:5000"));
}

}  // namespace
}  // namespace narrows::registry
