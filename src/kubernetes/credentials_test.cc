#include "kubernetes/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace narrows::kubernetes {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CredentialsTest : public ::testing::Test {
 protected:
  // A plugin that counts its runs in a file and prints `output`.
  ClientConfig Plugin(const std::string& output, const std::string& extra = "") {
    const auto script = dir_->path() / "plugin";
    EXPECT_TRUE(WriteFileAtomically(script,
                                    "#!/bin/sh\necho run >>" + Runs().string() + "\n" + extra +
                                        "\ncat <<'END'\n" + output + "\nEND\n",
                                    0755)
                    .has_value());
    ClientConfig config{.server = "https://c"};
    config.user.exec = ExecPlugin{.api_version = "client.authentication.k8s.io/v1",
                                  .command = script.string(),
                                  .install_hint = "apt install it"};
    return config;
  }
  std::filesystem::path Runs() const { return dir_->path() / "runs"; }
  size_t RunCount() const {
    const auto runs = ReadFile(Runs(), 1000);
    return runs.has_value() ? runs->size() / 4 : 0;
  }
  static std::string Answer(const std::string& status) {
    return R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":)" +
           status + "}";
  }

  Result<ScopedTempDir> dir_ = ScopedTempDir::Create();
  ManualClock clock_{*ParseRfc3339("2026-01-01T00:00:00Z")};
  CallContext context_ = CallContext::WithTimeout(std::chrono::seconds(30));
};

TEST_F(CredentialsTest, TokenAndPasswordBecomeHeaders) {
  ClientConfig config;
  EXPECT_EQ(MakeCredentialSource(config, clock_)->Get(context_)->authorization, "");
  config.user.username = "joe";
  config.user.password = "pw";
  EXPECT_EQ(MakeCredentialSource(config, clock_)->Get(context_)->authorization, "Basic am9lOnB3");
  config.user.token = "t";
  EXPECT_EQ(MakeCredentialSource(config, clock_)->Get(context_)->authorization, "Bearer t");
}

TEST_F(CredentialsTest, ATokenFileIsReadAnew) {
  ClientConfig config;
  config.user.token_file = dir_->path() / "token";
  const auto source = MakeCredentialSource(config, clock_);
  auto credential = source->Get(context_);
  ASSERT_FALSE(credential.has_value());
  EXPECT_EQ(credential.error().code, ErrorCode::kUnauthenticated);
  ASSERT_TRUE(WriteFileAtomically(config.user.token_file, "one\n").has_value());
  credential = source->Get(context_);
  EXPECT_EQ(credential->authorization, "Bearer one");
  ASSERT_TRUE(WriteFileAtomically(config.user.token_file, "two").has_value());
  EXPECT_EQ(source->Get(context_)->authorization, "Bearer one");
  source->Refused(*credential);
  EXPECT_EQ(source->Get(context_)->authorization, "Bearer two");
  ASSERT_TRUE(WriteFileAtomically(config.user.token_file, "three").has_value());
  source->Refused(*credential);
  EXPECT_EQ(source->Get(context_)->authorization, "Bearer two") << "another was refused";
  clock_.Advance(std::chrono::minutes(1));
  EXPECT_EQ(source->Get(context_)->authorization, "Bearer three");
}

TEST_F(CredentialsTest, FilesOfAClientCertificateAreReadAnew) {
  ClientConfig config;
  config.user.certificate_file = dir_->path() / "crt";
  config.user.key_file = dir_->path() / "key";
  const auto write = [&](const std::string& version) {
    ASSERT_TRUE(WriteFileAtomically(config.user.certificate_file, "C" + version).has_value());
    ASSERT_TRUE(WriteFileAtomically(config.user.key_file, "K" + version).has_value());
  };
  const auto source = MakeCredentialSource(config, clock_);
  auto credential = source->Get(context_);
  ASSERT_FALSE(credential.has_value());
  EXPECT_EQ(credential.error().code, ErrorCode::kUnauthenticated);
  write("1");
  credential = source->Get(context_);
  ASSERT_TRUE(credential.has_value()) << credential.error().message;
  EXPECT_EQ(credential->client_certificate_pem, "C1");
  EXPECT_EQ(credential->client_key_pem, "K1");
  write("2");
  EXPECT_EQ(source->Get(context_)->client_certificate_pem, "C1");
  source->Refused(*credential);
  EXPECT_EQ(source->Get(context_)->client_certificate_pem, "C2");
  write("3");
  clock_.Advance(std::chrono::minutes(1));
  EXPECT_EQ(source->Get(context_)->client_key_pem, "K3");
}

