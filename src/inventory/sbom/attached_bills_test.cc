#include "inventory/sbom/attached_bills.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/sha256.h"

namespace narrows::inventory::sbom {
namespace {

using registry::Annotations;
using registry::AttachedArtifact;
using registry::AttachedFile;
using registry::Referrer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kManifest = "sha256:m";
constexpr const char* kIndex = "sha256:i";

CallContext ThirtySeconds() { return CallContext::WithTimeout(std::chrono::seconds(30)); }

std::string Digest(const std::string& bytes) { return "sha256:" + Sha256Hex(bytes); }

std::string Bill(const std::string& purl) {
  return R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"x","purl":")" +
         purl + "\"}]}";
}

// What a registry has, in memory.
class FakeRepository final : public registry::ReferrerRepository {
 public:
  AttachedFile Put(const std::string& bytes, const std::string& media_type,
                   const Annotations& annotations = {}) {
    files[Digest(bytes)] = bytes;
    return {{media_type, Digest(bytes), static_cast<int64_t>(bytes.size())}, annotations};
  }
  Referrer PutArtifact(const std::string& type, const AttachedFile& file,
                       const Annotations& annotations = {}) {
    const std::string digest = Digest(type + file.file.digest);
    artifacts[digest] = {.type = type, .files = {file}};
    return {.artifact_type = type, .digest = digest, .annotations = annotations};
  }

  Result<std::vector<Referrer>> List(const std::string& subject, const std::string&,
                                     const CallContext&) override {
    if (down) return Unavailable("the registry is down");
    return referrers[subject];
  }
  Result<std::vector<Referrer>> Attestations(const std::string&, const std::string&,
                                             const CallContext&) override {
    return attestations;
  }
  Result<AttachedArtifact> Fetch(const Referrer& referrer, const std::string&,
                                 const CallContext&) override {
    return artifacts.at(referrer.digest);
  }
  Result<std::vector<AttachedFile>> Tagged(const std::string& subject, const std::string& suffix,
                                           const CallContext&) override {
    return tagged[subject + "." + suffix];
  }
  Result<std::string> ReadFile(const registry::ArtifactFile& file, size_t,
                               const CallContext&) override {
    ++reads;
    return files.at(file.digest);
  }

