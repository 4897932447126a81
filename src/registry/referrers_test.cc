// What is attached to images, at registries with and without the referrers API, and at lying ones.
#include "registry/referrers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>

#include "http/scripted/scripted_server.h"
#include "registry/referrer_documents.h"
#include "registry/test_image.h"

namespace narrows::registry {
namespace {

using http::scripted::ScriptedReply;
using http::scripted::ScriptedRequest;
using http::scripted::ScriptedServer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kSbomType = "application/vnd.cyclonedx+json";
constexpr const char* kVexType = "application/vnd.openvex+json";

CallContext ThirtySeconds() { return CallContext::WithTimeout(std::chrono::seconds(30)); }

std::string Digest(const std::string& bytes) { return TestImage::Digest(bytes); }

// A registry that answers what it was given, by method-less target without the query; what it does
// not have is 404.
class FakeRegistry {
 public:
  FakeRegistry() : server_([this](const auto& request, auto& reply) { Answer(request, reply); }) {}

  std::string host() const { return "127.0.0.1:" + std::to_string(server_.port()); }
  const std::string subject = Digest("an image");

  void Put(const std::string& path, const std::string& body,
           std::vector<std::string> headers = {std::string("Content-Type: ") +
                                               TestImage::kIndexType},
           int status = 200) {
    const std::lock_guard lock(mutex_);
    answers_["/v2/team/app/" + path] = {status, body, std::move(headers)};
  }

  std::vector<std::string> asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

  std::unique_ptr<ReferrerRepository> Open(const std::vector<std::string>& mirrors = {}) const {
    RegistryOptions options;
    options.http.proxy = "none";
    options.limits.retry_delay = std::chrono::milliseconds(1);
    options.hosts[host()].mirrors = mirrors;
    auto opened =
        MakeReferrerRepository(*ImageReference::Parse(host() + "/team/app:1"), std::move(options));
    EXPECT_TRUE(opened.has_value());
    return *std::move(opened);
  }

 private:
  struct Canned {
    int status;
    std::string body;
    std::vector<std::string> headers;
  };

  void Answer(const ScriptedRequest& request, ScriptedReply& reply) {
    Canned canned{404, R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"unknown"}]})", {}};
    {
      const std::lock_guard lock(mutex_);
      asked_.push_back(request.target);
      auto found = answers_.find(request.target);
      if (found == answers_.end())
        found = answers_.find(request.target.substr(0, request.target.find('?')));
      if (found != answers_.end()) canned = found->second;
    }
    reply.Send(canned.status, canned.body, canned.headers);
  }

  std::mutex mutex_;
  std::map<std::string, Canned> answers_;
  std::vector<std::string> asked_;
  ScriptedServer server_;
};

std::string Entry(const std::string& manifest, const std::string& type,
                  const std::string& annotations = "{}") {
  return R"({"mediaType":")" + std::string(TestImage::kManifestType) + R"(","digest":")" +
         Digest(manifest) + R"(","size":)" + std::to_string(manifest.size()) +
         (type.empty() ? "" : R"(,"artifactType":")" + type + "\"") + R"(,"annotations":)" +
         annotations + "}";
}

std::string Index(const std::vector<std::string>& entries) {
  std::string list;
  for (const std::string& entry : entries) list += (list.empty() ? "" : ",") + entry;
  return R"({"schemaVersion":2,"mediaType":")" + std::string(TestImage::kIndexType) +
         R"(","manifests":[)" + list + "]}";
}

std::string Manifest(const std::string& file, const std::string& subject) {
  return R"({"schemaVersion":2,"artifactType":"application/vnd.cyclonedx+json",)"
         R"("config":{"mediaType":"application/vnd.oci.empty.v1+json"},"layers":[{"mediaType":")" +
         std::string(kSbomType) + R"(","digest":")" + Digest(file) + R"(","size":)" +
         std::to_string(file.size()) + R"(,"annotations":{"predicateType":"p"}}])" +
         (subject.empty() ? "" : R"(,"subject":{"digest":")" + subject + "\"}") + "}";
}

std::vector<std::string> TypesOf(const Result<std::vector<Referrer>>& referrers) {
  if (!referrers.has_value()) return {referrers.error().message};
  std::vector<std::string> types;
  for (const Referrer& referrer : *referrers) types.push_back(referrer.artifact_type);
  return types;
}

TEST(Referrers, AreListedByTheApiAndFilteredHereToo) {
  FakeRegistry registry;
  registry.Put("referrers/" + registry.subject,
               Index({Entry("a", kSbomType), Entry("b", kVexType), Entry("c", "")}));
  const auto repository = registry.Open();
  EXPECT_THAT(TypesOf(repository->List(registry.subject, "", ThirtySeconds())),
              ElementsAre(kSbomType, kVexType, ""));
  EXPECT_THAT(TypesOf(repository->List(registry.subject, kVexType, ThirtySeconds())),
              ElementsAre(kVexType, ""));
  EXPECT_THAT(registry.asked().back(), HasSubstr("?artifactType=application%2Fvnd.openvex%2Bjson"));
}

