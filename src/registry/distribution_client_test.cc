// The client against registries that lie, break off, redirect and refuse; registry_server_test.cc
// has it against a real one.
#include "registry/distribution_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <mutex>
#include <thread>

#include "base/strings.h"
#include "http/scripted/scripted_server.h"
#include "registry/test_image.h"

namespace narrows::registry {
namespace {

using http::scripted::ScriptedReply;
using http::scripted::ScriptedRequest;
using http::scripted::ScriptedServer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

CallContext ThirtySeconds() { return CallContext::WithTimeout(std::chrono::seconds(30)); }

std::string HostOf(const ScriptedServer& server) {
  return "127.0.0.1:" + std::to_string(server.port());
}

// Serves a TestImage as an honest registry does.
void Serve(const TestImage& image, const ScriptedRequest& request, ScriptedReply& reply) {
  const std::string path = request.target.substr(0, request.target.find('?'));
  const std::string last = path.substr(path.rfind('/') + 1);
  const auto send = [&](const std::string& bytes, const std::string& type) {
    reply.Send(200, bytes,
               {"Content-Type: " + type, "Docker-Content-Digest: " + TestImage::Digest(bytes)});
  };
  if (path.find("/manifests/") != std::string::npos) {
    if (last == "1" || last == TestImage::Digest(image.manifest))
      return send(image.manifest, TestImage::kManifestType);
    if (last == "multi" || last == TestImage::Digest(image.index))
      return send(image.index, TestImage::kIndexType);
  } else if (last == TestImage::Digest(image.config)) {
    return send(image.config, "application/octet-stream");
  } else if (last == TestImage::Digest(image.layer)) {
    return send(image.layer, "application/octet-stream");
  }
  reply.Send(404, R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]})");
}

RegistryOptions Quick() {
  RegistryOptions options;
  options.http.proxy = "none";
  options.limits.retry_delay = std::chrono::milliseconds(1);
  return options;
}

std::unique_ptr<ImageSource> Open(const std::string& reference, RegistryOptions options = Quick()) {
  const auto parsed = ImageReference::Parse(reference);
  EXPECT_TRUE(parsed.has_value()) << reference;
  auto source = MakeRegistrySource(*parsed, std::move(options));
  EXPECT_TRUE(source.has_value()) << source.error().message;
  return *std::move(source);
}

model::Layer LayerOf(const TestImage& image) {
  return {.diff_id = TestImage::Digest(image.layer),
          .digest = TestImage::Digest(image.layer),
          .size = static_cast<int64_t>(image.layer.size()),
          .media_type = "application/vnd.oci.image.layer.v1.tar"};
}

Status Read(ImageSource& source, const model::Layer& layer, std::string& into) {
  return source.ReadLayer(layer, ThirtySeconds(), [&](std::string_view piece) {
    into += piece;
    return Ok();
  });
}

std::shared_ptr<const CredentialSource> Logins(const std::string& host,
                                               const std::vector<std::string>& users) {
  PullSecret secret;
  for (const std::string& user : users)
    secret.entries.push_back(
        {host, {.username = user, .password = Secret("hunter2"), .origin = "secret ns/" + user}});
  return MakePullSecretSource({secret});
}

TEST(DistributionClient, ResolvesATagADigestAndAnIndex) {
  const TestImage image;
  ScriptedServer server([&](const auto& request, auto& reply) { Serve(image, request, reply); });
  for (const std::string& suffix :
       {std::string(":1"), std::string(":multi"), "@" + TestImage::Digest(image.manifest)}) {
    const auto source = Open(HostOf(server) + "/team/app" + suffix);
    const auto resolved = source->Resolve({}, ThirtySeconds());
    ASSERT_TRUE(resolved.has_value()) << resolved.error().message;
    EXPECT_EQ(resolved->digest, TestImage::Digest(image.manifest));
    EXPECT_EQ(resolved->index_digest, suffix == ":multi" ? TestImage::Digest(image.index) : "");
    EXPECT_EQ(resolved->config_digest, TestImage::Digest(image.config));
    EXPECT_EQ(resolved->reference, HostOf(server) + "/team/app" + suffix);
    EXPECT_EQ(resolved->platform, model::Platform());
    ASSERT_EQ(resolved->layers.size(), 1u);
    EXPECT_EQ(resolved->layers[0].diff_id, TestImage::Digest(image.layer));
    std::string bytes;
    ASSERT_TRUE(Read(*source, resolved->layers[0], bytes).has_value());
    EXPECT_EQ(bytes, image.layer);
  }
}

