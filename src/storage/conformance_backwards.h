#pragma once

// The part of the conformance suite about the way back: from what advisories speak of to images,
// findings and the workloads that run them.

#include <string>
#include <vector>

#include "storage/conformance_suite.h"

namespace narrows::storage {

TEST_P(StoreConformance, LeadsFromAPackageToTheImagesThatHoldIt) {
  model::ImageAnalysis other = Image("sha256:2");
  other.packages.erase(other.packages.begin(), other.packages.begin() + 2);
  other.packages.push_back(Package("Flask_Login", "2.0", ""));
  other.packages.back().ecosystem = "PyPI";
  Write(0, [&](Transaction& t) {
    ASSERT_TRUE(t.images().Put(other).has_value());
    ASSERT_TRUE(t.images().Put(Image("sha256:1")).has_value());
  });
  const auto snapshot = Read();
  const auto containing = [&](const std::vector<PackageName>& packages) {
    const auto digests = snapshot->images().Containing(packages);
    EXPECT_TRUE(digests.has_value()) << digests.error().message;
    return digests.value_or(std::vector<std::string>());
  };
  using ::testing::ElementsAre;
  using ::testing::IsEmpty;
  EXPECT_THAT(containing({{"Debian", "curl"}}), ElementsAre("sha256:1"));
  EXPECT_THAT(containing({{"Debian", "libcurl4"}}), ElementsAre("sha256:1")) << "its own name";
  EXPECT_THAT(containing({{"Debian", "zlib"}}), ElementsAre("sha256:1", "sha256:2"));
  EXPECT_THAT(containing({{"PyPI", "flask-login"}}), ElementsAre("sha256:2")) << "any spelling";
  EXPECT_THAT(containing({{"Alpine", "zlib"}, {"Debian", "nothing"}}), IsEmpty());
  EXPECT_THAT(containing({{"PyPI", "flask-login"}, {"Debian", "curl"}, {"Debian", "curl"}}),
              ElementsAre("sha256:1", "sha256:2"));
  EXPECT_THAT(containing({}), IsEmpty());
}

TEST_P(StoreConformance, AnImageThatIsReplacedIsFoundByWhatItHoldsNow) {
  model::ImageAnalysis image = Image("sha256:1");
  Write(0, [&](Transaction& t) { ASSERT_TRUE(t.images().Put(image).has_value()); });
  image.packages = {Package("openssl", "3", "openssl")};
  Write(1, [&](Transaction& t) { ASSERT_TRUE(t.images().Put(image).has_value()); });
  EXPECT_TRUE(Read()->images().Containing({{"Debian", "curl"}})->empty());
  EXPECT_EQ(Read()->images().Containing({{"Debian", "openssl"}})->size(), 1u);
  ASSERT_TRUE(store_->Compact(Day(2)).has_value());
  EXPECT_EQ((*Read()->images().Get("sha256:1"))->analysis.packages, image.packages);
}

TEST_P(StoreConformance, ImagesThatShareALayerKeepTheirOwnPackages) {
  model::ImageAnalysis one = Image("sha256:1");
  model::ImageAnalysis two = Image("sha256:2");
  two.packages.push_back(Package("zstd", "1.5", "zstd"));
  two.packages.back().layer = "sha256:d2";
  model::ImageAnalysis folder = Image("sha256:3");
  for (model::Package& package : folder.packages) package.layer.clear();
  Write(0, [&](Transaction& t) {
    for (const auto& image : {one, two, folder}) ASSERT_TRUE(t.images().Put(image).has_value());
  });
  for (const auto& image : {one, two, folder}) {
    EXPECT_EQ((*Read()->images().Get(image.digest))->analysis.packages, image.packages)
        << image.digest;
  }
}

TEST_P(StoreConformance, LeadsFromAVulnerabilityToItsFindings) {
  const model::ImageAnalysis one = Image("sha256:1");
  const model::ImageAnalysis two = Image("sha256:2");
  const model::Finding curl = Finding(one, 0, "CVE-2026-1");
  const model::Finding other = Finding(one, 2, "CVE-2026-2");
  const model::Finding in_two = Finding(two, 0, "CVE-2026-1");
  const auto scan = [&](Transaction& t, const std::string& digest,
                        const std::vector<model::Finding>& findings) {
    ASSERT_TRUE(t.findings().Replace(digest, Scan("db"), findings).has_value());
  };
  Write(1, [&](Transaction& t) {
    for (const auto& image : {one, two}) ASSERT_TRUE(t.images().Put(image).has_value());
    scan(t, "sha256:1", {curl, other});
  });
  Write(2, [&](Transaction& t) { scan(t, "sha256:2", {in_two}); });
  const auto of = [&](const std::string& id, bool with_resolved) {
    std::vector<std::string> found;
    const auto findings = Read()->findings().OfVulnerability(id, with_resolved);
    EXPECT_TRUE(findings.has_value()) << findings.error().message;
    for (const StoredFinding& finding : *findings) found.push_back(finding.finding.id);
    return found;
  };
  using ::testing::ElementsAre;
  EXPECT_THAT(of("CVE-2026-1", false), ElementsAre(curl.id, in_two.id));
  EXPECT_THAT(of("DEBIAN-CVE-2026-2", false), ElementsAre(other.id)) << "the advisory's own id";
  EXPECT_EQ(of("A-1", false).size(), 3u) << "another name";
  EXPECT_TRUE(of("A", false).empty());
  EXPECT_TRUE(of("CVE-2026-3", true).empty());
  const auto stored = Read()->findings().OfVulnerability("CVE-2026-1", false);
  EXPECT_EQ((*stored)[1].first_seen, Day(2));
  EXPECT_EQ(std::get<model::PackageSubject>((*stored)[1].finding.subject).package, two.packages[0]);
  Write(3, [&](Transaction& t) { scan(t, "sha256:1", {other}); });
  EXPECT_THAT(of("CVE-2026-1", false), ElementsAre(in_two.id));
  EXPECT_THAT(of("CVE-2026-1", true), ElementsAre(curl.id, in_two.id));
}

TEST_P(StoreConformance, LeadsFromAnImageToTheWorkloadsThatRunIt) {
  const model::ImageAnalysis image = Image("sha256:1");
  const model::Finding bad = Finding(image, 0, "CVE-2026-1");
  const model::Finding accepted = Finding(image, 1, "CVE-2026-2");
  const model::Finding harmless = Finding(image, 2, "CVE-2026-3");
  model::Assessment web = Assess("web", model::Verdict::kViolated, 1);
  web.containers[0].violations = {
      {std::make_shared<const model::Finding>(bad), "severity", "High exceeds Medium"}};
  web.containers[0].suppressions = {
      {std::make_shared<const model::Finding>(accepted), "exception", "known"}};
  model::Assessment strict = web;
  strict.policy = "strict";
  strict.containers[0].suppressions.clear();
  model::Assessment elsewhere = Assess("api", model::Verdict::kPassed, 1);
  for (auto& container : elsewhere.containers) container.image_digest = "sha256:2";
  Write(1, [&](Transaction& t) {
    ASSERT_TRUE(t.images().Put(image).has_value());
    ASSERT_TRUE(t.findings().Replace("sha256:1", Scan("db"), {bad, accepted, harmless}));
    for (const auto& assessment : {strict, web, elsewhere})
      ASSERT_TRUE(t.assessments().Put(assessment).has_value());
  });
  using Standing = FindingUse::Standing;
  const auto uses = [&](const std::string& digest, const std::string& finding) {
    const auto found = Read()->assessments().UsesOf(digest, finding);
    EXPECT_TRUE(found.has_value()) << found.error().message;
    return found.value_or(std::vector<FindingUse>());
  };
  ASSERT_EQ(uses("sha256:1", "").size(), 2u);
  const FindingUse use = uses("sha256:1", bad.id)[0];
  EXPECT_EQ(use.workload, Workload("web"));
  EXPECT_EQ(use.policy, "demo");
  EXPECT_EQ(use.verdict, model::Verdict::kViolated);
  EXPECT_EQ(use.standing, Standing::kViolates);
  EXPECT_EQ(use.rule, "severity");
  EXPECT_EQ(use.reason, "High exceeds Medium");
  EXPECT_EQ(uses("sha256:1", accepted.id)[0].standing, Standing::kSuppressed);
  EXPECT_EQ(uses("sha256:1", accepted.id)[1].standing, Standing::kTolerated);
  EXPECT_EQ(uses("sha256:1", harmless.id)[1].standing, Standing::kTolerated);
  EXPECT_EQ(uses("sha256:2", bad.id)[0].workload, Workload("api"));
  Write(2, [&](Transaction& t) {
    for (auto& container : web.containers) container.image_digest = "sha256:2";
    ASSERT_TRUE(t.assessments().Put(web).has_value());
    ASSERT_TRUE(t.assessments().Remove(Workload("web"), "strict").has_value());
  });
  EXPECT_TRUE(uses("sha256:1", "").empty()) << "it runs another image now";
  EXPECT_EQ(uses("sha256:2", "").size(), 2u);
}

}  // namespace narrows::storage
