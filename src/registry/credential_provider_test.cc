#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/file.h"
#include "base/strings.h"
#include "registry/credential_provider_api.h"
#include "registry/credentials.h"

namespace narrows::registry {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kApi = "credentialprovider.kubelet.k8s.io/v1";

// A configuration of the given providers, each "name: pattern" with what else it says.
std::string Config(const std::string& providers) {
  return "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders:\n" +
         providers;
}

std::string Provider(const std::string& name, const std::string& pattern,
                     const std::string& more = "") {
  return "- name: " + name + "\n  matchImages: ['" + pattern +
         "']\n  defaultCacheDuration: 10m\n  apiVersion: " + kApi + "\n" + more;
}

std::string Answer(const std::string& key, const std::string& auth, const std::string& more = "") {
  return std::string(R"({"kind":"CredentialProviderResponse","apiVersion":")") + kApi +
         R"(","cacheKeyType":")" + key + "\"," + more + R"("auth":{)" + auth + "}}";
}

std::string Login(const std::string& location, const std::string& user) {
  return "\"" + location + R"(":{"username":")" + user + R"(","password":"hunter2"})";
}

class CredentialProviders : public testing::Test {
 protected:
  // A plug-in that notes what it is asked in the file runs, and then runs `script`.
  void Plugin(const std::string& name, const std::string& script) {
    const std::string note = "cat >> " + (dir_->path() / "runs").string() + "\n";
    ASSERT_TRUE(
        WriteFileAtomically(dir_->path() / name, "#!/bin/sh\n" + note + script, 0755).has_value());
  }
  void Says(const std::string& name, const std::string& answer) {
    Plugin(name, "cat <<'END'\n" + answer + "\nEND\n");
  }

  Result<std::unique_ptr<CredentialSource>> Make(const std::string& config) {
    const auto file = dir_->path() / "config.yaml";
    EXPECT_TRUE(WriteFileAtomically(file, config).has_value());
    return MakeCredentialProviderSource(
        {.config = file, .bin_dir = dir_->path(), .timeout = timeout_, .now = [this] {
           return CredentialProviderOptions::Time(elapsed_);
         }});
  }
  std::unique_ptr<CredentialSource> Open(const std::string& config) {
    auto source = Make(config);
    EXPECT_TRUE(source.has_value()) << source.error().message;
    return *std::move(source);
  }
  std::string Refusal(const std::string& config) {
    const auto source = Make(config);
    return source.has_value() ? "accepted" : source.error().message;
  }

  static CredentialCandidates Ask(const CredentialSource& source, const std::string& image) {
    return source.For(*ImageReference::Parse(image), {});
  }
  static std::vector<std::string> Users(const CredentialSource& source, const std::string& image) {
    std::vector<std::string> users;
    for (const Credential& credential : Ask(source, image).credentials)
      users.push_back(credential.username);
    return users;
  }
  std::string Asked() { return ReadFile(dir_->path() / "runs", 1 << 20).value_or(""); }
  size_t Runs() { return Split(Asked(), '\n').size() - 1; }

  Result<ScopedTempDir> dir_ = ScopedTempDir::Create();
  std::chrono::milliseconds timeout_ = std::chrono::seconds(30);
  std::chrono::steady_clock::duration elapsed_ = std::chrono::hours(1);
};

TEST_F(CredentialProviders, APluginIsAskedAboutItsImagesAndAnswers) {
  Says("p", Answer("Image", Login("*.azurecr.io", "u")));
  const auto source = Open(Config(Provider("p", "*.azurecr.io")));
  EXPECT_THAT(Users(*source, "quay.io/a"), IsEmpty());
  EXPECT_EQ(Asked(), "");
  const CredentialCandidates candidates = Ask(*source, "team.azurecr.io/app:1");
  ASSERT_EQ(candidates.credentials.size(), 1u);
  EXPECT_EQ(candidates.credentials[0].username, "u");
  EXPECT_EQ(candidates.credentials[0].password.Reveal(), "hunter2");
  EXPECT_EQ(candidates.credentials[0].origin, "credential provider p");
  EXPECT_EQ(Asked(), std::string(R"({"kind":"CredentialProviderRequest","apiVersion":")") + kApi +
                         R"(","image":"team.azurecr.io/app"})" + "\n");
}

TEST_F(CredentialProviders, ArgumentsAndEnvironmentReachItWithoutAShell) {
  Plugin("p", R"(printf '%s|%s|%s' "$1" "$2" "$MINE" > )" + (dir_->path() / "got").string() +
                  "\necho '" + Answer("Image", Login("r.io", "u")) + "'\n");
  const auto source = Open(Config(Provider(
      "p", "r.io", "  args: ['$(id)', 'a b;c']\n  env:\n  - {name: MINE, value: '`x` $HOME'}\n")));
  EXPECT_THAT(Users(*source, "r.io/a"), ElementsAre("u"));
  EXPECT_EQ(ReadFile(dir_->path() / "got", 1000).value_or(""), "$(id)|a b;c|`x` $HOME");
}