TEST(Referrers, ARegistryWithoutTheApiHasATagForThem) {
  for (const int status : {400, 404, 405, 501}) {
    FakeRegistry registry;
    registry.Put("referrers/" + registry.subject, "{}", {}, status);
    const auto repository = registry.Open();
    EXPECT_THAT(TypesOf(repository->List(registry.subject, "", ThirtySeconds())), IsEmpty());
    registry.Put("manifests/sha256-" + registry.subject.substr(7),
                 Index({Entry("a", kSbomType), Entry("b", kVexType)}));
    EXPECT_THAT(TypesOf(repository->List(registry.subject, kVexType, ThirtySeconds())),
                ElementsAre(kVexType));
  }
}

TEST(Referrers, AWebPageIsNoList) {
  FakeRegistry registry;
  registry.Put("referrers/" + registry.subject, "<html>", {"Content-Type: text/HTML"});
  EXPECT_THAT(TypesOf(registry.Open()->List(registry.subject, "", ThirtySeconds())), IsEmpty());
}

TEST(Referrers, ARefusalIsNoEmptyList) {
  for (const int status : {401, 403, 503}) {
    FakeRegistry registry;
    registry.Put("referrers/" + registry.subject, "{}", {}, status);
    EXPECT_FALSE(registry.Open()->List(registry.subject, "", ThirtySeconds()).has_value())
        << status;
  }
}

TEST(Referrers, EveryPageIsRead) {
  FakeRegistry registry;
  const std::string path = "referrers/" + registry.subject;
  registry.Put(
      path, Index({Entry("a", kSbomType)}),
      {"Content-Type: application/json", "Link: </v2/team/app/" + path + "?last=1>; rel=\"next\""});
  registry.Put(path + "?last=1", Index({Entry("b", kVexType)}));
  EXPECT_THAT(TypesOf(registry.Open()->List(registry.subject, "", ThirtySeconds())),
              ElementsAre(kSbomType, kVexType));
}

TEST(Referrers, PagesWithoutEndAndPagesElsewhereAreRefused) {
  FakeRegistry registry;
  const std::string path = "referrers/" + registry.subject;
  registry.Put(path, Index({}), {"Link: </v2/team/app/" + path + ">; rel=\"next\""});
  auto list = registry.Open()->List(registry.subject, "", ThirtySeconds());
  ASSERT_FALSE(list.has_value());
  EXPECT_EQ(list.error().code, ErrorCode::kResourceExhausted);
  registry.Put(path, Index({}), {"Link: <http://10.0.0.1/v2/>; rel=\"next\""});
  list = registry.Open()->List(registry.subject, "", ThirtySeconds());
  ASSERT_FALSE(list.has_value());
  EXPECT_THAT(list.error().message, HasSubstr("10.0.0.1"));
}

TEST(Referrers, FilesAreVerified) {
  FakeRegistry registry;
  const std::string file = R"({"bomFormat":"CycloneDX"})";
  const std::string manifest = Manifest(file, registry.subject);
  registry.Put("referrers/" + registry.subject, Index({Entry(manifest, kSbomType)}));
  registry.Put("manifests/" + Digest(manifest), manifest);
  registry.Put("blobs/" + Digest(file), file);
  const auto repository = registry.Open();
  const auto list = repository->List(registry.subject, "", ThirtySeconds());
  ASSERT_THAT(TypesOf(list), SizeIs(1));
  const auto artifact = repository->Fetch(list->front(), registry.subject, ThirtySeconds());
  ASSERT_TRUE(artifact.has_value()) << artifact.error().message;
  EXPECT_EQ(artifact->type, kSbomType);
  ASSERT_THAT(artifact->files, SizeIs(1));
  EXPECT_EQ(artifact->files[0].annotations.at("predicateType"), "p");
  EXPECT_EQ(repository->ReadFile(artifact->files[0].file, 100, ThirtySeconds()).value_or(""), file);

  const auto large = repository->ReadFile(artifact->files[0].file, 10, ThirtySeconds());
  ASSERT_FALSE(large.has_value());
  EXPECT_EQ(large.error().code, ErrorCode::kResourceExhausted);

  std::string other = file;
  other[2] = 'B';
  for (const std::string& altered : {other, file + " ", file.substr(1)}) {
    registry.Put("blobs/" + Digest(file), altered);
    EXPECT_FALSE(repository->ReadFile(artifact->files[0].file, 100, ThirtySeconds()).has_value())
        << altered;
  }
  registry.Put("manifests/" + Digest(manifest), manifest + "\n");
  EXPECT_FALSE(repository->Fetch(list->front(), registry.subject, ThirtySeconds()).has_value());
}

