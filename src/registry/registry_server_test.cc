// The client against a real registry (Debian's docker-registry), filled by skopeo. Skipped where
// these programs are not installed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/strings.h"
#include "base/subprocess.h"
#include "registry/artifact_repository.h"
#include "registry/distribution_client.h"
#include "registry/referrers.h"
#include "registry/test_image.h"
#include "registry/test_registry.h"

namespace narrows::registry {
namespace {

using testing::HasSubstr;

class RealRegistry : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* program : {"docker-registry", "skopeo", "htpasswd", "setpriv"}) {
      if (!Installed(program))
        GTEST_SKIP() << program << " is not installed: the client is NOT tested against a real "
                     << "registry (apt install docker-registry skopeo apache2-utils)";
    }
    dir_.emplace(*ScopedTempDir::Create());
    WriteLayout();
  }

  // An OCI layout with the image, and an index over it, as "multi".
  void WriteLayout() {
    const auto layout = dir_->path() / "layout";
    std::filesystem::create_directories(layout / "blobs" / "sha256");
    for (const std::string& blob : {image_.layer, image_.config, image_.manifest, image_.index})
      Write(layout / "blobs" / "sha256" / TestImage::Digest(blob).substr(7), blob);
    Write(layout / "oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
    const auto entry = [](const char* type, const std::string& bytes, const std::string& name) {
      return R"({"mediaType":")" + std::string(type) + R"(","digest":")" +
             TestImage::Digest(bytes) + R"(","size":)" + std::to_string(bytes.size()) +
             R"(,"annotations":{"org.opencontainers.image.ref.name":")" + name + R"("}})";
    };
    Write(layout / "index.json", R"({"schemaVersion":2,"manifests":[)" +
                                     entry(TestImage::kManifestType, image_.manifest, "one") + "," +
                                     entry(TestImage::kIndexType, image_.index, "multi") + "]}");
  }

  static void Write(const std::filesystem::path& path, const std::string& content) {
    ASSERT_TRUE(WriteFileAtomically(path, content).has_value());
  }

  void Skopeo(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"skopeo", "--insecure-policy"});
    const auto run =
        RunCommand({.argv = arguments}, CallContext::WithTimeout(std::chrono::seconds(120)));
    ASSERT_TRUE(run.has_value()) << run.error().message;
    ASSERT_EQ(run->exit_code, 0) << run->errors;
  }

  void Push(const RegistryServer& server, const std::string& tag,
            const std::vector<std::string>& flags = {}) {
    std::vector<std::string> arguments = {"copy", "--quiet", "--dest-tls-verify=false"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    arguments.push_back("oci:" + (dir_->path() / "layout").string() + ":" + tag);
    arguments.push_back("docker://" + server.host() + "/team/app:" + tag);
    Skopeo(arguments);
  }

  static RegistryOptions Options(const RegistryServer& server) {
    RegistryOptions options;
    options.http.proxy = "none";
    options.limits.retry_delay = std::chrono::milliseconds(1);
    options.hosts[server.host()].tls.ca_pem = server.identity().ca_pem;
    return options;
  }

  static std::unique_ptr<ImageSource> Open(const RegistryServer& server, const std::string& image,
                                           const RegistryOptions& options) {
    auto source =
        MakeRegistrySource(*ImageReference::Parse(server.host() + "/team/" + image), options);
    EXPECT_TRUE(source.has_value()) << source.error().message;
    return *std::move(source);
  }

  std::shared_ptr<const CredentialSource> Login(const RegistryServer& server,
                                                const std::string& user,
                                                const std::string& password) {
    return MakePullSecretSource(
        {PullSecret{{{server.host(), {.username = user, .password = Secret(password)}}}}});
  }

  static void ExpectWholeLayer(ImageSource& source, const model::Layer& layer,
                               const std::string& expected) {
    std::string bytes;
    const Status status = source.ReadLayer(layer, ThirtySeconds(), [&](std::string_view piece) {
      bytes += piece;
      return Ok();
    });
    ASSERT_TRUE(status.has_value()) << status.error().message;
    EXPECT_EQ(TestImage::Digest(bytes), expected);
  }

  static http::HttpResponse Ask(const http::HttpRequest& request) {
    http::HttpClientOptions options;
    options.proxy = "none";
    const auto answer = (*http::MakeHttpClient(options))->Send(request, ThirtySeconds());
    EXPECT_TRUE(answer.has_value() && answer->status < 300);
    return answer.value_or(http::HttpResponse());
  }

  static void PutManifest(const RegistryServer& server, const std::string& tag,
                          const std::string& type, const std::string& bytes) {
    Ask({.method = "PUT",
         .url = "http://" + server.host() + "/v2/team/app/manifests/" + tag,
         .headers = {{"Content-Type", type}},
         .body = bytes});
  }

  static size_t SizeOf(const RegistryServer& server, const std::string& digest) {
    return Ask({.url = "http://" + server.host() + "/v2/team/app/manifests/" + digest,
                .headers = {{"Accept", TestImage::kManifestType}}})
        .body.size();
  }

  const TestImage image_{std::string(3u << 20, 'L')};
  std::optional<ScopedTempDir> dir_;
};

