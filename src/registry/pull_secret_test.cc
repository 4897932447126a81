#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/strings.h"
#include "registry/credentials.h"

namespace narrows::registry {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kJsonType = "kubernetes.io/dockerconfigjson";

// A secret whose user names equal its locations.
PullSecret SecretFor(const std::vector<std::string>& locations) {
  PullSecret secret;
  for (const std::string& location : locations)
    secret.entries.push_back({location, {.username = location, .password = Secret("p")}});
  return secret;
}

std::vector<std::string> Users(const CredentialSource& source, const std::string& image) {
  const auto reference = ImageReference::Parse(image);
  EXPECT_TRUE(reference.has_value()) << image;
  std::vector<std::string> users;
  for (const Credential& credential : source.For(*reference, {}).credentials)
    users.push_back(credential.username);
  return users;
}

TEST(PullSecret, ReadsAuthAndPlainFieldsAndTokens) {
  const auto secret = ParsePullSecret(kJsonType,
                                      R"({"auths":{"a.io":{"auth":")" + Base64Encode("u:p:q") +
                                          R"("},"b.io":{"username":"v","password":"w"},)" +
                                          R"("c.io":{"identitytoken":"i"},"d.io":{}}})",
                                      "secret shop/pull");
  ASSERT_TRUE(secret.has_value()) << secret.error().message;
  ASSERT_EQ(secret->entries.size(), 3u);
  EXPECT_EQ(secret->entries[0].credential.username, "u");
  EXPECT_EQ(secret->entries[0].credential.password.Reveal(), "p:q");
  EXPECT_EQ(secret->entries[0].credential.origin, "secret shop/pull");
  EXPECT_EQ(secret->entries[1].credential.password.Reveal(), "w");
  EXPECT_EQ(secret->entries[2].credential.identity_token.Reveal(), "i");
}

TEST(PullSecret, ReadsTheLegacyTypeAndUnpaddedBase64) {
  std::string unpadded = Base64Encode("user:pw");
  while (unpadded.ends_with('=')) unpadded.pop_back();
  const auto secret = ParsePullSecret(
      "kubernetes.io/dockercfg", R"({"https://a.io/v1/":{"auth":")" + unpadded + R"("}})", "s");
  ASSERT_TRUE(secret.has_value()) << secret.error().message;
  EXPECT_EQ(secret->entries.at(0).credential.password.Reveal(), "pw");
}

TEST(PullSecret, MalformedOnesAreErrorsThatRepeatNothingSecret) {
  const auto message = [](const char* type, const std::string& bytes) {
    const auto secret = ParsePullSecret(type, bytes, "secret shop/pull");
    return secret.has_value() ? std::string("accepted") : secret.error().message;
  };
  const std::string hidden = "hunter2hunter2";
  for (const std::string& text :
       {message("Opaque", "{}"), message(kJsonType, ""), message(kJsonType, "[]"),
        message(kJsonType, R"({"auths":[]})"), message(kJsonType, R"({"auths":{"a.io":7}})"),
        message(kJsonType, R"({"auths":{"a.io":{"auth":"hunter2hunter2"}}})"),
        message(kJsonType, R"({"auths":{"a.io":{"auth":")" + Base64Encode(hidden) + R"("}}})"),
        message(kJsonType, R"({"auths":{"a.io":{"password":")" + hidden),
        message(kJsonType, std::string(2u << 20, 'x')),
        message(kJsonType, std::string(100000, '['))}) {
    EXPECT_THAT(text, HasSubstr("secret shop/pull"));
    EXPECT_THAT(text, Not(HasSubstr(hidden)));
    EXPECT_THAT(text, Not(HasSubstr(Base64Encode(hidden))));
  }
}

struct Match {
  std::string location;
  std::string image;
  bool matches;
};

class KubeletRules : public testing::TestWithParam<Match> {};

TEST_P(KubeletRules, Decide) {
  const auto source = MakePullSecretSource({SecretFor({GetParam().location})});
  EXPECT_EQ(!Users(*source, GetParam().image).empty(), GetParam().matches)
      << GetParam().location << " for " << GetParam().image;
}

INSTANTIATE_TEST_SUITE_P(
    Vectors, KubeletRules,
    testing::Values(
        Match{"quay.io", "quay.io/a/b", true}, Match{"https://quay.io", "quay.io/a/b", true},
        Match{"https://quay.io/v2/", "quay.io/a/b", true}, Match{"quay.io/", "quay.io/a/b", true},
        Match{"quay.io", "quay.io:443/a/b", false}, Match{"quay.io:443", "quay.io:443/a/b", true},
        Match{"quay.io:443", "quay.io/a/b", false}, Match{"quay.io/a", "quay.io/a/b", true},
        Match{"quay.io/a/b", "quay.io/a", false}, Match{"quay.io/c", "quay.io/a/b", false},
        Match{"*.io", "quay.io/a", true}, Match{"*.io", "r.quay.io/a", false},
        Match{"*.quay.io", "quay.io/a", false}, Match{"*.*.io", "r.quay.io/a", true},
        Match{"*.azurecr.io", "mine.azurecr.io/app", true}, Match{"q*y.io", "quay.io/a", true},
        Match{"q?ay.io", "quay.io/a", true}, Match{"q?y.io", "quay.io/a", false},
        Match{"[p-r]uay.io", "quay.io/a", true}, Match{"[^q]uay.io", "quay.io/a", false},
        Match{"[quay.io", "quay.io/a", false}, Match{"QUAY.io", "quay.io/a", true},
        Match{"localhost:5000", "localhost:5000/a", true},
        Match{"[::1]:5000", "[::1]:5001/a", false}, Match{"docker.io", "nginx", true},
        Match{"index.docker.io", "nginx", true},
        Match{"https://index.docker.io/v1/", "docker.io/grafana/grafana", true},
        Match{"index.docker.io", "quay.io/a", false}, Match{"docker.io/library", "nginx", true},
        Match{"", "nginx", false}));

TEST(KubeletRules, TheMoreSpecificIsTriedFirstThenTheSecretsOrder) {
  const auto source = MakePullSecretSource(
      {SecretFor({"quay.io", "*.io"}), SecretFor({"quay.io/team/app", "quay.io/team", "r.io"})});
  EXPECT_THAT(Users(*source, "quay.io/team/app:1"),
              ElementsAre("quay.io/team/app", "quay.io/team", "quay.io", "*.io"));
  EXPECT_THAT(Users(*source, "quay.io/other"), ElementsAre("quay.io", "*.io"));
  EXPECT_THAT(Users(*source, "other.org/x"), IsEmpty());
}

TEST(KubeletRules, SeveralSecretsForOnePlaceAreAllTried) {
  PullSecret first = SecretFor({"quay.io"});
  PullSecret second = SecretFor({"https://quay.io"});
  first.entries[0].credential.username = "first";
  second.entries[0].credential.username = "second";
  const auto source = MakePullSecretSource({first, second});
  EXPECT_THAT(Users(*source, "quay.io/a"), ElementsAre("first", "second"));
}

// A pattern is written by whoever may create a secret: it must not cost exponential time.
TEST(KubeletRules, AHostilePatternIsCheap) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*a";
  const auto source = MakePullSecretSource({SecretFor({pattern + "b.io"})});
  EXPECT_THAT(Users(*source, std::string(4000, 'a') + ".io/x"), IsEmpty());
}

TEST(Secret, IsNeverPrinted) {
  std::ostringstream out;
  const Credential credential{.username = "u", .password = Secret("hunter2"), .origin = "o"};
  out << credential << credential.password;
  EXPECT_THAT(out.str(), Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace narrows::registry
