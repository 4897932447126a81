#include "control/attached_vex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace narrows::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string Document(const std::string& id) {
  return R"({"@context":"https://openvex.dev/ns/v0.2.0","@id":")" + id +
         R"(","author":"Shop","statements":[{"vulnerability":{"name":"CVE-1-1"},"status":"fixed",
         "products":[{"@id":"pkg:npm/a"}]}]})";
}

// A repository that holds artifacts of one file each; the file's digest is the artifact's with "f".
class FakeRepository final : public registry::ReferrerRepository {
 public:
  struct Held {
    std::string type;
    std::string media_type;
    std::string bytes;
  };
  std::map<std::string, std::vector<std::string>> listed;  // by subject
  std::map<std::string, std::vector<std::string>> tagged;
  std::map<std::string, std::vector<std::string>> in_index;
  std::map<std::string, Held> held;
  std::optional<Error> failure;
  int reads = 0;

  Result<std::vector<registry::Referrer>> List(const std::string& subject, const std::string&,
                                               const CallContext&) override {
    if (failure) return *failure;
    return Referrers(listed[subject]);
  }
  Result<std::vector<registry::Referrer>> Attestations(const std::string& index, const std::string&,
                                                       const CallContext&) override {
    return Referrers(in_index[index]);
  }
  Result<registry::AttachedArtifact> Fetch(const registry::Referrer& referrer, const std::string&,
                                           const CallContext&) override {
    const auto found = held.find(referrer.digest);
    if (found == held.end()) return DataLoss("damaged");
    registry::AttachedArtifact artifact;
    artifact.type = found->second.type;
    artifact.files = {{{found->second.media_type, referrer.digest + "f", 1}, {}}};
    return artifact;
  }
  Result<std::vector<registry::AttachedFile>> Tagged(const std::string& subject,
                                                     const std::string& suffix,
                                                     const CallContext&) override {
    std::vector<registry::AttachedFile> files;
    if (suffix != "att") return files;
    for (const std::string& digest : tagged[subject])
      files.push_back({{held[digest].media_type, digest + "f", 1}, {}});
    return files;
  }
  Result<std::string> ReadFile(const registry::ArtifactFile& file, size_t,
                               const CallContext&) override {
    ++reads;
    return held[file.digest.substr(0, file.digest.size() - 1)].bytes;
  }

 private:
  std::vector<registry::Referrer> Referrers(const std::vector<std::string>& digests) {
    std::vector<registry::Referrer> referrers;
    for (const std::string& digest : digests) {
      registry::Referrer referrer;
      referrer.digest = digest;
      referrer.artifact_type = held.contains(digest) ? held[digest].type : "";
      referrers.push_back(std::move(referrer));
    }
    return referrers;
  }
};

std::vector<std::string> Ids(const AttachedVex& attached) {
  std::vector<std::string> ids;
  for (const auto& document : attached.documents) ids.push_back(document.document->id);
  return ids;
}

class AttachedVexTest : public ::testing::Test {
 protected:
  AttachedVexTest() {
    image_.digest = "manifest";
    image_.index_digest = "index";
  }
  AttachedVex Read() {
    auto attached = ReadAttachedVex(repository_, image_, {});
    EXPECT_TRUE(attached.has_value()) << attached.error().message;
    return attached.has_value() ? *std::move(attached) : AttachedVex();
  }

  FakeRepository repository_;
  model::ImageAnalysis image_;
};

TEST_F(AttachedVexTest, AreReadFromAllPlacesOnceEach) {
  repository_.held = {
      {"a", {"application/vnd.openvex+json", "application/json", Document("x:a")}},
      {"b", {"application/vnd.in-toto+json", "application/vnd.in-toto+json", Document("x:b")}},
      {"c", {"", "application/vnd.dsse.envelope.v1+json", Document("x:c")}},
      {"d", {"application/vnd.csaf+json", "application/json", Document("x:d")}}};
  repository_.listed["manifest"] = {"a"};
  repository_.listed["index"] = {"a", "d"};
  repository_.in_index["index"] = {"b"};
  repository_.tagged["manifest"] = {"c"};
  const AttachedVex attached = Read();
  EXPECT_THAT(Ids(attached), ElementsAre("x:a", "x:c", "x:b", "x:d"));
  EXPECT_THAT(attached.warnings, IsEmpty());
  EXPECT_EQ(attached.documents[0].source, "attached af");
}

TEST_F(AttachedVexTest, WhatIsSomethingElseIsPassedOver) {
  repository_.held = {
      {"a", {"application/spdx+json", "application/json", Document("x:a")}},
      {"b", {"application/vnd.in-toto+json", "application/json", R"({"predicate":{}})"}},
      {"c", {"application/vnd.dev.cosign", "application/octet-stream", Document("x:c")}},
      {"d",
       {"application/vnd.cyclonedx+json", "application/json",
        R"({"bomFormat":"CycloneDX","components":[]})"}}};
  repository_.listed["manifest"] = {"a", "b", "c", "d"};
  const AttachedVex attached = Read();
  EXPECT_THAT(attached.documents, IsEmpty());
  EXPECT_THAT(attached.warnings, IsEmpty());
  EXPECT_EQ(repository_.reads, 2) << "what says that it is something else is not fetched";
}

TEST_F(AttachedVexTest, WhatIsDamagedIsNamedAndTheRestRead) {
  repository_.held = {{"a", {"application/openvex", "application/json", "{"}},
                      {"b", {"application/openvex", "application/json", Document("x:b")}}};
  repository_.listed["manifest"] = {"gone", "a", "b"};
  const AttachedVex attached = Read();
  EXPECT_THAT(Ids(attached), ElementsAre("x:b"));
  EXPECT_THAT(attached.warnings, ElementsAre(HasSubstr("gone: damaged"), HasSubstr("af: ")));
}

TEST_F(AttachedVexTest, ThereIsALimit) {
  for (size_t i = 0; i < kMostAttachedDocuments + 5; ++i) {
    const std::string digest = std::to_string(i) + "-";
    repository_.held[digest] = {"application/openvex", "application/json", Document("x:" + digest)};
    repository_.listed["manifest"].push_back(digest);
  }
  const AttachedVex attached = Read();
  EXPECT_THAT(attached.documents, SizeIs(kMostAttachedDocuments));
  EXPECT_THAT(attached.warnings, ElementsAre(HasSubstr("more than 100 documents")));
}

TEST_F(AttachedVexTest, ARegistryThatCannotBeAskedIsAnError) {
  repository_.failure = Unavailable("down");
  EXPECT_EQ(ReadAttachedVex(repository_, image_, {}).error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace narrows::control
