#include "findings/rescan.h"

#include <gtest/gtest.h>

namespace narrows::findings {
namespace {

// Two findings in each package, named after the advisories and the package.
class TwoEach final : public Scanner {
 public:
  explicit TwoEach(std::string advisories) : advisories_(std::move(advisories)) {}
  std::string_view Name() const override { return "vulnerability"; }
  std::string_view Version() const override { return "1"; }
  Result<ScanOutcome> Scan(const model::ImageAnalysis& image,
                           const CallContext& context) const override {
    RETURN_IF_ERROR(context.Check());
    ScanOutcome outcome;
    outcome.statuses = {std::to_string(image.packages.size())};
    outcome.unknown_reason = advisories_;
    for (const model::Package& package : image.packages) {
      if (package.version == "clean") continue;
      for (const char* each : {"1", "2"}) {
        model::Finding& finding = outcome.findings.emplace_back();
        finding.vulnerability.id = advisories_ + package.name + each;
        finding.id = finding.vulnerability.id;
        outcome.stated[finding.id] = nullptr;
        finding.subject = model::PackageSubject{image.digest, package};
      }
    }
    return outcome;
  }

 private:
  std::string advisories_;
};

std::string Ids(const ScanOutcome& outcome) {
  std::string ids;
  for (const model::Finding& finding : outcome.findings) ids += finding.vulnerability.id + " ";
  return ids;
}

TEST(Rescan, JudgesTheConcernedPackagesAnewInTheirPlace) {
  model::ImageAnalysis image;
  image.packages = {{.name = "a"}, {.name = "b"}, {.name = "c", .version = "clean"}, {.name = "d"}};
  const ScanOutcome before = *TwoEach("old-").Scan(image, {});
  const auto outcome = Rescan(
      TwoEach("new-"), image, before,
      [](const model::Package& package) { return package.name == "b" || package.name == "c"; }, {});
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(Ids(*outcome), "old-a1 old-a2 new-b1 new-b2 old-d1 old-d2 ");
  EXPECT_EQ(outcome->stated.size(), 6u) << "and of each what is stated";
  EXPECT_TRUE(outcome->stated.contains("new-b1") && outcome->stated.contains("old-d2"));
  EXPECT_EQ(outcome->unknown_reason, "old-");
  EXPECT_EQ(outcome->statuses, before.statuses) << "of the whole image, not of a part";
}

TEST(Rescan, FailsAsTheScanner) {
  std::stop_source stop;
  stop.request_stop();
  const CallContext context = CallContext::WithTimeout(std::chrono::seconds(30), stop.get_token());
  const auto outcome = Rescan(
      TwoEach("new-"), {}, {}, [](const model::Package&) { return true; }, context);
  EXPECT_EQ(outcome.error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace narrows::findings