  bool down = false;
  int reads = 0;
  std::map<std::string, std::vector<Referrer>> referrers;
  std::vector<Referrer> attestations;
  std::map<std::string, AttachedArtifact> artifacts;
  std::map<std::string, std::vector<AttachedFile>> tagged;
  std::map<std::string, std::string> files;
};

std::vector<std::string> Names(const AttachedBills& found) {
  std::vector<std::string> names;
  for (const AttachedBill& bill : found.bills)
    names.push_back(bill.bill.analysis.packages.at(0).name);
  return names;
}

TEST(AttachedBills, AreFoundWhereverTheyMayBe) {
  FakeRepository repository;
  const std::string in_toto =
      R"({"_type":"https://in-toto.io/Statement/v0.1","predicateType":"https://cyclonedx.org/bom",)"
      R"("predicate":)" +
      Bill("pkg:npm/buildkit@1") + "}";
  repository.referrers[kManifest] = {
      repository.PutArtifact(
          "application/vnd.cyclonedx+json",
          repository.Put(Bill("pkg:npm/referrer@1"), "application/vnd.cyclonedx+json")),
      repository.PutArtifact("application/vnd.dev.sigstore.bundle.v0.3+json",
                             repository.Put("a signature", "application/vnd.dev.sigstore"))};
  repository.referrers[kIndex] = {
      repository.PutArtifact("", repository.Put(Bill("pkg:npm/index@1"), "application/spdx+json"))};
  repository.attestations = {repository.PutArtifact(
      "", repository.Put(in_toto, "application/vnd.in-toto+json",
                         {{"in-toto.io/predicate-type", "https://spdx.dev/Document"}}))};
  repository.tagged["sha256:m.sbom"] = {
      repository.Put(Bill("pkg:npm/tag@1"), "text/spdx+json"),
      repository.Put(Bill("pkg:npm/referrer@1"), "text/spdx+json")};  // the same again
  repository.tagged["sha256:m.att"] = {
      repository.Put("provenance", "application/vnd.dsse.envelope.v1+json",
                     {{"predicateType", "https://slsa.dev/provenance/v1"}})};
  const auto found = FetchAttachedBills(repository, kManifest, kIndex, ThirtySeconds());
  ASSERT_TRUE(found.has_value());
  EXPECT_THAT(Names(*found), ElementsAre("referrer", "tag", "buildkit", "index"));
  EXPECT_THAT(found->problems, IsEmpty());
  EXPECT_EQ(repository.reads, 4);
}

TEST(AttachedBills, WhatCannotBeReadIsSaid) {
  FakeRepository repository;
  repository.tagged["sha256:m.sbom"] = {repository.Put("rubbish", "text/spdx")};
  for (int i = 0; i < 20; ++i)
    repository.tagged["sha256:m.sbom"].push_back(
        repository.Put(Bill("pkg:npm/a@" + std::to_string(i)), "text/spdx"));
  const auto found = FetchAttachedBills(repository, kManifest, "", ThirtySeconds());
  ASSERT_TRUE(found.has_value());
  EXPECT_THAT(found->bills, SizeIs(kMostAttachedBills - 1));
  EXPECT_THAT(found->problems,
              ElementsAre(HasSubstr("no bill of materials"), HasSubstr("more than 8")));
  repository.down = true;
  EXPECT_FALSE(FetchAttachedBills(repository, kManifest, "", ThirtySeconds()).has_value());
}

model::ImageAnalysis Image() {
  model::ImageAnalysis image;
  image.distribution = model::Distribution{.id = "debian", .version_id = "12"};
  image.packages = {{.ecosystem = "Debian", .name = "zlib1g", .version = "1"},
                    {.ecosystem = "PyPI", .name = "Jinja2", .version = "3.0"}};
  return image;
}

AttachedBill Attached(const std::vector<std::string>& purls) {
  std::string components;
  for (const std::string& purl : purls)
    components += (components.empty() ? "" : ",") + (R"({"name":"x","purl":")" + purl + "\"}");
  auto bill = ReadBillOfMaterials(R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[)" +
                                  components + "]}");
  EXPECT_TRUE(bill.has_value());
  return {"sha256:d", *std::move(bill)};
}

TEST(SecondOpinion, AddsWhatOnlyTheBillNamesAndMarksIt) {
  model::ImageAnalysis image = Image();
  const AttachedBill attached =
      Attached({"pkg:deb/debian/zlib1g@1?distro=debian-12", "pkg:pypi/jinja2@3.0",
                "pkg:pypi/jinja2@3.1", "pkg:npm/hidden@1"});
  EXPECT_EQ(AddSecondOpinion(attached, image), 2u);
  ASSERT_THAT(image.packages, SizeIs(4));
  EXPECT_EQ(image.packages[0], Image().packages[0]);
  EXPECT_EQ(image.packages[1], Image().packages[1]);
  EXPECT_EQ(image.packages[2].version, "3.1");
  EXPECT_EQ(image.packages[3].name, "hidden");
  EXPECT_EQ(image.packages[3].path, "sbom:sha256:d");
  EXPECT_EQ(image.packages[3].evidence, model::Evidence::kBillOfMaterials);
  // Once more is none more.
  EXPECT_EQ(AddSecondOpinion(attached, image), 0u);
}

TEST(SecondOpinion, ABillOfAnotherReleaseIsNotJudgedByThisOnes) {
  model::ImageAnalysis image = Image();
  EXPECT_EQ(AddSecondOpinion(Attached({"pkg:deb/debian/zlib1g@1?distro=debian-11"}), image), 1u);
  EXPECT_EQ(image.packages[1].ecosystem, "Debian:11");
}

}  // namespace
}  // namespace narrows::inventory::sbom
