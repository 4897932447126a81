// How the client logs in: challenges, tokens, several credentials in turn.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>

#include "base/strings.h"
#include "http/scripted/scripted_server.h"
#include "registry/artifact_repository.h"
#include "registry/distribution_client.h"
#include "registry/test_image.h"

namespace narrows::registry {
namespace {

using http::scripted::ScriptedReply;
using http::scripted::ScriptedRequest;
using http::scripted::ScriptedServer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

CallContext ThirtySeconds() { return CallContext::WithTimeout(std::chrono::seconds(30)); }

// A registry whose manifests need a bearer token, and the token server beside it.
class RegistryLogin : public testing::Test {
 protected:
  RegistryLogin()
      : tokens_([this](const auto& request, auto& reply) { GiveToken(request, reply); }),
        registry_([this](const auto& request, auto& reply) { Answer(request, reply); }) {
    options_.http.proxy = "none";
    options_.limits.retry_delay = std::chrono::milliseconds(1);
  }

  std::string Host() const { return "127.0.0.1:" + std::to_string(registry_.port()); }

  void Answer(const ScriptedRequest& request, ScriptedReply& reply) {
    const std::lock_guard lock(mutex_);
    const std::string authorization = request.Header("authorization");
    const bool manifest = request.target.find("/manifests/") != std::string::npos;
    if (manifest) sent_.push_back(authorization);
    if (accepted_.count(authorization) > 0)
      return reply.Send(200, manifest ? image_.manifest : image_.config);
    if (authorization.starts_with("Bearer denied"))
      return reply.Send(403, R"({"errors":[{"code":"DENIED","message":"no pull access"}]})");
    reply.Send(
        401, R"({"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]})",
        {challenge_.empty() ? "WWW-Authenticate: Bearer realm=\"" + tokens_.Url("/token?x=1") +
                                  "\",service=\"the registry\",scope=\"repository:*:push\""
                            : challenge_});
  }

  // The token is named after who asks: "token-USER", "denied-…" for user "denied".
  void GiveToken(const ScriptedRequest& request, ScriptedReply& reply) {
    const std::lock_guard lock(mutex_);
    token_requests_.push_back(request.method + " " + request.target + " " + request.body);
    if (token_status_ != 200) return reply.Send(token_status_, R"({"details":"closed today"})");
    std::string user = "anonymous";
    if (const std::string basic = request.Header("authorization"); basic.starts_with("Basic "))
      user = Base64Decode(basic.substr(6)).value_or(":");
    user = user.substr(0, user.find(':'));
    if (request.method == "POST") user = "refreshed";
    if (user == "wrong") return reply.Send(401, R"({"details":"incorrect username or password"})");
    reply.Send(200, R"({"token":")" + (user == "denied" ? user : "token-" + user) +
                        R"(","expires_in":300})");
  }

  void UseLogins(const std::vector<Credential>& credentials) {
    PullSecret secret;
    for (Credential credential : credentials) {
      credential.origin = "secret ns/" + credential.username;
      secret.entries.push_back({Host(), credential});
    }
    options_.credentials = MakePullSecretSource({secret});
  }

  static Credential User(const std::string& name) {
    return {.username = name, .password = Secret("hunter2")};
  }

  std::unique_ptr<ImageSource> Open(const std::string& repository = "team/app") {
    auto source =
        MakeRegistrySource(*ImageReference::Parse(Host() + "/" + repository + ":1"), options_);
    EXPECT_TRUE(source.has_value()) << source.error().message;
    return *std::move(source);
  }

  Result<std::string> Digest(ImageSource& source) {
    ASSIGN_OR_RETURN(const ResolvedImage image, source.Resolve({}, ThirtySeconds()));
    return image.digest;
  }
  Result<std::string> Digest() { return Digest(*Open()); }

  const TestImage image_;
  std::mutex mutex_;
  std::vector<std::string> sent_;
  std::vector<std::string> token_requests_;
  std::set<std::string> accepted_;
  std::string challenge_;
  int token_status_ = 200;
  RegistryOptions options_;
  ScriptedServer tokens_;
  ScriptedServer registry_;
};

TEST_F(RegistryLogin, AnonymousGetsATokenForPullingThisRepositoryOnly) {
  accepted_ = {"Bearer token-anonymous"};
  EXPECT_EQ(Digest().value_or(""), TestImage::Digest(image_.manifest));
  EXPECT_THAT(token_requests_,
              ElementsAre("GET /token?x=1&service=the%20registry&scope=repository%3Ateam%2Fapp%"
                          "3Apull "));
}

