#include "registry/redirect_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace narrows::registry {
namespace {

TEST(RedirectRules, MetadataAddressesAreKnownHoweverTheyAreWritten) {
  for (const char* host :
       {"169.254.169.254", "169.254.0.1", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376",
        "169.254.43518", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "fe80::1", "fe80::1%25eth0",
        "febf::1", "fd00:ec2::254", "fd00:0ec2:0:0::0254", "100.100.100.200", "168.63.129.16"})
    EXPECT_TRUE(IsMetadataAddress(host)) << host;
  for (const char* host :
       {"10.0.0.1", "192.168.1.1", "127.0.0.1", "169.253.1.1", "registry.local", "a9fea9fe", "",
        "::1", "fd00:ec2::255", "2001:db8::1", "::ffff:10.0.0.1", "169.254.169.254.example.com"})
    EXPECT_FALSE(IsMetadataAddress(host)) << host;
}

struct Case {
  std::string home, from, to;
  bool allowed;
};

class Destination : public testing::TestWithParam<Case> {};

TEST_P(Destination, IsAllowedOrNot) {
  const auto home = http::Url::Parse(GetParam().home);
  const auto from = http::Url::Parse(GetParam().from);
  const auto to = http::Url::Parse(GetParam().to);
  ASSERT_TRUE(home.has_value() && from.has_value() && to.has_value()) << GetParam().to;
  const Status checked = CheckDestination(*home, *from, *to, "a redirect");
  EXPECT_EQ(checked.has_value(), GetParam().allowed) << GetParam().home << " to " << GetParam().to;
  if (!checked.has_value()) {
    EXPECT_EQ(checked.error().code, ErrorCode::kFailedPrecondition);
    EXPECT_THAT(checked.error().message, testing::HasSubstr("a redirect leads"));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, Destination,
    testing::Values(
        Case{"https://r.io/v2", "https://r.io/v2", "https://cdn.example/x", true},
        Case{"https://r.io/v2", "https://cdn.example/", "http://cdn.example/x", false},
        Case{"http://r.lan/v2", "http://r.lan/v2", "https://cdn.example/x", true},
        // A store within the same network is as usual as one outside.
        Case{"http://r.lan/v2", "http://r.lan/v2", "http://10.1.2.3:9000/bucket", true},
        Case{"http://r.lan/v2", "http://r.lan/v2", "http://169.254.169.254/latest", false},
        Case{"https://r.io/v2", "https://r.io/v2", "https://[fd00:ec2::254]/", false},
        Case{"http://r.lan/v2", "http://r.lan/v2", "http://localhost:8082/metrics", false},
        Case{"http://r.lan/v2", "http://r.lan/v2", "http://127.1:8082/metrics", false},
        Case{"http://r.lan/v2", "http://r.lan/v2", "http://0.0.0.0:8082/", false},
        Case{"http://r.lan/v2", "http://r.lan/v2", "http://[::1]:8082/", false},
        Case{"http://127.0.0.1:5000/v2", "http://127.0.0.1:5000/", "http://localhost:9000/", true},
        Case{"http://169.254.1.1/v2", "http://169.254.1.1/v2", "http://169.254.1.1/x", true}));

}  // namespace
}  // namespace narrows::registry