TEST(Referrers, WhatIsAttachedToAnotherImageIsRefused) {
  FakeRegistry registry;
  const std::string manifest = Manifest("{}", Digest("another image"));
  registry.Put("referrers/" + registry.subject, Index({Entry(manifest, kSbomType)}));
  registry.Put("manifests/" + Digest(manifest), manifest);
  const auto repository = registry.Open();
  const auto list = repository->List(registry.subject, "", ThirtySeconds());
  const auto artifact = repository->Fetch(list->at(0), registry.subject, ThirtySeconds());
  ASSERT_FALSE(artifact.has_value());
  EXPECT_THAT(artifact.error().message, HasSubstr("is attached to " + Digest("another image")));
}

TEST(Referrers, CosignsTagsHoldFiles) {
  FakeRegistry registry;
  const auto repository = registry.Open();
  const auto none = repository->Tagged(registry.subject, "sbom", ThirtySeconds());
  ASSERT_TRUE(none.has_value());
  EXPECT_THAT(*none, IsEmpty());
  registry.Put("manifests/sha256-" + registry.subject.substr(7) + ".att", Manifest("{}", ""));
  const auto files = repository->Tagged(registry.subject, "att", ThirtySeconds());
  ASSERT_TRUE(files.has_value()) << files.error().message;
  ASSERT_THAT(*files, SizeIs(1));
  EXPECT_EQ(files->front().file.digest, Digest("{}"));
}

TEST(Referrers, BuildKitsAttestationsStandInTheIndex) {
  FakeRegistry registry;
  const auto annotations = [](const std::string& of) {
    return R"({"vnd.docker.reference.type":"attestation-manifest",)"
           R"("vnd.docker.reference.digest":")" +
           of + "\"}";
  };
  const std::string index =
      Index({Entry("image", ""), Entry("mine", "", annotations(registry.subject)),
             Entry("another's", "", annotations(Digest("x")))});
  registry.Put("manifests/" + Digest(index), index);
  const auto list = registry.Open()->Attestations(Digest(index), registry.subject, ThirtySeconds());
  ASSERT_TRUE(list.has_value()) << list.error().message;
  ASSERT_THAT(*list, SizeIs(1));
  EXPECT_EQ(list->front().digest, Digest("mine"));
}

TEST(Referrers, AMirrorsEmptyListIsNotTheRegistrys) {
  FakeRegistry mirror;
  FakeRegistry registry;
  mirror.Put("referrers/" + registry.subject, Index({}));
  registry.Put("referrers/" + registry.subject, Index({Entry("a", kSbomType)}));
  const auto list =
      registry.Open({"http://" + mirror.host()})->List(registry.subject, "", ThirtySeconds());
  EXPECT_THAT(TypesOf(list), ElementsAre(kSbomType));
  EXPECT_FALSE(mirror.asked().empty());
}

TEST(ReferrerDocuments, MalformedAndHugeOnesAreRefused) {
  for (const char* bytes :
       {"", "[]", "{}", R"({"manifests":{}})", R"({"manifests":[1]})", R"({"manifests":[{}]})",
        R"({"manifests":[{"digest":"sha256:00","size":1}]})"}) {
    const auto list = ParseReferrerIndex(bytes);
    ASSERT_FALSE(list.has_value()) << bytes;
    EXPECT_EQ(list.error().code, ErrorCode::kInvalidArgument) << bytes;
  }
  for (const char* bytes : {"{}", R"({"layers":[0]})", R"({"layers":[{"digest":"x"}]})"})
    EXPECT_FALSE(ParseAttachedArtifact(bytes).has_value()) << bytes;
  const std::string sizeless = R"({"manifests":[{"digest":")" + Digest("") + R"("}]})";
  EXPECT_FALSE(ParseReferrerIndex(sizeless).has_value());
  const std::vector<std::string> many(kMostReferrers + 1, Entry("a", ""));
  const auto list = ParseReferrerIndex(Index(many));
  ASSERT_FALSE(list.has_value());
  EXPECT_EQ(list.error().code, ErrorCode::kResourceExhausted);
}

TEST(ReferrerDocuments, TheNextPageIsFoundAmongLinks) {
  EXPECT_EQ(NextPage("</a?x=1>; rel=\"next\""), "/a?x=1");
  EXPECT_EQ(NextPage("</first>; rel=first, </b>; title=\"x\"; rel=next"), "/b");
  for (const char* link : {"", "</a>", "</a>; rel=\"prev\"", "<", ">", "</a", "rel=next"})
    EXPECT_EQ(NextPage(link), "") << link;
}

}  // namespace
}  // namespace narrows::registry