TEST_F(RegistryLogin, AnIdentityTokenIsExchangedByPost) {
  accepted_ = {"Bearer token-refreshed"};
  UseLogins({{.identity_token = Secret("re fresh")}});
  EXPECT_TRUE(Digest().has_value());
  EXPECT_THAT(token_requests_,
              ElementsAre("POST /token?x=1 "
                          "grant_type=refresh_token&client_id=narrows&service=the%20registry&"
                          "scope=repository%3Ateam%2Fapp%3Apull&refresh_token=re%20fresh"));
}

TEST_F(RegistryLogin, ARegistryTokenIsSentAsItIs) {
  accepted_ = {"Bearer ready-made"};
  UseLogins({{.registry_token = Secret("ready-made")}});
  EXPECT_TRUE(Digest().has_value());
  EXPECT_THAT(token_requests_, testing::IsEmpty());
}

TEST_F(RegistryLogin, CredentialsAreTriedInTurnUntilOneIsAccepted) {
  accepted_ = {"Bearer token-good"};
  UseLogins({User("wrong"), User("denied"), User("other"), User("good"), User("unused")});
  const auto source = Open();
  EXPECT_TRUE(Digest(*source).has_value());
  EXPECT_EQ(token_requests_.size(), 4u);
  // What worked is used from the start the next time.
  sent_.clear();
  EXPECT_TRUE(Digest(*source).has_value());
  EXPECT_EQ(sent_.front(), "Bearer token-good");
  EXPECT_EQ(token_requests_.size(), 4u);
}

TEST_F(RegistryLogin, APublicImageIsReadThoughTheCredentialsAreOutdated) {
  accepted_ = {"Bearer token-anonymous"};
  UseLogins({User("wrong")});
  EXPECT_TRUE(Digest().has_value());
}

TEST_F(RegistryLogin, WhenAllAreRefusedTheFirstRefusalIsToldAndWhoWasTried) {
  UseLogins({User("denied"), User("wrong")});
  const auto digest = Digest();
  ASSERT_FALSE(digest.has_value());
  EXPECT_EQ(digest.error().code, ErrorCode::kPermissionDenied);
  EXPECT_THAT(digest.error().message,
              HasSubstr("tried in vain: secret ns/denied, secret ns/wrong"));
  EXPECT_THAT(digest.error().message, Not(HasSubstr("hunter2")));
  UseLogins({});
  EXPECT_EQ(Digest().error().code, ErrorCode::kUnauthenticated);
}

TEST_F(RegistryLogin, BasicIsUsedWhereItIsAskedFor) {
  challenge_ = "WWW-Authenticate: Basic realm=\"x\"";
  accepted_ = {"Basic " + Base64Encode("b:hunter2")};
  UseLogins({User("a"), User("b")});
  EXPECT_TRUE(Digest().has_value());
  UseLogins({});
  EXPECT_EQ(Digest().error().code, ErrorCode::kUnauthenticated);
}

TEST_F(RegistryLogin, AnExpiredTokenIsRenewed) {
  accepted_ = {"Bearer token-u"};
  UseLogins({User("u")});
  const auto source = Open();
  ASSERT_TRUE(Digest(*source).has_value());
  sent_.clear();
  accepted_.clear();
  ASSERT_FALSE(Digest(*source).has_value());
  accepted_ = {"Bearer token-u"};
  EXPECT_TRUE(Digest(*source).has_value());
}

TEST_F(RegistryLogin, SourcesShareATokenOnlyWithTheSameCredentialAndRepository) {
  accepted_ = {"Bearer token-u", "Bearer token-v"};
  options_.connections = MakeRegistryConnections();
  UseLogins({User("u")});
  EXPECT_TRUE(Digest().has_value());
  EXPECT_TRUE(Digest().has_value());
  EXPECT_EQ(token_requests_.size(), 1u);
  EXPECT_TRUE(Digest(*Open("team/other")).has_value());
  EXPECT_EQ(token_requests_.size(), 2u);
  UseLogins({User("v")});
  EXPECT_TRUE(Digest().has_value());
  EXPECT_EQ(token_requests_.size(), 3u);
  EXPECT_EQ(sent_.back(), "Bearer token-v");
}

