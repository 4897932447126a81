#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "base/file.h"
#include "base/strings.h"
#include "registry/credentials.h"

namespace narrows::registry {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class DockerConfig : public testing::Test {
 protected:
  void SetUp() override {
    const char* path = std::getenv("PATH");
    path_before_ = path ? path : "";
    setenv("PATH", (dir_->path().string() + ":" + path_before_).c_str(), 1);
  }
  void TearDown() override { setenv("PATH", path_before_.c_str(), 1); }

  void WriteHelper(const std::string& name, const std::string& script) {
    const auto file = dir_->path() / ("docker-credential-" + name);
    ASSERT_TRUE(WriteFileAtomically(file, "#!/bin/sh\n" + script, 0755).has_value());
  }

  CredentialCandidates Ask(const std::string& config, const std::string& image,
                           std::chrono::milliseconds helper_timeout = std::chrono::seconds(30)) {
    const auto file = dir_->path() / "config.json";
    EXPECT_TRUE(WriteFileAtomically(file, config).has_value());
    return MakeDockerConfigSource({.files = {file}, .helper_timeout = helper_timeout})
        ->For(*ImageReference::Parse(image), {});
  }

  static std::vector<std::string> Users(const CredentialCandidates& candidates) {
    std::vector<std::string> users;
    for (const Credential& credential : candidates.credentials)
      users.push_back(credential.username);
    return users;
  }

  Result<ScopedTempDir> dir_ = ScopedTempDir::Create();
  std::string path_before_;
};

TEST_F(DockerConfig, LongestLocationInWholePartsComesFirst) {
  const std::string config =
      R"({"auths":{"quay.io":{"username":"host"},"quay.io/team":{"username":"team"},)"
      R"("quay.io/te":{"username":"te"},"quay.io/team/app":{"username":"app"}}})";
  EXPECT_THAT(Users(Ask(config, "quay.io/team/app")), ElementsAre("app", "team", "host"));
  EXPECT_THAT(Users(Ask(config, "quay.io/x")), ElementsAre("host"));
  EXPECT_THAT(Users(Ask(config, "quay.io:443/x")), IsEmpty());
}

TEST_F(DockerConfig, DockerHubIsFoundUnderItsOldName) {
  const std::string config =
      R"({"auths":{"https://index.docker.io/v1/":{"auth":")" + Base64Encode("u:p") + R"("}}})";
  EXPECT_THAT(Users(Ask(config, "nginx")), ElementsAre("u"));
}

TEST_F(DockerConfig, HelperGetsTheServerAndAnswers) {
  WriteHelper("one", R"(read server; echo "{\"Username\":\"$1 $server\",\"Secret\":\"s\"}")");
  const auto found = Ask(R"({"credHelpers":{"quay.io":"one"},"credsStore":"none"})", "quay.io/a");
  EXPECT_THAT(Users(found), ElementsAre("get quay.io"));
  EXPECT_EQ(found.credentials[0].password.Reveal(), "s");
  EXPECT_THAT(Users(Ask(R"({"credsStore":"one"})", "nginx")),
              ElementsAre("get https://index.docker.io/v1/"));
}

TEST_F(DockerConfig, HelperTokenIsAnIdentityToken) {
  WriteHelper("tok", R"(echo '{"Username":"<token>","Secret":"refresh"}')");
  const auto found = Ask(R"({"credsStore":"tok"})", "quay.io/a");
  ASSERT_EQ(found.credentials.size(), 1u);
  EXPECT_EQ(found.credentials[0].identity_token.Reveal(), "refresh");
  EXPECT_EQ(found.credentials[0].username, "");
  EXPECT_TRUE(found.credentials[0].password.empty());
}

TEST_F(DockerConfig, HelperWithoutTheCredentialLeavesThePlainOnes) {
  WriteHelper("empty", "echo 'credentials not found in native keychain'; exit 1");
  const auto found =
      Ask(R"({"credsStore":"empty","auths":{"quay.io":{"username":"u"}}})", "quay.io/a");
  EXPECT_THAT(Users(found), ElementsAre("u"));
  EXPECT_THAT(found.problems, IsEmpty());
}

TEST_F(DockerConfig, HelperTroubleIsAProblemNotAFailure) {
  WriteHelper("bad", "echo 'no session'; exit 2");
  WriteHelper("junk", "echo hunter2");
  WriteHelper("slow", "exec sleep 600");
  const std::string plain = R"(","auths":{"quay.io":{"username":"u"}}})";
  const auto problem = [&](const std::string& helper, int millis = 30000) {
    const auto found =
        Ask(R"({"credsStore":")" + helper + plain, "quay.io/a", std::chrono::milliseconds(millis));
    EXPECT_THAT(Users(found), ElementsAre("u"));
    EXPECT_EQ(found.problems.size(), 1u);
    return found.problems.empty() ? "" : found.problems[0];
  };
  EXPECT_THAT(problem("bad"), HasSubstr("exit code 2: no session"));
  EXPECT_THAT(problem("junk"), Not(HasSubstr("hunter2")));
  EXPECT_THAT(problem("slow", 200), HasSubstr("took too long"));
  EXPECT_THAT(problem("not-installed"), HasSubstr("is not in PATH"));
  EXPECT_THAT(problem("../../bin/sh"), HasSubstr("not the name of a credential helper"));
}

