// Releases on a real registry (Debian's docker-registry). Skipped where it is not installed.
#include "advisories/distribution/registry_release.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "advisories/distribution/publish.h"
#include "advisories/distribution/test_database.h"
#include "advisories/distribution/test_keys.h"
#include "advisories/distribution/update.h"
#include "base/file.h"
#include "registry/test_registry.h"

namespace narrows::advisories::distribution {
namespace {

namespace fs = std::filesystem;
using registry::ArtifactAccess;
using registry::RegistryServer;
using registry::ThirtySeconds;
using testing::HasSubstr;

constexpr size_t kMost = 64 << 20;

class RegistryReleaseTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* program : {"docker-registry", "htpasswd", "setpriv"}) {
      if (!registry::Installed(program))
        GTEST_SKIP() << program << " is not installed: releases are NOT tested on a real registry";
    }
  }

  std::string Publish(int records) {
    const std::string bytes = TestDatabase(TestRecords(records));
    EXPECT_TRUE(WriteFileAtomically(temporary_.path() / "new.db", bytes).has_value());
    now_ += std::chrono::hours(1);
    EXPECT_TRUE(PublishRelease({.database = temporary_.path() / "new.db",
                                .folder = folder(),
                                .private_key_pem = keys_.private_pem},
                               now_)
                    .has_value());
    return bytes;
  }

  std::unique_ptr<registry::ArtifactRepository> Repository(const RegistryServer& server,
                                                           ArtifactAccess access,
                                                           const std::string& password = "right") {
    registry::RegistryOptions options;
    options.http.proxy = "none";
    options.limits.retry_delay = std::chrono::milliseconds(1);
    options.hosts[server.host()].tls.ca_pem = server.identity().ca_pem;
    options.credentials = registry::MakePullSecretSource({registry::PullSecret{
        {{server.host(), {.username = "user", .password = registry::Secret(password)}}}}});
    auto repository = registry::MakeArtifactRepository(
        *registry::ImageReference::Parse(server.host() + "/team/advisories:latest"), options,
        access);
    EXPECT_TRUE(repository.has_value()) << repository.error().message;
    return *std::move(repository);
  }

  Result<UpdateResult> Update(const RegistryServer& server) {
    const auto source =
        MakeRegistryReleaseSource(Repository(server, ArtifactAccess::kPull), server.host());
    return UpdateDatabase(*source, {.database = database(), .public_keys_pem = {keys_.public_pem}},
                          ThirtySeconds(), nullptr);
  }

  fs::path folder() const { return temporary_.path() / "served"; }
  fs::path database() const { return temporary_.path() / "narrows.db"; }

  ScopedTempDir temporary_ = *ScopedTempDir::Create();
  TestKeys keys_ = MakeTestKeys("P-256");
  TimePoint now_ = TimePoint(Duration(1'700'000'000'000));
};

TEST_F(RegistryReleaseTest, IsPushedAndPulledWithItsDeltas) {
  const RegistryServer server(temporary_.path(),
                              {.tls = true, .user = "user", .password = "right"});
  const std::string first = Publish(3000);
  for (int i = 0; i < 2; ++i) {  // twice: what is there already is no fault
    const auto pushed =
        PushRelease(folder(), *Repository(server, ArtifactAccess::kPush), ThirtySeconds());
    ASSERT_TRUE(pushed.has_value()) << pushed.error().message;
  }
  auto result = Update(server);
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_TRUE(*ReadFile(database(), kMost) == first);

  const std::string second = Publish(3001);
  ASSERT_TRUE(PushRelease(folder(), *Repository(server, ArtifactAccess::kPush), ThirtySeconds())
                  .has_value());
  result = Update(server);
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_TRUE(result->by_delta);
  EXPECT_TRUE(*ReadFile(database(), kMost) == second);
}

TEST_F(RegistryReleaseTest, IsNotPushedWithAWrongPassword) {
  const RegistryServer server(temporary_.path(),
                              {.tls = true, .user = "user", .password = "right"});
  Publish(10);
  const auto pushed =
      PushRelease(folder(), *Repository(server, ArtifactAccess::kPush, "wr0ng"), ThirtySeconds());
  ASSERT_FALSE(pushed.has_value());
  EXPECT_EQ(pushed.error().code, ErrorCode::kUnauthenticated);
  EXPECT_THAT(pushed.error().message, testing::Not(HasSubstr("wr0ng")));
}

TEST_F(RegistryReleaseTest, AnythingElseOnARegistryIsRefused) {
  const RegistryServer server(temporary_.path(), {});
  const auto repository = Repository(server, ArtifactAccess::kPush);
  EXPECT_EQ(Update(server).error().code, ErrorCode::kNotFound);
  const std::string bytes = "a chart";
  const registry::ArtifactFile file{"text/plain", DigestOf(bytes),
                                    static_cast<int64_t>(bytes.size())};
  ASSERT_TRUE(repository->Upload(file, bytes, ThirtySeconds()).has_value());
  ASSERT_TRUE(
      repository->Publish({.type = "application/vnd.example", .files = {file}}, ThirtySeconds())
          .has_value());
  const auto result = Update(server);
  ASSERT_FALSE(result.has_value());
  EXPECT_THAT(result.error().message, HasSubstr("narrows db push"));
}

TEST_F(RegistryReleaseTest, BlobsOfAFolderAreCheckedBeforeTheyArePushed) {
  const RegistryServer server(temporary_.path(), {});
  Publish(10);
  const auto release = ParseRelease(*ReadFile(folder() / kReleaseName, kMost));
  const fs::path blob = folder() / BlobName(release->compressed.digest);
  ASSERT_TRUE(WriteFileAtomically(blob, std::string(release->compressed.bytes, 'x')).has_value());
  EXPECT_EQ(PushRelease(folder(), *Repository(server, ArtifactAccess::kPush), ThirtySeconds())
                .error()
                .code,
            ErrorCode::kDataLoss);
}

}  // namespace
}  // namespace narrows::advisories::distribution