TEST(DistributionClient, MissingImageAndPlatformSayWhatToDo) {
  const TestImage image;
  ScriptedServer server([&](const auto& request, auto& reply) { Serve(image, request, reply); });
  const auto missing = Open(HostOf(server) + "/a:nope")->Resolve({}, ThirtySeconds());
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(missing.error().message, HasSubstr("MANIFEST_UNKNOWN: manifest unknown"));
  EXPECT_THAT(missing.error().message, HasSubstr("docker save"));
  const auto platform =
      Open(HostOf(server) + "/a:multi")->Resolve({"linux", "s390x", ""}, ThirtySeconds());
  ASSERT_FALSE(platform.has_value());
  EXPECT_EQ(platform.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(platform.error().message, HasSubstr("there is linux/amd64"));
}

TEST(DistributionClient, AlteredManifestAndConfigurationAreFound) {
  const TestImage image;
  std::string altered;
  ScriptedServer server([&](const ScriptedRequest& request, ScriptedReply& reply) {
    if (request.target.ends_with(altered)) {
      std::string bytes =
          altered == TestImage::Digest(image.config) ? image.config : image.manifest;
      bytes[bytes.find("amd64") == std::string::npos ? 1 : bytes.find("amd64")] = ' ';
      return reply.Send(200, bytes);
    }
    Serve(image, request, reply);
  });
  for (const std::string& document : {image.manifest, image.config}) {
    altered = TestImage::Digest(document);
    const auto resolved = Open(HostOf(server) + "/a@" + TestImage::Digest(image.manifest))
                              ->Resolve({}, ThirtySeconds());
    ASSERT_FALSE(resolved.has_value());
    EXPECT_EQ(resolved.error().code, ErrorCode::kDataLoss) << resolved.error().message;
  }
}

TEST(DistributionClient, ATagsAnnouncedDigestMustBeTrue) {
  const TestImage image;
  ScriptedServer server([&](const auto&, auto& reply) {
    reply.Send(200, image.manifest, {"Docker-Content-Digest: " + TestImage::Digest("other")});
  });
  EXPECT_EQ(Open(HostOf(server) + "/a:1")->Resolve({}, ThirtySeconds()).error().code,
            ErrorCode::kDataLoss);
}

TEST(DistributionClient, EndlessAnswersEndAtTheLimit) {
  const TestImage image;
  ScriptedServer server([&](const ScriptedRequest& request, ScriptedReply& reply) {
    if (request.target.find("/manifests/") == std::string::npos &&
        !request.target.ends_with(TestImage::Digest(image.layer)))
      return Serve(image, request, reply);
    reply.Begin(200);
    while (reply.Wait(std::chrono::milliseconds(1))) reply.Chunk(std::string(65536, '['));
  });
  const auto source = Open(HostOf(server) + "/a:1");
  EXPECT_EQ(source->Resolve({}, ThirtySeconds()).error().code, ErrorCode::kResourceExhausted);
  std::string bytes;
  EXPECT_EQ(Read(*source, LayerOf(image), bytes).error().code, ErrorCode::kDataLoss);
  EXPECT_LE(bytes.size(), image.layer.size());
}

TEST(DistributionClient, ALayerOfAnotherSizeIsRefused) {
  const TestImage image;
  ScriptedServer server([&](const auto& request, auto& reply) { Serve(image, request, reply); });
  const auto source = Open(HostOf(server) + "/a:1");
  for (const int64_t off : {-1, +1}) {
    model::Layer layer = LayerOf(image);
    layer.size += off;
    std::string bytes;
    const Status status = Read(*source, layer, bytes);
    ASSERT_FALSE(status.has_value());
    EXPECT_EQ(status.error().code, ErrorCode::kDataLoss);
    EXPECT_THAT(bytes, IsEmpty());
  }
}

// Sends `piece` bytes of the layer from where the range starts, then breaks off.
void BreakOff(const TestImage& image, const ScriptedRequest& request, ScriptedReply& reply,
              size_t piece, bool honour_range) {
  size_t from = 0;
  const std::string range = request.Header("range");
  if (!range.empty() && honour_range)
    from = static_cast<size_t>(*ParseInt(range.substr(6, range.size() - 7)));
  const std::string size = std::to_string(image.layer.size());
  std::string head = from == 0 ? "HTTP/1.1 200 OK\r\nContent-Length: " + size
                               : "HTTP/1.1 206 Partial Content\r\nContent-Length: " +
                                     std::to_string(image.layer.size() - from) +
                                     "\r\nContent-Range: bytes " + std::to_string(from) + "-" +
                                     std::to_string(image.layer.size() - 1) + "/" + size;
  reply.Raw(head + "\r\n\r\n" + image.layer.substr(from, piece));
}

std::string Patterned(size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7 + i / 251);
  return bytes;
}

