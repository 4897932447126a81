#include "control/explanation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "storage/sqlite/sqlite_store.h"

namespace narrows::control {
namespace {

using testing::HasSubstr;
using Standing = storage::FindingUse::Standing;

constexpr TimePoint kTime{Duration(1'700'000'000'000)};

class ExplanationTest : public ::testing::Test {
 protected:
  ExplanationTest() : folder_(ScopedTempDir::Create()) {
    store_ = *storage::OpenSqliteStore({.path = folder_->path() / "store", .cluster = "c"});
    for (const char* digest : {"sha256:1", "sha256:2", "sha256:3"}) Put(digest);
    Assess("shop", "web", "sha256:2", true);
    Assess("shop", "api", "sha256:1", false);
  }

  static model::ImageAnalysis Image(const std::string& digest) {
    model::ImageAnalysis image;
    image.digest = digest;
    image.reference = "registry.example/" + digest.substr(7);
    for (const char* name : {"libssl3", "openssl"}) {
      image.packages.push_back({.ecosystem = "Debian",
                                .name = name,
                                .version = "3.0",
                                .source_name = "openssl",
                                .source_version = "3.0",
                                .layer = "sha256:layer"});
    }
    return image;
  }

  static model::Finding Finding(const model::ImageAnalysis& image, size_t package) {
    model::Finding finding;
    finding.scanner = "vulnerability";
    finding.subject = model::PackageSubject{image.digest, image.packages[package]};
    finding.vulnerability.id = "CVE-2026-1000";
    finding.vulnerability.advisory = "DEBIAN-CVE-2026-1000";
    finding.id = model::FindingIdentity(finding);
    return finding;
  }

  void Put(const std::string& digest) {
    const model::ImageAnalysis image = Image(digest);
    auto transaction = store_->Begin(kTime);
    ASSERT_TRUE((*transaction)->images().Put(image).has_value());
    ASSERT_TRUE(
        (*transaction)
            ->findings()
            .Replace(digest, {.scanner = "vulnerability"}, {Finding(image, 1), Finding(image, 0)})
            .has_value());
    ASSERT_TRUE((*transaction)->Commit().has_value());
  }

  void Assess(const std::string& name_space, const std::string& name, const std::string& digest,
              bool violated) {
    model::Assessment assessment;
    assessment.workload = {"c", name_space, "apps/v1", "Deployment", name, "uid"};
    assessment.policy = "production";
    assessment.verdict = violated ? model::Verdict::kViolated : model::Verdict::kPassed;
    auto& container = assessment.containers.emplace_back();
    container.image_digest = digest;
    const model::ImageAnalysis image = Image(digest);
    container.suppressions = {
        {std::make_shared<const model::Finding>(Finding(image, 0)), "exception", "accepted"}};
    if (violated)
      container.violations = {
          {std::make_shared<const model::Finding>(Finding(image, 1)), "severity", "too high"}};
    auto transaction = store_->Begin(kTime);
    ASSERT_TRUE((*transaction)->assessments().Put(assessment).has_value());
    ASSERT_TRUE((*transaction)->Commit().has_value());
  }

  Result<Explanation> Why(const std::string& id, std::optional<std::string> workload = {}) {
    return Explain(**store_->Read(), id, workload);
  }

  Result<ScopedTempDir> folder_;
  std::unique_ptr<storage::Store> store_;
};

TEST_F(ExplanationTest, NamesImagesAndWorkloadsTheWorstFirst) {
  const auto explanation = Why("CVE-2026-1000");
  ASSERT_TRUE(explanation.has_value()) << explanation.error().message;
  ASSERT_EQ(explanation->images.size(), 3u);
  const HitImage& worst = explanation->images[0];
  EXPECT_EQ(worst.digest, "sha256:2");
  EXPECT_EQ(worst.reference, "registry.example/2");
  ASSERT_EQ(worst.findings.size(), 2u);
  EXPECT_EQ(std::get<model::PackageSubject>(worst.findings[0].finding.subject).package.name,
            "libssl3");
  EXPECT_EQ(worst.findings[0].first_seen, kTime);
  ASSERT_EQ(worst.workloads.size(), 1u);
  EXPECT_EQ(worst.workloads[0].ref.name, "web");
  ASSERT_EQ(worst.workloads[0].policies.size(), 1u);
  const PolicySays& says = worst.workloads[0].policies[0];
  EXPECT_EQ(says.standing, Standing::kViolates) << "the worst of two packages";
  EXPECT_EQ(says.reason, "too high");
  EXPECT_EQ(explanation->images[1].digest, "sha256:1");
  EXPECT_EQ(explanation->images[1].workloads[0].policies[0].standing, Standing::kSuppressed);
  EXPECT_TRUE(explanation->images[2].workloads.empty()) << "nobody runs it";
}

TEST_F(ExplanationTest, OfOneWorkloadOnlyWhatItRuns) {
  const auto explanation = Why("DEBIAN-CVE-2026-1000", "shop/Deployment/api");
  ASSERT_TRUE(explanation.has_value()) << explanation.error().message;
  ASSERT_EQ(explanation->images.size(), 1u);
  EXPECT_EQ(explanation->images[0].digest, "sha256:1");
  EXPECT_TRUE(Why("CVE-2026-2000", "shop/Deployment/api")->images.empty());
}

TEST_F(ExplanationTest, SaysWhenThereIsNoSuchWorkload) {
  EXPECT_EQ(Why("CVE-2026-1000", "shop/Deployment/none").error().code, ErrorCode::kNotFound);
  const auto malformed = Why("CVE-2026-1000", "web");
  EXPECT_EQ(malformed.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(malformed.error().message, HasSubstr("NAMESPACE/KIND/NAME"));
}

}  // namespace
}  // namespace narrows::control