TEST_F(CredentialProviders, SeveralAnswersAreMergedAndTheMoreSpecificComesFirst) {
  Says("one", Answer("Image", Login("r.io", "all") + "," + Login("other.io", "no")));
  Says("two", Answer("Image", Login("r.io/team", "team") + "," + Login("r.io", "all2")));
  const auto source = Open(Config(Provider("one", "r.io") + Provider("two", "r.io/team")));
  EXPECT_THAT(Users(*source, "r.io/team/app"), ElementsAre("team", "all", "all2"));
  EXPECT_THAT(Users(*source, "r.io/app"), ElementsAre("all"));
}

TEST_F(CredentialProviders, AnswersAreKeptForTheImageTheRegistryOrAll) {
  const struct {
    const char* key;
    size_t runs;  // for two images of one registry and one of another
  } cases[] = {{"Image", 3}, {"Registry", 2}, {"Global", 1}};
  for (const auto& test : cases) {
    std::filesystem::remove(dir_->path() / "runs");
    Says("p", Answer(test.key, Login("a.io", "a") + "," + Login("b.io", "b")));
    const auto source = Open(Config(Provider("p", "*.io")));
    for (int i = 0; i < 2; ++i) {
      EXPECT_THAT(Users(*source, "a.io/x"), ElementsAre("a"));
      EXPECT_THAT(Users(*source, "a.io/y:2"), ElementsAre("a"));
      EXPECT_THAT(Users(*source, "b.io/x"), ElementsAre("b"));
    }
    EXPECT_EQ(Runs(), test.runs) << test.key;
  }
}

TEST_F(CredentialProviders, AnAnswerIsForgottenWhenItsTimeIsUp) {
  const auto runs_after = [&](const std::string& duration, std::chrono::minutes passed) {
    std::filesystem::remove(dir_->path() / "runs");
    Says("p", Answer("Image", Login("a.io", "a"), duration));
    const auto source = Open(Config(Provider("p", "*.io")));
    for (int i = 0; i < 2; ++i) {
      EXPECT_THAT(Users(*source, "a.io/x"), ElementsAre("a"));
      elapsed_ += passed;
    }
    return Runs();
  };
  using std::chrono::minutes;
  EXPECT_EQ(runs_after("", minutes(9)), 1u);  // the provider's default is 10m
  EXPECT_EQ(runs_after("", minutes(11)), 2u);
  EXPECT_EQ(runs_after(R"("cacheDuration":"1h0m0s",)", minutes(59)), 1u);
  EXPECT_EQ(runs_after(R"("cacheDuration":"1h0m0s",)", minutes(61)), 2u);
  EXPECT_EQ(runs_after(R"("cacheDuration":"0s",)", minutes(0)), 2u);
}