TEST(DistributionClient, ABrokenTransferGoesOnAtTheByteReached) {
  const TestImage image(Patterned(200'000));
  std::mutex mutex;
  std::vector<std::string> ranges;
  ScriptedServer server([&](const ScriptedRequest& request, ScriptedReply& reply) {
    {
      const std::lock_guard lock(mutex);
      ranges.push_back(request.Header("range"));
    }
    BreakOff(image, request, reply, 70'000, true);
  });
  std::string bytes;
  const Status status = Read(*Open(HostOf(server) + "/a:1"), LayerOf(image), bytes);
  ASSERT_TRUE(status.has_value()) << status.error().message;
  EXPECT_EQ(bytes, image.layer);
  EXPECT_THAT(ranges, ElementsAre("", "bytes=70000-", "bytes=140000-"));
}

TEST(DistributionClient, AServerWithoutRangesStartsAnewAndNothingComesTwice) {
  const TestImage image(Patterned(200'000));
  std::atomic<size_t> piece = 60'000;
  ScriptedServer server([&](const ScriptedRequest& request, ScriptedReply& reply) {
    BreakOff(image, request, reply, piece, false);
    piece = piece * 2;
  });
  std::string bytes;
  ASSERT_TRUE(Read(*Open(HostOf(server) + "/a:1"), LayerOf(image), bytes).has_value());
  EXPECT_EQ(bytes, image.layer);
}

TEST(DistributionClient, TransfersWithoutProgressOrWithAWrongRangeEnd) {
  const TestImage image;
  std::atomic<int> requests = 0;
  ScriptedServer stuck([&](const ScriptedRequest& request, ScriptedReply& reply) {
    BreakOff(image, request, reply, ++requests == 1 ? 1000 : 0, true);
  });
  std::string bytes;
  EXPECT_EQ(Read(*Open(HostOf(stuck) + "/a:1"), LayerOf(image), bytes).error().code,
            ErrorCode::kUnavailable);
  EXPECT_EQ(bytes.size(), 1000u);
  EXPECT_EQ(requests, 1 + 4);

  ScriptedServer wrong([&](const ScriptedRequest& request, ScriptedReply& reply) {
    if (request.Header("range").empty()) return BreakOff(image, request, reply, 1000, true);
    reply.Send(206, "x", {"Content-Range: bytes 0-0/200000"});
  });
  bytes.clear();
  EXPECT_EQ(Read(*Open(HostOf(wrong) + "/a:1"), LayerOf(image), bytes).error().code,
            ErrorCode::kDataLoss);
}

TEST(DistributionClient, ALayerThatIsGoneIsNotFound) {
  const TestImage image;
  ScriptedServer server([&](const auto& request, auto& reply) { Serve(image, request, reply); });
  model::Layer layer = LayerOf(image);
  layer.digest = TestImage::Digest("gone");
  std::string bytes;
  const Status status = Read(*Open(HostOf(server) + "/a:1"), layer, bytes);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(status.error().message, HasSubstr("push it again"));
}

TEST(DistributionClient, LayersAreReadAtOnceByOneSource) {
  const TestImage image(Patterned(200'000));
  const std::string login = "Basic " + Base64Encode("u:hunter2");
  ScriptedServer server([&](const ScriptedRequest& request, ScriptedReply& reply) {
    if (request.Header("authorization") != login)
      return reply.Send(401, "", {"WWW-Authenticate: Basic"});
    BreakOff(image, request, reply, 90'000, true);
  });
  RegistryOptions options = Quick();
  options.credentials = Logins(HostOf(server), {"other", "u"});
  const auto source = Open(HostOf(server) + "/a:1", options);
  std::array<std::string, 6> bytes;
  std::vector<std::thread> readers;
  readers.reserve(bytes.size());
  for (std::string& into : bytes)
    readers.emplace_back([&] { EXPECT_TRUE(Read(*source, LayerOf(image), into).has_value()); });
  for (std::thread& reader : readers) reader.join();
  for (const std::string& read : bytes) EXPECT_EQ(read, image.layer);
}

TEST(DistributionClient, TheReadersErrorEndsTheTransferAtOnce) {
  const TestImage image;
  std::atomic<int> requests = 0;
  ScriptedServer server([&](const auto& request, auto& reply) {
    ++requests;
    Serve(image, request, reply);
  });
  const Status status =
      Open(HostOf(server) + "/a:1")
          ->ReadLayer(LayerOf(image), ThirtySeconds(),
                      [](std::string_view) -> Status { return Unavailable("reader's own"); });
  ASSERT_FALSE(status.has_value());
  EXPECT_THAT(status.error().message, HasSubstr("reader's own"));
  EXPECT_EQ(requests, 1);
}

TEST(DistributionClient, WhatMayPassIsRepeatedWhatStaysIsNot) {
  const TestImage image;
  std::atomic<int> requests = 0;
  std::atomic<int> failures = 2;
  std::atomic<int> status = 503;
  std::string retry_after;
  ScriptedServer server([&](const ScriptedRequest& request, ScriptedReply& reply) {
    if (++requests > failures) return Serve(image, request, reply);
    reply.Send(status, R"({"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]})",
               {"Retry-After: " + retry_after});
  });
  const auto resolve = [&] {
    requests = 0;
    return Open(HostOf(server) + "/a:1")->Resolve({}, ThirtySeconds());
  };
  EXPECT_TRUE(resolve().has_value());
  status = 429;
  retry_after = "0";
  EXPECT_TRUE(resolve().has_value());
  failures = 1000;
  const auto limited = resolve();
  ASSERT_FALSE(limited.has_value());
  EXPECT_EQ(limited.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(limited.error().message, HasSubstr("TOOMANYREQUESTS: slow down"));
  EXPECT_EQ(requests, 4);
  retry_after = "3600";
  EXPECT_FALSE(resolve().has_value());
  EXPECT_EQ(requests, 1);
  status = 412;
  EXPECT_EQ(resolve().error().code, ErrorCode::kFailedPrecondition);
  EXPECT_EQ(requests, 1);
}

TEST(DistributionClient, CredentialsStayWithTheirHostAlongARedirect) {
  const TestImage image;
  std::mutex mutex;
  std::vector<std::string> stored;
  ScriptedServer storage([&](const ScriptedRequest& request, ScriptedReply& reply) {
    const std::lock_guard lock(mutex);
    stored.push_back(request.Header("authorization"));
    reply.Send(200, image.layer);
  });
  ScriptedServer server([&](const ScriptedRequest& request, ScriptedReply& reply) {
    if (request.Header("authorization") != "Basic " + Base64Encode("u:hunter2"))
      return reply.Send(401, "", {"WWW-Authenticate: Basic realm=\"r\""});
    if (request.target.find("/blobs/" + TestImage::Digest(image.layer)) != std::string::npos)
      return reply.Send(307, "", {"Location: " + storage.Url("/bucket/x?signature=abc")});
    Serve(image, request, reply);
  });
  RegistryOptions options = Quick();
  options.credentials = Logins(HostOf(server), {"u"});
  const auto source = Open(HostOf(server) + "/a:1", options);
  ASSERT_TRUE(source->Resolve({}, ThirtySeconds()).has_value());
  std::string bytes;
  ASSERT_TRUE(Read(*source, LayerOf(image), bytes).has_value());
  EXPECT_EQ(bytes, image.layer);
  EXPECT_THAT(stored, ElementsAre(""));
}

TEST(DistributionClient, ARedirectWithinTheHostKeepsTheLogin) {
  const TestImage image;
  ScriptedServer server([&](const ScriptedRequest& request, ScriptedReply& reply) {
    if (request.Header("authorization").empty())
      return reply.Send(401, "", {"WWW-Authenticate: Basic"});
    if (!request.target.starts_with("/elsewhere"))
      return reply.Send(302, "", {"Location: /elsewhere" + request.target});
    Serve(image, request, reply);
  });
  RegistryOptions options = Quick();
  options.credentials = Logins(HostOf(server), {"u"});
  EXPECT_TRUE(Open(HostOf(server) + "/a:1", options)->Resolve({}, ThirtySeconds()).has_value());
}

TEST(DistributionClient, LoopsOtherSchemesAndDowngradesAreNotFollowed) {
  std::string location;
  const auto redirect = [&](const ScriptedRequest&, ScriptedReply& reply) {
    reply.Send(307, "", {"Location: " + location});
  };
  ScriptedServer plain(redirect);
  for (const std::string& there : {std::string("/v2/again"), std::string("file:///etc/passwd"),
                                   std::string("gopher://x/"), std::string("")}) {
    location = there;
    EXPECT_EQ(Open(HostOf(plain) + "/a:1")->Resolve({}, ThirtySeconds()).error().code,
              ErrorCode::kUnavailable)
        << there;
  }
  const auto identity = http::scripted::MakeTestIdentity({"127.0.0.1"});
  ScriptedServer tls(redirect, {.identity = identity});
  RegistryOptions options = Quick();
  options.hosts[HostOf(tls)].tls.ca_pem = identity.ca_pem;
  location = plain.Url("/x");
  const int before = plain.connections();
  const auto downgraded = Open(HostOf(tls) + "/a:1", options)->Resolve({}, ThirtySeconds());
  ASSERT_FALSE(downgraded.has_value());
  EXPECT_THAT(downgraded.error().message, HasSubstr("from HTTPS to plain HTTP"));
  EXPECT_EQ(plain.connections(), before);
}

TEST(DistributionClient, NoRedirectToMetadataServicesIsFollowed) {
  const TestImage image;
  std::string location;
  ScriptedServer server([&](const ScriptedRequest& request, ScriptedReply& reply) {
    if (request.target.find("/blobs/") == std::string::npos) return Serve(image, request, reply);
    reply.Send(307, "", {"Location: " + location});
  });
  for (const char* there : {"http://169.254.169.254/latest/meta-data/", "http://2852039166/x",
                            "//169.254.169.254/x", "http://[fe80::1]/x"}) {
    location = there;
    std::string bytes;
    const Status status = Read(*Open(HostOf(server) + "/a:1"), LayerOf(image), bytes);
    ASSERT_FALSE(status.has_value());
    EXPECT_EQ(status.error().code, ErrorCode::kFailedPrecondition);
    EXPECT_THAT(status.error().message, HasSubstr("where machines are told their secrets"));
  }
}

TEST(DistributionClient, MirrorsAreTriedInOrderThenTheRegistry) {
  const TestImage image;
  std::mutex mutex;
  std::vector<std::string> asked;
  const auto note = [&](const std::string& name, const ScriptedRequest& request) {
    const std::lock_guard lock(mutex);
    asked.push_back(name + " " + request.target + " " + request.Header("authorization"));
  };
  ScriptedServer down([&](const auto& request, auto& reply) {
    note("down", request);
    reply.Send(500, "");
  });
  ScriptedServer mirror([&](const auto& request, auto& reply) {
    note("mirror", request);
    Serve(image, request, reply);
  });
  RegistryOptions options = Quick();
  options.hosts["r.example"].mirrors = {down.Url(), mirror.Url("/v2/hub")};
  options.credentials = Logins("r.example", {"u"});
  const auto source = Open("r.example/a:1", options);
  ASSERT_TRUE(source->Resolve({}, ThirtySeconds()).has_value());
  EXPECT_THAT(asked, ElementsAre("down /v2/a/manifests/1?ns=r.example ",
                                 "mirror /v2/hub/a/manifests/1?ns=r.example ",
                                 "mirror /v2/hub/a/blobs/" + TestImage::Digest(image.config) +
                                     "?ns=r.example "));
  asked.clear();
  std::string bytes;
  ASSERT_TRUE(Read(*source, LayerOf(image), bytes).has_value());
  EXPECT_THAT(asked, ElementsAre(HasSubstr("mirror")));
}

TEST(DistributionClient, WhenTheMirrorFailsTheRegistryAnswersAndBothAreNamed) {
  const TestImage image;
  ScriptedServer down([&](const auto&, auto& reply) { reply.Send(500, "no disk"); });
  ScriptedServer server([&](const auto& request, auto& reply) { Serve(image, request, reply); });
  RegistryOptions options = Quick();
  options.hosts[HostOf(server)].mirrors = {down.Url()};
  EXPECT_TRUE(Open(HostOf(server) + "/a:1", options)->Resolve({}, ThirtySeconds()).has_value());
  const auto missing = Open(HostOf(server) + "/a:x", options)->Resolve({}, ThirtySeconds());
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(missing.error().message, HasSubstr("no disk"));
}

TEST(DistributionClient, ALayerGoesOnAtAnotherEndpoint) {
  const TestImage image(Patterned(200'000));
  ScriptedServer mirror([&](const ScriptedRequest& request, ScriptedReply& reply) {
    if (!request.Header("range").empty()) return reply.Send(500, "");
    BreakOff(image, request, reply, 70'000, true);
  });
  ScriptedServer server([&](const ScriptedRequest& request, ScriptedReply& reply) {
    EXPECT_EQ(request.Header("range"), "bytes=70000-");
    BreakOff(image, request, reply, 200'000, true);
  });
  RegistryOptions options = Quick();
  options.hosts[HostOf(server)].mirrors = {mirror.Url()};
  std::string bytes;
  ASSERT_TRUE(Read(*Open(HostOf(server) + "/a:1", options), LayerOf(image), bytes).has_value());
  EXPECT_EQ(bytes, image.layer);
}

TEST(DistributionClient, UnreadableOptionsAreNamedBeforeAnythingIsSent) {
  RegistryOptions options = Quick();
  options.hosts["r.example"].mirrors = {"ftp://x"};
  const auto mirror = MakeRegistrySource(*ImageReference::Parse("r.example/a"), options);
  ASSERT_FALSE(mirror.has_value());
  EXPECT_THAT(mirror.error().message, HasSubstr("mirror of r.example"));
  options = Quick();
  options.hosts["r.example"].tls.ca_pem = "no certificate";
  const auto ca = MakeRegistrySource(*ImageReference::Parse("r.example/a"), options);
  ASSERT_FALSE(ca.has_value());
  EXPECT_THAT(ca.error().message, HasSubstr("r.example"));
}

TEST(DistributionClient, DeadlineAndStopEndIt) {
  ScriptedServer server([&](const auto&, auto& reply) { reply.Wait(std::chrono::seconds(60)); });
  const auto source = Open(HostOf(server) + "/a:1");
  EXPECT_EQ(
      source->Resolve({}, CallContext::WithTimeout(std::chrono::milliseconds(100))).error().code,
      ErrorCode::kDeadlineExceeded);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(source->Resolve({}, CallContext{stop.get_token()}).error().code, ErrorCode::kCancelled);
}

TEST(DistributionClient, ADownRegistryIsUnavailable) {
  int port = 0;
  {
    ScriptedServer gone([](const auto&, auto&) {});
    port = gone.port();
  }
  const auto resolved =
      Open("127.0.0.1:" + std::to_string(port) + "/a:1")->Resolve({}, ThirtySeconds());
  ASSERT_FALSE(resolved.has_value());
  EXPECT_EQ(resolved.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(resolved.error().message, Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace narrows::registry