TEST_F(RegistryLogin, ATokenServerThatIsDownIsUnavailableNotRefused) {
  token_status_ = 503;
  const auto digest = Digest();
  ASSERT_FALSE(digest.has_value());
  EXPECT_EQ(digest.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(digest.error().message, HasSubstr("closed today"));
  EXPECT_EQ(token_requests_.size(), 4u);
}

TEST_F(RegistryLogin, NoPasswordGoesToATokenServerWithoutTls) {
  const auto identity = http::scripted::MakeTestIdentity({"127.0.0.1"});
  ScriptedServer tls([this](const auto& request, auto& reply) { Answer(request, reply); },
                     {.identity = identity});
  const std::string host = "127.0.0.1:" + std::to_string(tls.port());
  options_.hosts[host].tls.ca_pem = identity.ca_pem;
  options_.credentials = MakePullSecretSource({PullSecret{{{host, User("u")}}}});
  const auto source = MakeRegistrySource(*ImageReference::Parse(host + "/a:1"), options_);
  const auto digest = Digest(**source);
  ASSERT_FALSE(digest.has_value());
  EXPECT_EQ(digest.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(digest.error().message, HasSubstr("from HTTPS to plain HTTP"));
  EXPECT_EQ(tokens_.connections(), 0);
}

TEST_F(RegistryLogin, NoPasswordGoesToATokenServerAtAMetadataAddress) {
  challenge_ = "WWW-Authenticate: Bearer realm=\"http://169.254.169.254/token\"";
  UseLogins({User("u")});
  const auto digest = Digest();
  ASSERT_FALSE(digest.has_value());
  EXPECT_EQ(digest.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(digest.error().message, HasSubstr("the token server named by " + Host()));
}

TEST_F(RegistryLogin, PushingNeedsATokenForPushingThatIsAskedForAlone) {
  const std::string bytes = "(\xb5/\xfd stored as zstd";
  std::string uploaded, published;
  ScriptedServer server([&](const ScriptedRequest& request, ScriptedReply& reply) {
    if (request.Header("authorization") != "Bearer token-u") return Answer(request, reply);
    const std::lock_guard lock(mutex_);
    if (request.method == "HEAD") return reply.Send(404, "");
    if (request.method == "POST")
      return reply.Send(202, "", {"Location: " + request.target + "1?state=x"});
    (request.target.find("/manifests/") == std::string::npos ? uploaded : published) +=
        request.body;
    reply.Send(201, "");
  });
  const std::string host = "127.0.0.1:" + std::to_string(server.port());
  options_.credentials = MakePullSecretSource({PullSecret{{{host, User("u")}}}});
  const auto repository = MakeArtifactRepository(*ImageReference::Parse(host + "/team/db:1"),
                                                 options_, ArtifactAccess::kPush);
  ASSERT_TRUE(repository.has_value());
  const ArtifactFile file{"application/zstd", TestImage::Digest(bytes),
                          static_cast<int64_t>(bytes.size())};
  const Status sent = (*repository)->Upload(file, bytes, ThirtySeconds());
  ASSERT_TRUE(sent.has_value()) << sent.error().message;
  EXPECT_EQ(uploaded, bytes);
  const auto digest = (*repository)->Publish({"application/x", {file}}, ThirtySeconds());
  ASSERT_TRUE(digest.has_value()) << digest.error().message;
  EXPECT_EQ(*digest, TestImage::Digest(published));
  ASSERT_FALSE(token_requests_.empty());
  for (const std::string& request : token_requests_)
    EXPECT_THAT(request, HasSubstr("scope=repository%3Ateam%2Fdb%3Apull%2Cpush"));
}

TEST_F(RegistryLogin, AnUntrustedCertificateSaysHowToTrustIt) {
  const auto identity = http::scripted::MakeTestIdentity({"127.0.0.1"});
  ScriptedServer tls([this](const auto& request, auto& reply) { Answer(request, reply); },
                     {.identity = identity});
  const std::string host = "127.0.0.1:" + std::to_string(tls.port());
  // With a client certificate it is TLS, with the system's authorities.
  options_.hosts[host].tls.client_certificate_pem = identity.certificate_pem;
  options_.hosts[host].tls.client_key_pem = identity.key_pem;
  const auto other = MakeRegistrySource(*ImageReference::Parse(host + "/a:1"), options_);
  const auto digest = Digest(**other);
  ASSERT_FALSE(digest.has_value());
  EXPECT_EQ(digest.error().code, ErrorCode::kUnauthenticated);
  EXPECT_THAT(digest.error().message, HasSubstr("--registry-ca " + host));
  EXPECT_TRUE(sent_.empty());
}

TEST_F(RegistryLogin, NonsenseFromTheTokenServerIsAnError) {
  std::string body;
  ScriptedServer odd([&](const auto&, auto& reply) { reply.Send(200, body); });
  challenge_ = "WWW-Authenticate: Bearer realm=\"" + odd.Url() + "\"";
  for (const std::string& text :
       {std::string("{}"), std::string("[]"), std::string("{\"token\":7}"),
        std::string("{\"token\":\"a\\r\\nX: y\"}"), std::string(300'000, ' ')}) {
    body = text;
    EXPECT_FALSE(Digest().has_value());
  }
  for (const std::string realm : {"file:///etc/passwd", "http://u:p@127.0.0.1/", "//", "%"}) {
    challenge_ = "WWW-Authenticate: Bearer realm=\"" + realm + "\"";
    EXPECT_FALSE(Digest().has_value());
  }
}

}  // namespace
}  // namespace narrows::registry
