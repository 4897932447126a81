#include "assessment/assess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace narrows::assessment {
namespace {

using model::Finding;
using model::Severity;
using model::Verdict;

const TimePoint kNow = *ParseRfc3339("2026-06-01T12:00:00Z");

Finding Vulnerability(const std::string& id, Severity severity, const std::string& fixed = "2") {
  Finding finding;
  finding.severity = severity;
  finding.vulnerability.id = id;
  finding.vulnerability.advisory = "DEBIAN-" + id;
  finding.vulnerability.aliases = {"GHSA-" + id};
  finding.vulnerability.fixed_version = fixed;
  model::Package package;
  package.ecosystem = "Debian";
  package.name = "libssl3";
  package.source_name = "openssl";
  package.version = package.source_version = "1";
  package.purl = "pkg:deb/debian/libssl3@1?arch=amd64";
  finding.subject = model::PackageSubject{"sha256:1", package};
  return finding;
}

Policy WithBaseline(Baseline baseline) {
  Policy policy;
  policy.meta.name = "p";
  policy.baselines = {baseline};
  return policy;
}

std::shared_ptr<const std::vector<Finding>> Shared(std::vector<Finding> findings) {
  return std::make_shared<const std::vector<Finding>>(std::move(findings));
}

model::ContainerAssessment Judge(const Policy& policy, std::vector<Finding> findings,
                                 PodLabels pods = {}) {
  return JudgeImage(policy, ImageScan{"sha256:1", Shared(std::move(findings)), ""}, pods, kNow);
}

findings::vex::Statements Stated(const std::string& status, const std::string& product) {
  auto document = advisories::vex::ReadDocument(
      R"({"@context":"https://openvex.dev/ns/v0.2.0","@id":"x:1","author":"Shop","statements":[
      {"vulnerability":{"name":"CVE-1"},"status":")" +
      status + R"(","products":[{"@id":")" + product + R"("}]}]})");
  return findings::vex::Statements(
      {{"policy p", std::make_shared<const advisories::vex::Document>(*std::move(document))}});
}

TEST(Vex, WhatIsStatedToBeNoneBreaksNoBaselineAndStays) {
  ImageScan scan{"sha256:1", Shared({Vulnerability("CVE-1", Severity::kCritical)}), ""};
  scan.image = std::make_shared<const model::ImageAnalysis>();
  scan.repository = "docker.io/library/shop";
  Policy policy = WithBaseline({});
  policy.baselines[0].accepted = Severity::kLow;
  const auto judge = [&](const std::string& status, const std::string& product) {
    policy.vex = std::make_shared<const findings::vex::Statements>(Stated(status, product));
    return JudgeImage(policy, scan, {}, kNow);
  };
  const auto none = judge("not_affected", "pkg:deb/debian/libssl3");
  EXPECT_EQ(none.verdict, Verdict::kPassed);
  ASSERT_EQ(none.suppressions.size(), 1u);
  EXPECT_EQ(none.suppressions[0].by, "vex");
  EXPECT_EQ(none.suppressions[0].reason, "not_affected; by Shop in x:1");
  ASSERT_NE(none.suppressions[0].statement, nullptr);
  EXPECT_EQ(none.suppressions[0].statement->source, "policy p");
  EXPECT_EQ(judge("fixed", "pkg:oci/shop").verdict, Verdict::kPassed);
  EXPECT_EQ(judge("affected", "pkg:deb/debian/libssl3").verdict, Verdict::kViolated);
  EXPECT_EQ(judge("fixed", "pkg:oci/other").verdict, Verdict::kViolated);
  auto newer = std::make_shared<model::VexStatement>();
  newer->status = "affected";
  newer->time = kNow;
  scan.stated = std::make_shared<const model::StatedOfFindings>(
      model::StatedOfFindings{{(*scan.findings)[0].id, newer}});
  EXPECT_EQ(judge("fixed", "pkg:deb/debian/libssl3").verdict, Verdict::kViolated);
  newer->status = "fixed";
  policy.vex = nullptr;
  EXPECT_EQ(JudgeImage(policy, scan, {}, kNow).verdict, Verdict::kPassed);
  scan.stated = nullptr;
  scan.image = nullptr;
  EXPECT_EQ(judge("fixed", "pkg:deb/debian/libssl3").verdict, Verdict::kViolated);
}

struct RuleCase {
  const char* name;
  Baseline baseline;
  Severity severity;
  const char* fixed;
  bool kev;
  double epss;       // -1: none
  const char* rule;  // "" where it doesn't violate; "suppressed"
};

class BaselineRule : public testing::TestWithParam<RuleCase> {};

