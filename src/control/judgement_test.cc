#include "control/judgement.h"

#include <gtest/gtest.h>

namespace narrows::control {
namespace {

// An image that runs, with one finding of this severity.
std::shared_ptr<const ScannedImage> Scanned(model::Severity severity) {
  auto image = std::make_shared<ScannedImage>();
  auto analysis = std::make_shared<model::ImageAnalysis>();
  analysis->digest = "sha256:d";
  image->analysis = analysis;
  model::Finding finding;
  finding.severity = severity;
  finding.vulnerability.id = "CVE-2024-1";
  finding.subject = model::PackageSubject{"sha256:d", {}};
  image->outcome.findings = {finding};
  return image;
}

model::Pod MakePod(const std::string& name, const std::string& image_id) {
  model::Pod pod;
  pod.name_space = "shop";
  pod.name = name;
  pod.phase = "Running";
  pod.containers = {{"c", "web:1", image_id, model::ContainerRole::kMain, true}};
  pod.owner = {"", "shop", "apps/v1", "Deployment", "web", "u"};
  return pod;
}

NamespacePicture Picture(std::vector<model::Pod> pods) {
  NamespacePicture picture;
  picture.name_space.name = "shop";
  picture.workloads = {{{"", "shop", "apps/v1", "Deployment", "web", "u"}, std::move(pods)}};
  return picture;
}

assessment::Policy MakePolicy() {
  assessment::Policy policy;
  policy.meta.name = "p";
  policy.baselines = {{model::Severity::kMedium, false, false, {}}};
  return policy;
}

TEST(Judge, AsksOnceForAnImageThatManyPodsRun) {
  int asked = 0;
  const Knowledge knowledge = [&](const ImageRequest&) {
    ++asked;
    return ImageKnowledge{Scanned(model::Severity::kHigh), "", false};
  };
  const Judgement judgement =
      Judge(Picture({MakePod("a", "r@sha256:d"), MakePod("b", "r@sha256:d")}), {MakePolicy()},
            knowledge, TimePoint());
  EXPECT_EQ(asked, 1);
  ASSERT_EQ(judgement.assessments.size(), 1u);
  EXPECT_EQ(judgement.assessments[0].verdict, model::Verdict::kViolated);
  EXPECT_EQ(judgement.images.size(), 1u);
  EXPECT_EQ(judgement.scanned.size(), 1u);
}

TEST(Judge, AnImageThatIsBeingReadIsUnknown) {
  const Knowledge knowledge = [](const ImageRequest&) {
    return ImageKnowledge{nullptr, "the image has not been read yet", true};
  };
  const Judgement judgement =
      Judge(Picture({MakePod("a", "r@sha256:d")}), {MakePolicy()}, knowledge, TimePoint());
  ASSERT_EQ(judgement.assessments.size(), 1u);
  EXPECT_EQ(judgement.assessments[0].verdict, model::Verdict::kUnknown);
}

TEST(Judge, NoImageIsReadForAPolicyThatAsksForNothing) {
  const Knowledge knowledge = [](const ImageRequest&) {
    ADD_FAILURE();
    return ImageKnowledge();
  };
  assessment::Policy off = MakePolicy();
  off.enabled = false;
  assessment::Policy deleted = MakePolicy();
  deleted.meta.deleting = true;
  assessment::Policy elsewhere = MakePolicy();
  elsewhere.namespace_selector.match_labels = {{"inspect", "true"}};
  EXPECT_TRUE(Judge(Picture({MakePod("a", "r@sha256:d")}), {off, deleted, elsewhere}, knowledge,
                    TimePoint())
                  .assessments.empty());
}

TEST(Judge, TheNodesArchitectureDecidesWhichImageIsRead) {
  model::Pod pod = MakePod("a", "r@sha256:d");
  pod.architecture = "arm64";
  EXPECT_EQ(RequestFor(pod, pod.containers[0]).Key(), "r@sha256:d linux/arm64");
}

TEST(Thin, KeepsEveryPodOfWhatMayBeActedOn) {
  const auto thinned = [](model::Severity severity, bool labelled) {
    const Knowledge knowledge = [&](const ImageRequest&) {
      return ImageKnowledge{Scanned(severity), "", false};
    };
    std::vector<model::Pod> pods = {MakePod("a", "r@sha256:d"), MakePod("b", "r@sha256:d")};
    if (labelled)
      pods[1].labels = {{"goharbor.io/controller", "CNSI"}, {"goharbor.io/inspection", "risk"}};
    Judgement judgement = Judge(Picture(pods), {MakePolicy()}, knowledge, TimePoint());
    Thin(judgement);
    return judgement.picture.workloads[0].pods.size();
  };
  EXPECT_EQ(thinned(model::Severity::kHigh, false), 2u);
  EXPECT_EQ(thinned(model::Severity::kLow, true), 2u);
  EXPECT_EQ(thinned(model::Severity::kLow, false), 1u);
}

}  // namespace
}  // namespace narrows::control
