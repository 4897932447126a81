#include "control/change_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "base/file.h"
#include "storage/sqlite/sqlite_store.h"

namespace narrows::control {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr TimePoint kStart{Duration(1'700'000'000'000)};
constexpr const char* kDigest = "sha256:1";

class ChangeFeedTest : public ::testing::Test {
 protected:
  ChangeFeedTest() : folder_(ScopedTempDir::Create()) { Open(100000); }

  void Open(size_t changes) {
    store_.reset();
    store_ = *storage::OpenSqliteStore(
        {.path = folder_->path() / "store", .cluster = "c", .retention = {.changes = changes}});
  }

  void Write(const std::function<void(storage::Transaction&)>& write) {
    now_ += std::chrono::seconds(1);
    auto transaction = store_->Begin(now_);
    ASSERT_TRUE(transaction.has_value()) << transaction.error().message;
    write(**transaction);
    ASSERT_TRUE((*transaction)->Commit().has_value());
  }

  static model::ImageAnalysis Image() {
    model::ImageAnalysis image;
    image.digest = kDigest;
    image.reference = "shop:1";
    image.packages = {{.ecosystem = "Debian", .name = "curl", .version = "7"}};
    return image;
  }

  static model::Finding Finding(int number) {
    model::Finding finding;
    finding.scanner = "vulnerability";
    finding.severity = model::Severity::kHigh;
    finding.subject = model::PackageSubject{kDigest, Image().packages[0]};
    finding.vulnerability.id = "CVE-2026-" + std::to_string(1000 + number);
    finding.vulnerability.fixed_version = "8";
    finding.id = model::FindingIdentity(finding);
    return finding;
  }

  static model::Violation Violation(int number, const std::string& reason) {
    return {std::make_shared<const model::Finding>(Finding(number)), "severity", reason};
  }

  void Scan(const std::vector<model::Finding>& findings) {
    Write([&](storage::Transaction& t) {
      ASSERT_TRUE(
          t.findings().Replace(kDigest, {.scanner = "vulnerability"}, findings).has_value());
    });
  }

  void Judge(std::vector<model::Violation> violations) {
    model::Assessment assessment;
    assessment.workload = {"c", "shop", "apps/v1", "Deployment", "web", "u"};
    assessment.policy = "production";
    assessment.verdict = violations.empty() ? model::Verdict::kPassed : model::Verdict::kViolated;
    assessment.containers.emplace_back().violations = std::move(violations);
    Write([&](storage::Transaction& t) {
      assessment.time = now_ - std::chrono::milliseconds(300);
      ASSERT_TRUE(t.assessments().Put(assessment).has_value());
    });
  }

  std::vector<std::string> Next(ChangeFeed& feed) {
    const auto notes = feed.Next();
    EXPECT_TRUE(notes.has_value()) << notes.error().message;
    std::vector<std::string> lines;
    if (!notes.has_value()) return lines;
    for (const ChangeNote& note : *notes)
      lines.push_back(note.what + " | " + note.subject + " | " + note.text);
    return lines;
  }

  Result<ScopedTempDir> folder_;
  std::unique_ptr<storage::Store> store_;
  TimePoint now_ = kStart;
};

TEST_F(ChangeFeedTest, TellsOnlyWhatComesAndEachThingOnce) {
  Write([&](storage::Transaction& t) { ASSERT_TRUE(t.images().Put(Image()).has_value()); });
  ChangeFeed feed(*store_);
  EXPECT_THAT(Next(feed), IsEmpty()) << "what was there before";
  Scan({Finding(1)});
  EXPECT_THAT(Next(feed),
              ElementsAre("found | shop:1 | CVE-2026-1001 (High) in curl 7, fixed in 8"));
  EXPECT_THAT(Next(feed), IsEmpty());
  Scan({Finding(1), Finding(2)});
  EXPECT_THAT(Next(feed),
              ElementsAre("found | shop:1 | CVE-2026-1002 (High) in curl 7, fixed in 8"));
  Scan({Finding(2)});
  EXPECT_THAT(Next(feed),
              ElementsAre("resolved | shop:1 | CVE-2026-1001 (High) in curl 7, fixed in 8"));
}

TEST_F(ChangeFeedTest, TellsVerdictsThatChangeAndWhy) {
  Write([&](storage::Transaction& t) { ASSERT_TRUE(t.images().Put(Image()).has_value()); });
  Scan({Finding(1), Finding(2)});
  ChangeFeed feed(*store_);
  (void)Next(feed);
  Judge({});
  EXPECT_THAT(Next(feed),
              ElementsAre("verdict | shop/Deployment/web | none to passed under production"));
  Judge({Violation(1, "High exceeds Medium"), Violation(2, "x")});
  EXPECT_THAT(Next(feed),
              ElementsAre("verdict | shop/Deployment/web | passed to violated under production: "
                          "CVE-2026-1001 (High) in curl 7, fixed in 8, High exceeds Medium (and 1 "
                          "more)"));
  Judge({Violation(1, "High exceeds Medium")});
  EXPECT_THAT(Next(feed), IsEmpty()) << "other evidence, the same verdict";
}

TEST_F(ChangeFeedTest, TellsImagesActionsAndPolicies) {
  ChangeFeed feed(*store_);
  (void)Next(feed);
  model::ActionRecord action;
  action.id = "a";
  action.kind = "quarantine";
  action.workload = {"c", "shop", "apps/v1", "Deployment", "web", "u"};
  action.reason = "CVE-2026-1001";
  action.effectiveness = {false, {"allow-all"}, "allow-all admits everyone"};
  Write([&](storage::Transaction& t) {
    ASSERT_TRUE(t.images().Put(Image()).has_value());
    ASSERT_TRUE(t.actions().Put(action).has_value());
    ASSERT_TRUE(t.policies().Record({"production", 3, "{}", {}}).has_value());
  });
  EXPECT_THAT(Next(feed),
              ElementsAre("image | shop:1 | 1 packages read",
                          "quarantine | shop/Deployment/web | CVE-2026-1001; not effective: "
                          "allow-all admits everyone",
                          "policy | production | is at generation 3"));
}

TEST_F(ChangeFeedTest, ManyFindingsAreCountedPastTheFirst) {
  Write([&](storage::Transaction& t) { ASSERT_TRUE(t.images().Put(Image()).has_value()); });
  ChangeFeed feed(*store_);
  (void)Next(feed);
  std::vector<model::Finding> findings;
  for (int i = 0; i < 25; ++i) findings.push_back(Finding(i));
  Scan(findings);
  const auto lines = Next(feed);
  ASSERT_EQ(lines.size(), 11u);
  EXPECT_EQ(lines.back(), "found | shop:1 | and 15 more");
}

TEST_F(ChangeFeedTest, SaysThatItMissedSomethingAndGoesOn) {
  Open(2);
  ChangeFeed feed(*store_);
  Write([&](storage::Transaction& t) { ASSERT_TRUE(t.images().Put(Image()).has_value()); });
  (void)Next(feed);
  for (int i = 0; i < 5; ++i) Scan(std::vector<model::Finding>(1, Finding(i)));
  ASSERT_TRUE(store_->Compact(now_).has_value());
  EXPECT_EQ(feed.Next().error().code, ErrorCode::kOutOfRange);
  EXPECT_THAT(Next(feed), IsEmpty());
  Scan({Finding(9), Finding(4)});
  EXPECT_EQ(Next(feed).size(), 1u);
}

}  // namespace
}  // namespace narrows::control