TEST_P(BaselineRule, Decides) {
  Finding finding = Vulnerability("CVE-1", GetParam().severity, GetParam().fixed);
  finding.vulnerability.kev = GetParam().kev;
  if (GetParam().epss >= 0) finding.vulnerability.epss = model::Epss{GetParam().epss, 0.5};
  const auto judged = Judge(WithBaseline(GetParam().baseline), {finding});
  if (GetParam().rule == std::string("suppressed")) {
    ASSERT_EQ(judged.suppressions.size(), 1u);
    EXPECT_EQ(judged.suppressions[0].by, "onlyFixed");
    EXPECT_EQ(judged.verdict, Verdict::kPassed);
  } else if (GetParam().rule == std::string()) {
    EXPECT_TRUE(judged.violations.empty());
    EXPECT_TRUE(judged.suppressions.empty());
    EXPECT_EQ(judged.verdict, Verdict::kPassed);
  } else {
    ASSERT_EQ(judged.violations.size(), 1u);
    EXPECT_EQ(judged.violations[0].rule, GetParam().rule);
    EXPECT_EQ(judged.verdict, Verdict::kViolated);
  }
  EXPECT_EQ(judged.findings, 1);
}

constexpr Baseline kMedium = {Severity::kMedium, false, false, {}};
constexpr Baseline kMediumFixed = {Severity::kMedium, true, false, {}};
constexpr Baseline kKev = {Severity::kCritical, false, true, {}};
constexpr Baseline kKevFixed = {Severity::kCritical, true, true, {}};
constexpr Baseline kEpss = {Severity::kCritical, false, false, 0.5};
INSTANTIATE_TEST_SUITE_P(
    Table, BaselineRule,
    testing::Values(
        RuleCase{"Above", kMedium, Severity::kHigh, "2", false, -1, "severity"},
        RuleCase{"Equal", kMedium, Severity::kMedium, "2", false, -1, ""},
        RuleCase{"Below", kMedium, Severity::kLow, "2", false, -1, ""},
        RuleCase{"UnknownNever", kMedium, Severity::kUnknown, "2", false, -1, ""},
        RuleCase{"NoneAcceptsNone",
                 {Severity::kNone, false, false, {}},
                 Severity::kNone,
                 "2",
                 false,
                 -1,
                 ""},
        RuleCase{"UnknownBaselineIsNone",
                 {Severity::kUnknown, false, false, {}},
                 Severity::kNone,
                 "2",
                 false,
                 -1,
                 ""},
        RuleCase{"NoneRefusesNegligible",
                 {Severity::kNone, false, false, {}},
                 Severity::kNegligible,
                 "2",
                 false,
                 -1,
                 "severity"},
        RuleCase{"OnlyFixedWithFix", kMediumFixed, Severity::kHigh, "2", false, -1, "severity"},
        RuleCase{"OnlyFixedWithoutFix", kMediumFixed, Severity::kHigh, "", false, -1, "suppressed"},
        RuleCase{"OnlyFixedBelow", kMediumFixed, Severity::kLow, "", false, -1, ""},
        RuleCase{"Kev", kKev, Severity::kLow, "", true, -1, "kev"},
        RuleCase{"KevOfUnknownSeverity", kKev, Severity::kUnknown, "", true, -1, "kev"},
        RuleCase{"KevNotAsked", kMedium, Severity::kLow, "", true, -1, ""},
        RuleCase{"KevOnlyFixed", kKevFixed, Severity::kLow, "", true, -1, "suppressed"},
        RuleCase{"EpssReached", kEpss, Severity::kUnknown, "", false, 0.5, "epss"},
        RuleCase{"EpssBelow", kEpss, Severity::kUnknown, "", false, 0.49, ""},
        RuleCase{"EpssAbsent", kEpss, Severity::kHigh, "", false, -1, ""}),
    [](const auto& test) { return test.param.name; });

TEST(Judge, NamesEveryRuleBroken) {
  Finding finding = Vulnerability("CVE-1", Severity::kCritical);
  finding.vulnerability.kev = true;
  const auto judged = Judge(WithBaseline({Severity::kMedium, false, true, {}}), {finding});
  ASSERT_EQ(judged.violations.size(), 1u);
  EXPECT_EQ(judged.violations[0].reason,
            "Critical exceeds the accepted Medium; known to be exploited (CISA KEV)");
}