TEST_F(RealRegistry, ServesWhatSkopeoPushed) {
  const RegistryServer server(dir_->path(), {});
  Push(server, "one", {"--preserve-digests"});
  Push(server, "multi", {"--preserve-digests", "--all"});
  for (const std::string& name : {std::string("app:one"), std::string("app:multi"),
                                  "app@" + TestImage::Digest(image_.index)}) {
    const auto source = Open(server, name, Options(server));
    const auto resolved = source->Resolve({}, ThirtySeconds());
    ASSERT_TRUE(resolved.has_value()) << resolved.error().message;
    EXPECT_EQ(resolved->digest, TestImage::Digest(image_.manifest));
    EXPECT_EQ(resolved->index_digest, name == "app:one" ? "" : TestImage::Digest(image_.index));
    ASSERT_EQ(resolved->layers.size(), 1u);
    ExpectWholeLayer(*source, resolved->layers[0], TestImage::Digest(image_.layer));
  }
}

TEST_F(RealRegistry, ServesDockerMediaTypesAndCompressedLayers) {
  const RegistryServer server(dir_->path(), {});
  Push(server, "one", {"--format", "v2s2"});
  const auto source = Open(server, "app:one", Options(server));
  const auto resolved = source->Resolve({}, ThirtySeconds());
  ASSERT_TRUE(resolved.has_value()) << resolved.error().message;
  ASSERT_EQ(resolved->layers.size(), 1u);
  EXPECT_EQ(resolved->layers[0].media_type, "application/vnd.docker.image.rootfs.diff.tar.gzip");
  EXPECT_EQ(resolved->layers[0].diff_id, TestImage::Digest(image_.layer));
  ExpectWholeLayer(*source, resolved->layers[0], resolved->layers[0].digest);
}

TEST_F(RealRegistry, WhatItDoesNotHaveIsNotFound) {
  const RegistryServer server(dir_->path(), {});
  Push(server, "one");
  for (const char* name : {"app:none", "nothing:1"}) {
    const auto resolved = Open(server, name, Options(server))->Resolve({}, ThirtySeconds());
    ASSERT_FALSE(resolved.has_value());
    EXPECT_EQ(resolved.error().code, ErrorCode::kNotFound);
    EXPECT_THAT(resolved.error().message, HasSubstr("MANIFEST_UNKNOWN"));
  }
}

TEST_F(RealRegistry, GoesOnWhereAMirrorBrokeOff) {
  const RegistryServer server(dir_->path(), {});
  Push(server, "one", {"--preserve-digests"});
  http::scripted::ScriptedServer mirror([&](const auto&, auto& reply) {
    reply.Raw("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(image_.layer.size()) +
              "\r\n\r\n" + image_.layer.substr(0, 1'000'000));
  });
  RegistryOptions options = Options(server);
  options.hosts[server.host()].mirrors = {mirror.Url()};
  options.limits.layer_resumptions = 0;
  const model::Layer layer{.digest = TestImage::Digest(image_.layer),
                           .size = static_cast<int64_t>(image_.layer.size())};
  ExpectWholeLayer(*Open(server, "app:one", options), layer, layer.digest);
}

TEST_F(RealRegistry, TlsAndPasswordOpenIt) {
  const RegistryServer server(dir_->path(), {.tls = true, .user = "anna", .password = "pass:word"});
  Push(server, "one", {"--preserve-digests", "--dest-creds", "anna:pass:word"});
  RegistryOptions options = Options(server);
  const auto code = [&] {
    const auto resolved = Open(server, "app:one", options)->Resolve({}, ThirtySeconds());
    return resolved.has_value() ? std::string("resolved")
                                : std::string(ToString(resolved.error().code));
  };
  EXPECT_EQ(code(), "unauthenticated");
  options.credentials = Login(server, "anna", "wrong");
  EXPECT_EQ(code(), "unauthenticated");
  options.credentials = MakeKeyring({std::shared_ptr(Login(server, "anna", "wrong")),
                                     std::shared_ptr(Login(server, "anna", "pass:word"))});
  EXPECT_EQ(code(), "resolved");
  const auto source = Open(server, "app:one", options);
  const auto resolved = source->Resolve({}, ThirtySeconds());
  ExpectWholeLayer(*source, resolved->layers.at(0), TestImage::Digest(image_.layer));

  options.hosts[server.host()].tls = {.insecure_skip_verify = true};
  EXPECT_EQ(code(), "resolved");
}