TEST_F(DockerConfig, BrokenFileIsAProblemAMissingOneIsNot) {
  EXPECT_THAT(Ask("{", "quay.io/a").problems, ElementsAre(HasSubstr("config.json: malformed")));
  EXPECT_THAT(Ask("[]", "quay.io/a").problems, ElementsAre(HasSubstr("not a JSON object")));
  EXPECT_THAT(Ask(R"({"auths":{"quay.io":{"auth":"!"}}})", "quay.io/a").problems,
              ElementsAre(HasSubstr("not base64")));
  const auto none =
      MakeDockerConfigSource({.files = {"/nonexistent"}})->For(*ImageReference::Parse("a"), {});
  EXPECT_THAT(none.problems, IsEmpty());
}

TEST(DockerConfigFiles, FollowTheEnvironment) {
  const auto files = [](std::map<std::string, std::string> environment) {
    std::vector<std::string> names;
    for (const auto& file : DockerConfigFiles([&](const char* name) -> std::optional<std::string> {
           const auto found = environment.find(name);
           if (found == environment.end()) return std::nullopt;
           return found->second;
         }))
      names.push_back(file.string());
    return names;
  };
  EXPECT_THAT(files({{"HOME", "/h"}}),
              ElementsAre("/h/.docker/config.json", "/h/.config/containers/auth.json"));
  EXPECT_THAT(
      files({{"HOME", "/h"},
             {"DOCKER_CONFIG", "/d"},
             {"REGISTRY_AUTH_FILE", "/r"},
             {"XDG_RUNTIME_DIR", "/x"},
             {"XDG_CONFIG_HOME", "/c"}}),
      ElementsAre("/r", "/d/config.json", "/x/containers/auth.json", "/c/containers/auth.json"));
  EXPECT_THAT(files({}), IsEmpty());
}

TEST(Keyring, AsksAllSourcesAndTriesTheSameLoginOnce) {
  const auto secret = [](const std::string& user) {
    return std::shared_ptr(MakePullSecretSource(
        {PullSecret{{{"quay.io", {.username = user, .password = Secret("p"), .origin = user}}}}}));
  };
  const auto keyring = MakeKeyring({secret("a"), secret("b"), secret("a")});
  const auto found = keyring->For(*ImageReference::Parse("quay.io/x"), {});
  ASSERT_EQ(found.credentials.size(), 2u);
  EXPECT_EQ(found.credentials[1].username, "b");
}

}  // namespace
}  // namespace narrows::registry