TEST_F(CredentialProviders, ManyWhoAskAtOnceRunItOnce) {
  Plugin("p", "sleep 0.2\necho '" + Answer("Registry", Login("r.io", "u")) + "'\n");
  const auto source = Open(Config(Provider("p", "r.io")));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back(
        [&, i] { EXPECT_THAT(Users(*source, "r.io/a" + std::to_string(i)), ElementsAre("u")); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Runs(), 1u);
}

TEST_F(CredentialProviders, TroubleIsAProblemThatRepeatsNothingThePluginSaid) {
  const std::string valid = Answer("Image", Login("r.io", "u"));
  const auto problem = [&](const std::string& script) {
    Plugin("p", script);
    const auto candidates = Ask(*Open(Config(Provider("p", "r.io"))), "r.io/a");
    EXPECT_THAT(candidates.credentials, IsEmpty()) << script;
    EXPECT_EQ(candidates.problems.size(), 1u) << script;
    const std::string text = candidates.problems.empty() ? "" : candidates.problems[0];
    EXPECT_THAT(text, HasSubstr("credential provider p"));
    EXPECT_THAT(text, Not(HasSubstr("hunter2")));
    return text;
  };
  const auto says = [&](const std::string& answer) { return problem("echo '" + answer + "'\n"); };
  EXPECT_THAT(problem("echo hunter2 >&2; echo hunter2; exit 3"), HasSubstr("exit code 3"));
  EXPECT_THAT(says("hunter2"), HasSubstr("not a JSON object"));
  EXPECT_THAT(says(R"({"kind":"Secret","hunter2":1})"), HasSubstr("CredentialProviderResponse"));
  EXPECT_THAT(says(Answer("Never", Login("r.io", "u"))), HasSubstr("cacheKeyType"));
  EXPECT_THAT(says(Answer("Image", "", R"("cacheDuration":"hunter2",)")),
              HasSubstr("cacheDuration"));
  EXPECT_THAT(says(Answer("Image", R"("r.io":"hunter2")")), HasSubstr("auth"));
  std::string other = valid;
  other.replace(other.find("io/v1"), 5, "io/v2");
  EXPECT_THAT(says(other), HasSubstr("apiVersion"));
  EXPECT_THAT(problem("yes hunter2"), HasSubstr("more than 1048576 bytes"));
  timeout_ = std::chrono::milliseconds(200);
  problem("sleep 60");
}

TEST_F(CredentialProviders, OneThatWantsAPodsTokenIsNotAsked) {
  Says("p", Answer("Image", Login("r.io", "u")));
  const auto token = [&](const char* required) {
    return Open(Config(Provider("p", "r.io",
                                std::string("  tokenAttributes: {serviceAccountTokenAudience: a, "
                                            "cacheType: Token, requireServiceAccount: ") +
                                    required + "}\n")));
  };
  const auto candidates = Ask(*token("true"), "r.io/a");
  EXPECT_THAT(candidates.problems, ElementsAre(HasSubstr("service account")));
  EXPECT_EQ(Asked(), "");
  EXPECT_THAT(Users(*token("false"), "r.io/a"), ElementsAre("u"));
}

TEST_F(CredentialProviders, AConfigurationIsAsStrictlyReadAsByTheKubelet) {
  Says("p", Answer("Image", Login("r.io", "u")));
  for (const char* version : {"v1", "v1beta1", "v1alpha1"}) {
    std::string config = Config(Provider("p", "r.io"));
    config.replace(config.find("io/v1\nkind"), 5, std::string("io/") + version);
    EXPECT_EQ(Refusal(config), "accepted") << version;
  }
  const std::string good = Provider("p", "r.io");
  EXPECT_THAT(Refusal("kind: Pod"), HasSubstr("CredentialProviderConfig"));
  EXPECT_THAT(Refusal(Config("  []\n")), HasSubstr("providers"));
  EXPECT_THAT(Refusal(Config(good + "  matchImage: [x]\n")), HasSubstr("\"matchImage\""));
  EXPECT_THAT(Refusal(Config(good + good)), HasSubstr("second time"));
  EXPECT_THAT(Refusal(Config(Provider("../p", "r.io"))), HasSubstr("without '/'"));
  EXPECT_THAT(Refusal(Config(Provider("absent", "r.io"))), HasSubstr("absent"));
  EXPECT_THAT(Refusal(Config(Provider("config.yaml", "r.io"))), HasSubstr("cannot be executed"));
  EXPECT_THAT(Refusal(Config(Provider("p", "r.io:*"))), HasSubstr("port"));
  EXPECT_THAT(Refusal(Config(good + "  args: [1]\n")), HasSubstr("quotes"));
  EXPECT_THAT(Refusal(Config(good + "  env: [{value: x}]\n")), HasSubstr("env"));
  const auto without = [&](const std::string& what, const std::string& instead) {
    std::string config = Config(good);
    config.replace(config.find(what), what.size(), instead);
    return Refusal(config);
  };
  EXPECT_THAT(without("defaultCacheDuration: 10m", "args: []"), HasSubstr("defaultCacheDuration"));
  EXPECT_THAT(without("10m", "-10m"), HasSubstr("negative"));
  EXPECT_THAT(without("['r.io']", "[]"), HasSubstr("matchImages"));
  EXPECT_THAT(without(kApi, "credentialprovider.kubelet.k8s.io/v9"), HasSubstr("apiVersion"));
}

TEST_F(CredentialProviders, AFolderOfConfigurationsIsReadInOrder) {
  Says("one", Answer("Image", Login("r.io", "one")));
  Says("two", Answer("Image", Login("r.io", "two")));
  const auto folder = dir_->path() / "conf.d";
  std::filesystem::create_directory(folder);
  const CredentialProviderOptions options{.config = folder, .bin_dir = dir_->path()};
  EXPECT_FALSE(MakeCredentialProviderSource(options).has_value());
  ASSERT_TRUE(WriteFileAtomically(folder / "20.yml", Config(Provider("one", "r.io"))).has_value());
  ASSERT_TRUE(WriteFileAtomically(folder / "10.yaml", Config(Provider("two", "r.io"))).has_value());
  ASSERT_TRUE(WriteFileAtomically(folder / "README", "no configuration").has_value());
  const auto source = MakeCredentialProviderSource(options);
  ASSERT_TRUE(source.has_value()) << source.error().message;
  EXPECT_THAT(Users(**source, "r.io/a"), ElementsAre("two", "one"));
}

}  // namespace
}  // namespace narrows::registry
