// The client against a real registry (Debian's docker-registry), filled by skopeo. Skipped where
// these programs are not installed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/strings.h"
#include "base/subprocess.h"
#include "registry/distribution_client.h"
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

  static std::unique_ptr<RegistryImage> Open(const RegistryServer& server, const std::string& image,
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

  static void ExpectWholeLayer(RegistryImage& source, const model::Layer& layer,
                               const std::string& expected) {
    std::string bytes;
    const Status status = source.ReadLayer(layer, ThirtySeconds(), [&](std::string_view piece) {
      bytes += piece;
      return Ok();
    });
    ASSERT_TRUE(status.has_value()) << status.error().message;
    EXPECT_EQ(TestImage::Digest(bytes), expected);
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
    EXPECT_EQ(source->ResolveDigest(ThirtySeconds()).value_or(""),
              TestImage::Digest(name == "app:one" ? image_.manifest : image_.index));
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
