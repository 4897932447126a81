#include "registry/auth_challenge.h"

#include <gtest/gtest.h>

namespace narrows::registry {
namespace {

TEST(AuthChallenge, BearerParametersAreRead) {
  const auto challenges = ParseAuthChallenges(
      R"(Bearer realm="https://auth.docker.io/token",service="registry.docker.io",)"
      R"(scope="repository:a/b:pull,push",error=invalid_token)");
  ASSERT_EQ(challenges.size(), 1u);
  EXPECT_EQ(challenges[0].scheme, "bearer");
  EXPECT_EQ(challenges[0].Parameter("realm"), "https://auth.docker.io/token");
  EXPECT_EQ(challenges[0].Parameter("scope"), "repository:a/b:pull,push");
  EXPECT_EQ(challenges[0].Parameter("error"), "invalid_token");
  EXPECT_EQ(challenges[0].Parameter("absent"), "");
}

TEST(AuthChallenge, SeveralInOneHeaderAreToldApart) {
  const auto challenges =
      ParseAuthChallenges(R"(Negotiate, BASIC Realm = "x \"y\", z" , Bearer realm=r)");
  ASSERT_EQ(challenges.size(), 3u);
  EXPECT_EQ(challenges[0].scheme, "negotiate");
  EXPECT_EQ(challenges[1].scheme, "basic");
  EXPECT_EQ(challenges[1].Parameter("realm"), "x \"y\", z");
  EXPECT_EQ(challenges[2].Parameter("realm"), "r");
}

TEST(AuthChallenge, MalformedOnesEndTheList) {
  EXPECT_TRUE(ParseAuthChallenges("").empty());
  EXPECT_TRUE(ParseAuthChallenges(" , ,").empty());
  EXPECT_TRUE(ParseAuthChallenges("realm=\"x\"").empty());
  EXPECT_TRUE(ParseAuthChallenges("=").empty());
  const auto cut = ParseAuthChallenges(R"(Basic, Bearer realm="https://a)");
  ASSERT_EQ(cut.size(), 2u);
  EXPECT_EQ(cut[1].Parameter("realm"), "");
  EXPECT_EQ(ParseAuthChallenges("Bearer realm=\"\\").at(0).Parameter("realm"), "");
  (void)ParseAuthChallenges(std::string(1 << 20, ','));
}

TEST(AuthChallenge, TheFirstOfARepeatedParameterCounts) {
  EXPECT_EQ(ParseAuthChallenges("Bearer realm=a,realm=b").at(0).Parameter("realm"), "a");
}

}  // namespace
}  // namespace narrows::registry