TEST(Judge, OneBaselineOfSeveralSuffices) {
  Policy policy = WithBaseline(kMediumFixed);
  policy.baselines.push_back(kKev);
  Finding finding = Vulnerability("CVE-1", Severity::kHigh, "");
  EXPECT_EQ(Judge(policy, {finding}).verdict, Verdict::kPassed);
  finding.vulnerability.kev = true;
  const auto judged = Judge(policy, {finding});
  EXPECT_EQ(judged.verdict, Verdict::kViolated);
  EXPECT_TRUE(judged.suppressions.empty());
}

TEST(Judge, WhatIsNoVulnerabilityNeverViolates) {
  for (const auto kind : {model::FindingKind::kErratum, model::FindingKind::kInformational,
                          model::FindingKind::kMalware}) {
    Finding finding = Vulnerability("DLA-1", Severity::kCritical);
    finding.kind = kind;
    EXPECT_EQ(Judge(WithBaseline(kMedium), {finding}).verdict, Verdict::kPassed);
  }
}

TEST(Judge, WithoutBaselinesAllThatCanBeReadPasses) {
  EXPECT_EQ(Judge(Policy(), {Vulnerability("CVE-1", Severity::kCritical)}).verdict,
            Verdict::kPassed);
}

TEST(Judge, UnknownIsNeitherPassedNorViolatedUnlessAFindingViolates) {
  ImageScan scan{"sha256:1", Shared({Vulnerability("CVE-1", Severity::kLow)}),
                 "no advisory speaks of Debian 13"};
  const Policy policy = WithBaseline(kMedium);
  EXPECT_EQ(JudgeImage(policy, scan, {}, kNow).verdict, Verdict::kUnknown);
  scan.findings = Shared({Vulnerability("CVE-1", Severity::kHigh)});
  const auto judged = JudgeImage(policy, scan, {}, kNow);
  EXPECT_EQ(judged.verdict, Verdict::kViolated);
  EXPECT_EQ(judged.unknown_reason, "no advisory speaks of Debian 13");
}

TEST(Judge, EvidencePointsIntoTheScanAndCopiesNothing) {
  const ImageScan scan{
      "sha256:1",
      Shared({Vulnerability("CVE-1", Severity::kHigh), Vulnerability("CVE-2", Severity::kHigh)}),
      ""};
  Policy policy = WithBaseline(kMedium);
  policy.exceptions = {{"CVE-2", {}, {}, "accepted", {}}};
  const auto judged = JudgeImage(policy, scan, {}, kNow);
  EXPECT_EQ(judged.violations.at(0).finding.get(), &(*scan.findings)[0]);
  EXPECT_EQ(judged.suppressions.at(0).finding.get(), &(*scan.findings)[1]);
}

struct ExceptionCase {
  const char* name;
  const char* id;
  const char* package;
  const char* label;    // app=… wanted; "" for any workload
  const char* expires;  // "" for never
  bool applies;
};

class ExceptionOfPolicy : public testing::TestWithParam<ExceptionCase> {};