TEST_F(CredentialsTest, ATokenGoesWithACertificateOfFiles) {
  ClientConfig config;
  config.user.token_file = dir_->path() / "token";
  config.tls.client_certificate_pem = "C";
  config.user.key_file = dir_->path() / "key";
  ASSERT_TRUE(WriteFileAtomically(config.user.token_file, "one").has_value());
  ASSERT_TRUE(WriteFileAtomically(config.user.key_file, "K").has_value());
  const auto source = MakeCredentialSource(config, clock_);
  const auto credential = source->Get(context_);
  ASSERT_TRUE(credential.has_value()) << credential.error().message;
  EXPECT_EQ(credential->authorization, "Bearer one");
  EXPECT_EQ(credential->client_certificate_pem, "C");
  EXPECT_EQ(credential->client_key_pem, "K");
  ASSERT_TRUE(WriteFileAtomically(config.user.token_file, "two").has_value());
  source->Refused(*credential);
  EXPECT_EQ(source->Get(context_)->authorization, "Bearer two");
}

TEST_F(CredentialsTest, APluginIsAskedAgainWhenItsAnswerExpires) {
  const auto source = MakeCredentialSource(
      Plugin(Answer(R"({"token":"t1","expirationTimestamp":"2026-01-01T01:00:00Z"})")), clock_);
  for (int i = 0; i < 3; ++i) {
    const auto credential = source->Get(context_);
    ASSERT_TRUE(credential.has_value()) << credential.error().message;
    EXPECT_EQ(credential->authorization, "Bearer t1");
  }
  EXPECT_EQ(RunCount(), 1u);
  clock_.Advance(std::chrono::minutes(60));
  ASSERT_TRUE(source->Get(context_).has_value());
  EXPECT_EQ(RunCount(), 2u);
}

TEST_F(CredentialsTest, APluginMayGiveACertificate) {
  const auto source = MakeCredentialSource(
      Plugin(Answer(R"({"clientCertificateData":"C","clientKeyData":"K"})")), clock_);
  const auto credential = source->Get(context_);
  ASSERT_TRUE(credential.has_value()) << credential.error().message;
  EXPECT_EQ(credential->authorization, "");
  EXPECT_EQ(credential->client_certificate_pem, "C");
  EXPECT_EQ(credential->client_key_pem, "K");
}

TEST_F(CredentialsTest, APluginIsToldWhatItIsFor) {
  ClientConfig config =
      Plugin(Answer(R"({"token":"t"})"), "printf '%s' \"$KUBERNETES_EXEC_INFO\" >" +
                                             (dir_->path() / "told").string() +
                                             "; [ -z \"$(cat)\" ] || exit 9");
  config.user.exec->provide_cluster_info = true;
  config.tls.ca_pem = "CA";
  ASSERT_TRUE(MakeCredentialSource(config, clock_)->Get(context_).has_value());
  EXPECT_EQ(*ReadFile(dir_->path() / "told", 1000),
            R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",)"
            R"("spec":{"interactive":false,"cluster":{"server":"https://c",)"
            R"("certificate-authority-data":"Q0E="}}})");
}

TEST_F(CredentialsTest, FailuresOfAPluginNameItAndKeepItsOutput) {
  const std::pair<std::string, std::string> outputs[] = {
      {"hunter2", "its output is no ExecCredential"},
      {R"({"kind":"ExecCredential","apiVersion":"v0","status":{"token":"hunter2"}})",
       "is no ExecCredential of client.authentication.k8s.io/v1"},
      {Answer("{}"), "neither token nor certificate"},
      {Answer(R"({"token":"hunter2","expirationTimestamp":"soon"})"), "expirationTimestamp"},
  };
  for (const auto& [output, says] : outputs) {
    const auto credential = MakeCredentialSource(Plugin(output), clock_)->Get(context_);
    ASSERT_FALSE(credential.has_value()) << output;
    EXPECT_EQ(credential.error().code, ErrorCode::kUnauthenticated);
    EXPECT_THAT(credential.error().message, HasSubstr(says));
    EXPECT_THAT(credential.error().message, HasSubstr("plugin"));
    EXPECT_THAT(credential.error().message, Not(HasSubstr("hunter2")));
  }
  auto failed =
      MakeCredentialSource(Plugin("", "echo no session >&2; exit 3"), clock_)->Get(context_);
  ASSERT_FALSE(failed.has_value());
  EXPECT_THAT(failed.error().message, HasSubstr("exit code 3: no session"));
  ClientConfig absent = Plugin("");
  absent.user.exec->command = "no-such-plugin-here";
  failed = MakeCredentialSource(absent, clock_)->Get(context_);
  ASSERT_FALSE(failed.has_value());
  EXPECT_THAT(failed.error().message, HasSubstr("not installed: apt install it"));
}

}  // namespace
}  // namespace narrows::kubernetes
