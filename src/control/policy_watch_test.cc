#include "control/policy_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/cluster_credentials.h"

namespace narrows::control {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

TEST(ReadWatchedPolicy, KeepsAReadableObjectWithoutItsPassword) {
  const auto watched = ReadWatchedPolicy(
      R"({"metadata":{"name":"p","uid":"u","generation":3},"spec":{"inspection":{},
          "inspector":{"image":"i","exportConfig":{"openSearch":{"hostport":"h","password":"hunter2"}}}}})");
  ASSERT_TRUE(watched.has_value()) << watched.error().message;
  EXPECT_TRUE(watched->spec.has_value());
  EXPECT_EQ(watched->meta.generation, 3);
  EXPECT_THAT(watched->object, HasSubstr("openSearch"));
  EXPECT_THAT(watched->object, Not(HasSubstr("hunter2")));
}

TEST(ReadWatchedPolicy, AWrongSpecIsAFaultWithItsField) {
  const auto watched = ReadWatchedPolicy(
      R"({"metadata":{"name":"p","uid":"u"},"spec":{"schedule":"61 * * * *","inspection":{}}})");
  ASSERT_TRUE(watched.has_value());
  EXPECT_FALSE(watched->spec.has_value());
  EXPECT_THAT(watched->fault->message, HasSubstr("spec.schedule"));
}

TEST(ReadPullSecret, ReadsTheKeyOfItsTypeAndRepeatsNothingOfIt) {
  // {"auths":{"r.local":{"username":"u","password":"p"}}}
  const auto secret = ReadPullSecret(
      R"({"type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":)"
      R"("eyJhdXRocyI6eyJyLmxvY2FsIjp7InVzZXJuYW1lIjoidSIsInBhc3N3b3JkIjoicCJ9fX0="}})",
      "secret shop/pull");
  ASSERT_TRUE(secret.has_value()) << secret.error().message;
  EXPECT_THAT(secret->entries, SizeIs(1));
  const auto damaged = ReadPullSecret(
      R"({"type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":"%%hunter2"}})", "s");
  ASSERT_FALSE(damaged.has_value());
  EXPECT_THAT(damaged.error().message, Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace narrows::control
