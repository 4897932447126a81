#include "response/quarantine/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "response/quarantine/policy_edit.h"

namespace narrows::response::quarantine {
namespace {

using testing::HasSubstr;

const TimePoint kNow = *ParseRfc3339("2026-06-01T12:00:00Z");

QuarantineRecord Sample() {
  QuarantineRecord record;
  record.workload = "shop/Deployment/web";
  record.isolation = model::Isolation::kDetach;
  record.allow = "p";
  record.reason = "CVE-1 \"quoted\"";
  record.claims = {{"p", kNow, kNow + std::chrono::hours(1)}, {"q", kNow, {}}};
  record.detach = {"web-1"};
  return record;
}

TEST(QuarantineRecord, IsReadBackAsWritten) {
  EXPECT_EQ(*ParseRecord(FormatRecord(Sample())), Sample());
  EXPECT_EQ(ParseRecords(FormatRecords({Sample(), Sample()})).size(), 2u);
}

TEST(QuarantineRecord, LastsAsLongAsItsLastClaim) {
  QuarantineRecord record = Sample();
  EXPECT_FALSE(record.Until().has_value());
  record.claims[1].until = kNow + std::chrono::hours(2);
  EXPECT_EQ(record.Until(), kNow + std::chrono::hours(2));
}

TEST(QuarantineRecord, DamagedOnesAreRefused) {
  for (const char* json :
       {"", "{", "[]", "{}", R"({"workload":1})", R"({"workload":"a","claims":[{}]})",
        R"({"workload":"a","claims":[{"policy":"p","since":"then"}]})",
        R"({"workload":"a","claims":[{"policy":"p","since":"2026-06-01T12:00:00Z","until":1}]})"}) {
    EXPECT_FALSE(ParseRecord(json).has_value()) << json;
  }
  EXPECT_EQ(ParseRecords(R"([{"workload":"a"},7,{}])").size(), 1u);
  EXPECT_TRUE(ParseRecords("{}").empty());
  EXPECT_TRUE(ParseLabels("[1]").empty());
}

TEST(ReleasePatch, AddsToTheListAndDropsWhatIsOver) {
  const std::string policy = R"({"metadata":{"resourceVersion":"7"},"spec":{"inspection":{
    "releases":[{"namespace":"shop","kind":"Deployment","name":"web","until":"2030-01-01T00:00:00Z"},
    {"namespace":"shop","kind":"Pod","name":"over","until":"2026-01-01T00:00:00Z"},
    {"namespace":"shop","kind":"Pod","name":"kept","until":"2030-01-01T00:00:00Z"}]}}})";
  const auto patch = ReleasePatch(policy, {"shop", "deployment", "web", "why", {}}, kNow);
  ASSERT_TRUE(patch.has_value());
  EXPECT_EQ(*patch,
            R"([{"op":"test","path":"/metadata/resourceVersion","value":"7"},)"
            R"({"op":"add","path":"/spec/inspection/releases","value":[)"
            R"({"namespace":"shop","kind":"Pod","name":"kept","until":"2030-01-01T00:00:00Z"},)"
            R"({"namespace":"shop","kind":"deployment","name":"web","reason":"why",)"
            R"("until":"2026-06-02T12:00:00Z"}]}])");
}

TEST(ReleasePatch, RefusesATimeGoneBy) {
  EXPECT_THAT(ReleasePatch(R"({"spec":{"inspection":{}}})", {"n", "k", "x", "", kNow}, kNow)
                  .error()
                  .message,
              HasSubstr("in the future"));
  EXPECT_FALSE(ReleasePatch("{}", {"n", "k", "x", "", {}}, kNow).has_value());
}

TEST(FinalizerPatch, PutsOnAndTakesOffOursOnly) {
  const std::string bare = R"({"metadata":{"resourceVersion":"7"}})";
  EXPECT_EQ(*FinalizerPatch(bare, false), "");
  EXPECT_THAT(*FinalizerPatch(bare, true), HasSubstr(R"(["narrows.goharbor.io/quarantine"])"));
  const std::string both =
      R"({"metadata":{"finalizers":["other","narrows.goharbor.io/quarantine"]}})";
  EXPECT_EQ(*FinalizerPatch(both, true), "");
  EXPECT_THAT(*FinalizerPatch(both, false), HasSubstr(R"("value":["other"])"));
}

}  // namespace
}  // namespace narrows::response::quarantine