TEST_F(RealRegistry, TheLoginThatSkopeoWroteIsFound) {
  const RegistryServer server(dir_->path(), {.tls = true, .user = "anna", .password = "secret"});
  const auto file = dir_->path() / "auth.json";
  Skopeo({"login", "--authfile", file.string(), "--tls-verify=false", "--username", "anna",
          "--password", "secret", server.host()});
  Push(server, "one", {"--preserve-digests", "--authfile", file.string()});
  RegistryOptions options = Options(server);
  options.credentials = MakeDockerConfigSource({.files = {file}});
  const auto resolved = Open(server, "app:one", options)->Resolve({}, ThirtySeconds());
  EXPECT_TRUE(resolved.has_value()) << resolved.error().message;
}

// It has no referrers API: what oras and cosign do there is keep them under tags.
TEST_F(RealRegistry, KeepsWhatIsAttachedUnderTags) {
  const RegistryServer server(dir_->path(), {});
  Push(server, "one", {"--preserve-digests"});
  const std::string subject = TestImage::Digest(image_.manifest);
  const std::string tag = "sha256-" + subject.substr(7);
  const std::string bytes = R"({"bomFormat":"CycloneDX"})";
  const ArtifactFile file{"application/vnd.cyclonedx+json", TestImage::Digest(bytes),
                          static_cast<int64_t>(bytes.size())};
  const auto push =
      MakeArtifactRepository(*ImageReference::Parse(server.host() + "/team/app:" + tag + ".sbom"),
                             Options(server), ArtifactAccess::kPush);
  ASSERT_TRUE((*push)->Upload(file, bytes, ThirtySeconds()).has_value());
  const auto digest = (*push)->Publish({file.media_type, {file}}, ThirtySeconds());
  ASSERT_TRUE(digest.has_value()) << digest.error().message;

  const auto repository = MakeReferrerRepository(
      *ImageReference::Parse(server.host() + "/team/app:one"), Options(server));
  const auto none = (*repository)->List(subject, "", ThirtySeconds());
  ASSERT_TRUE(none.has_value()) << none.error().message;
  EXPECT_TRUE(none->empty());
  const auto tagged = (*repository)->Tagged(subject, "sbom", ThirtySeconds());
  ASSERT_TRUE(tagged.has_value()) << tagged.error().message;
  ASSERT_EQ(tagged->size(), 1u);
  const auto read = (*repository)->ReadFile(tagged->front().file, 1000, ThirtySeconds());
  EXPECT_EQ(read.has_value() ? *read : read.error().message, bytes);

  const std::string index =
      R"({"schemaVersion":2,"mediaType":")" + std::string(TestImage::kIndexType) +
      R"(","manifests":[{"mediaType":")" + TestImage::kManifestType + R"(","digest":")" + *digest +
      R"(","size":)" + std::to_string(SizeOf(server, *digest)) + R"(,"artifactType":")" +
      file.media_type + "\"}]}";
  PutManifest(server, tag, TestImage::kIndexType, index);
  const auto list = (*repository)->List(subject, file.media_type, ThirtySeconds());
  ASSERT_TRUE(list.has_value()) << list.error().message;
  ASSERT_EQ(list->size(), 1u);
  const auto artifact = (*repository)->Fetch(list->front(), subject, ThirtySeconds());
  ASSERT_TRUE(artifact.has_value()) << artifact.error().message;
  EXPECT_EQ(artifact->files.at(0).file, file);
}

TEST_F(RealRegistry, TheWrongSchemeIsNamed) {
  const RegistryServer server(dir_->path(), {});
  RegistryOptions options = Options(server);
  options.hosts[server.host()].tls.insecure_skip_verify = true;
  const auto resolved = Open(server, "app:one", options)->Resolve({}, ThirtySeconds());
  ASSERT_FALSE(resolved.has_value());
  EXPECT_THAT(resolved.error().message, HasSubstr("--plain-http " + server.host()));
}

}  // namespace
}  // namespace narrows::registry