TEST_P(ExceptionOfPolicy, Applies) {
  Exception exception;
  exception.id = GetParam().id;
  exception.reason = "accepted";
  if (*GetParam().package) exception.package = *PackagePattern::Parse(GetParam().package);
  if (*GetParam().label)
    exception.workloads = model::LabelSelector{{{"app", GetParam().label}}, {}};
  if (*GetParam().expires) exception.expires = *ParseRfc3339(GetParam().expires);
  Policy policy = WithBaseline(kMedium);
  policy.exceptions = {exception};
  const model::Labels labels = {{"app", "shop"}};
  const std::vector<const model::Labels*> pods = {&labels};
  const auto judged = Judge(policy, {Vulnerability("CVE-2024-1", Severity::kHigh)}, pods);
  EXPECT_EQ(judged.verdict, GetParam().applies ? Verdict::kPassed : Verdict::kViolated);
  ASSERT_EQ(judged.suppressions.size(), GetParam().applies ? 1u : 0u);
  if (GetParam().applies) {
    EXPECT_EQ(judged.suppressions[0].by, "exception");
    EXPECT_EQ(judged.suppressions[0].reason, "accepted");
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, ExceptionOfPolicy,
    testing::Values(
        ExceptionCase{"Id", "CVE-2024-1", "", "", "", true},
        ExceptionCase{"IdInAnyCase", "cve-2024-1", "", "", "", true},
        ExceptionCase{"Alias", "GHSA-CVE-2024-1", "", "", "", true},
        ExceptionCase{"Advisory", "DEBIAN-CVE-2024-1", "", "", "", true},
        ExceptionCase{"OtherId", "CVE-2024-11", "", "", "", false},
        ExceptionCase{"Package", "", "pkg:deb/debian/openssl", "", "", true},
        ExceptionCase{"OtherPackage", "", "pkg:deb/debian/zlib", "", "", false},
        ExceptionCase{"IdInOtherPackage", "CVE-2024-1", "pkg:deb/debian/zlib", "", "", false},
        ExceptionCase{"Workload", "CVE-2024-1", "", "shop", "", true},
        ExceptionCase{"OtherWorkload", "CVE-2024-1", "", "blog", "", false},
        ExceptionCase{"NotYetExpired", "CVE-2024-1", "", "", "2026-06-01T12:00:01Z", true},
        ExceptionCase{"Expired", "CVE-2024-1", "", "", "2026-06-01T12:00:00Z", false}),
    [](const auto& test) { return test.param.name; });

TEST(Exceptions, ForWorkloadsDoNotApplyToABareImage) {
  Policy policy = WithBaseline(kMedium);
  policy.exceptions = {{"CVE-1", {}, model::LabelSelector{}, "r", {}}};
  EXPECT_EQ(Judge(policy, {Vulnerability("CVE-1", Severity::kHigh)}).verdict, Verdict::kViolated);
}

// --- whole workloads

model::Pod RunningPod(const std::string& name, std::vector<model::Container> containers) {
  model::Pod pod;
  pod.name_space = "shop";
  pod.name = name;
  pod.phase = "Running";
  pod.labels = {{"app", "shop"}};
  pod.containers = std::move(containers);
  return pod;
}

class AssessWorkload : public testing::Test {
 protected:
  std::optional<model::Assessment> Run() {
    return Assess(
        policy, name_space, workload,
        [this](const model::Pod&, const model::Container& container) {
          ++lookups;
          const auto& image = images[container.image_id];
          return ImageScan{image.digest, Shared(image.findings), image.unknown_reason};
        },
        kNow);
  }

  struct Image {
    std::string digest;
    std::vector<Finding> findings;
    std::string unknown_reason;
  };
  std::map<std::string, Image> images = {
      {"bad", {"sha256:bad", {Vulnerability("CVE-1", Severity::kHigh)}, ""}},
      {"good", {"sha256:good", {}, ""}},
      {"lost", {"", {}, "the registry is down"}}};
  Policy policy = WithBaseline(kMedium);
  model::Namespace name_space = {"shop", "u", {{"team", "a"}}, false};
  model::Workload workload = {{"c", "shop", "apps/v1", "Deployment", "web", "u"}, {}};
  int lookups = 0;
};

TEST_F(AssessWorkload, WorstOfAllContainersDecides) {
  workload.pods = {RunningPod("a", {{"init", "i", "bad", model::ContainerRole::kInit, false},
                                    {"main", "g", "good", model::ContainerRole::kMain, true},
                                    {"side", "l", "lost", model::ContainerRole::kMain, true}})};
  auto assessment = Run();
  ASSERT_TRUE(assessment.has_value());
  EXPECT_EQ(assessment->verdict, Verdict::kViolated);
  EXPECT_EQ(assessment->policy, "p");
  EXPECT_EQ(assessment->workload.name, "web");
  ASSERT_EQ(assessment->containers.size(), 3u);
  EXPECT_EQ(assessment->containers[2].verdict, Verdict::kUnknown);
  EXPECT_EQ(assessment->containers[2].unknown_reason, "the registry is down");
  workload.pods[0].containers.erase(workload.pods[0].containers.begin());
  EXPECT_EQ(Run()->verdict, Verdict::kUnknown);
  workload.pods[0].containers.pop_back();
  EXPECT_EQ(Run()->verdict, Verdict::kPassed);
}

TEST_F(AssessWorkload, ReplicasOfOneImageAreOneEntry) {
  const model::Container bad = {"main", "i", "bad", model::ContainerRole::kMain, true};
  workload.pods = {RunningPod("a", {bad}), RunningPod("b", {bad})};
  EXPECT_EQ(Run()->containers.size(), 1u);
}

// As in the middle of a rollout that changes the pods' labels but not the image.
TEST_F(AssessWorkload, AnExceptionForWorkloadsMustHoldForEachPodOfTheImage) {
  const model::Container bad = {"main", "i", "bad", model::ContainerRole::kMain, true};
  const auto accepted_for = [](const char* app) {
    return Exception{"CVE-1", {}, model::LabelSelector{{{"app", app}}, {}}, app, {}};
  };
  policy.exceptions = {accepted_for("shop")};
  workload.pods = {RunningPod("a", {bad}), RunningPod("b", {bad})};
  EXPECT_EQ(Run()->verdict, Verdict::kPassed);
  workload.pods[1].labels = {{"app", "blog"}};
  EXPECT_EQ(Run()->verdict, Verdict::kViolated);
  std::swap(workload.pods[0], workload.pods[1]);
  EXPECT_EQ(Run()->verdict, Verdict::kViolated);
  ASSERT_EQ(Run()->containers.size(), 1u);
  policy.exceptions.push_back(accepted_for("blog"));
  EXPECT_EQ(Run()->verdict, Verdict::kPassed);
}

TEST_F(AssessWorkload, ContainerWithoutImageHasNotStarted) {
  workload.pods = {RunningPod("a", {{"main", "i", "", model::ContainerRole::kMain, false}})};
  const auto assessment = Run();
  EXPECT_EQ(assessment->verdict, Verdict::kUnknown);
  EXPECT_EQ(assessment->containers[0].unknown_reason, kNotStartedYet);
  EXPECT_EQ(lookups, 0);
  policy.on_unknown = OnUnknown::kFail;
  EXPECT_FALSE(Fails(policy, *assessment));
}

TEST_F(AssessWorkload, OnUnknownDecidesWhetherUnknownFails) {
  workload.pods = {RunningPod("a", {{"main", "l", "lost", model::ContainerRole::kMain, true}})};
  const auto assessment = Run();
  EXPECT_FALSE(Fails(policy, *assessment));
  EXPECT_TRUE(Fingerprints(policy, *assessment).empty());
  policy.on_unknown = OnUnknown::kFail;
  EXPECT_TRUE(Fails(policy, *assessment));
  EXPECT_EQ(assessment->verdict, Verdict::kUnknown);
  EXPECT_THAT(Fingerprints(policy, *assessment), testing::ElementsAre("unknown"));
}

TEST(Fails, NeverForWhatNarrowsHasNotLookedAtYet) {
  Policy policy;
  policy.on_unknown = OnUnknown::kFail;
  for (const std::string_view reason : {kNotStartedYet, kNotReadYet, kNoDatabaseYet})
    EXPECT_FALSE(Fails(policy, JudgeImage(policy, {"", nullptr, std::string(reason)}, {}, kNow)));
  EXPECT_TRUE(Fails(policy, JudgeImage(policy, {"", nullptr, "registry down"}, {}, kNow)));
}

TEST_F(AssessWorkload, SelectorsLimitIt) {
  workload.pods = {RunningPod("a", {{"main", "g", "good", model::ContainerRole::kMain, true}})};
  policy.workload_selector = {{{"app", "blog"}}, {}};
  EXPECT_FALSE(Run().has_value());
  policy.workload_selector = {{{"app", "shop"}}, {}};
  EXPECT_TRUE(Run().has_value());
  policy.namespace_selector = {{{"team", "b"}}, {}};
  EXPECT_FALSE(Run().has_value());
  policy.namespace_selector = {{{"team", "a"}}, {}};
  EXPECT_TRUE(Run().has_value());
  policy.work_namespace = "shop";
  EXPECT_FALSE(Run().has_value());
}

TEST_F(AssessWorkload, EndedPodsCountOnlyWhereNoneLives) {
  workload.pods = {RunningPod("old", {{"main", "i", "bad", model::ContainerRole::kMain, false}}),
                   RunningPod("new", {{"main", "g", "good", model::ContainerRole::kMain, true}})};
  workload.pods[0].phase = "Failed";
  EXPECT_EQ(Run()->verdict, Verdict::kPassed);
  workload.pods[1].phase = "Succeeded";
  EXPECT_EQ(Run()->verdict, Verdict::kViolated);
  workload.pods.clear();
  EXPECT_FALSE(Run().has_value());
}

TEST_F(AssessWorkload, NothingWithoutTheImageScanner) {
  workload.pods = {RunningPod("a", {{"main", "g", "good", model::ContainerRole::kMain, true}})};
  policy.scanners.image = false;
  EXPECT_FALSE(Run().has_value());
}

TEST(Fingerprint, SurvivesANewImageAndAnotherVersion) {
  Finding first = Vulnerability("CVE-1", Severity::kHigh);
  Finding second = Vulnerability("CVE-1", Severity::kCritical, "3");
  std::get<model::PackageSubject>(second.subject).image_digest = "sha256:2";
  std::get<model::PackageSubject>(second.subject).package.version = "1.1";
  EXPECT_EQ(Fingerprint(first), Fingerprint(second));
  EXPECT_NE(Fingerprint(first), Fingerprint(Vulnerability("CVE-2", Severity::kHigh)));
  EXPECT_EQ(Fingerprint(first).size(), 8u);
}

}  // namespace
}  // namespace narrows::assessment
