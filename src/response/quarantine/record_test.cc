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
}

TEST(SavedLabels, AreReadBackAsWritten) {
  const model::Labels labels = {{"app", "shop"}, {"example.com/tier", ""}};
  const SavedLabels saved = ParseLabels(*FormatLabels(labels));
  EXPECT_EQ(saved.labels, labels);
  EXPECT_EQ(saved.damage, "");
}

TEST(SavedLabels, WhatCannotBeALabelIsLeftOutAndNamed) {
  const std::string long_value(64, 'v');
  for (const auto& [json, damage] : std::vector<std::pair<std::string, const char*>>{
           {"", "no JSON object"},
           {"[1]", "no JSON object"},
           {R"({"app":"shop","tier":7})", "cannot be put back: tier"},
           {R"({"app":"shop","no key":"v"})", "cannot be put back: no key"},
           {R"({"app":"shop","tier":"a b"})", "cannot be put back: tier"},
           {R"({"app":"shop","tier":")" + long_value + "\"}", "cannot be put back: tier"},
           {R"({"app":"shop","goharbor.io/inspection":"risk"})",
            "cannot be put back: goharbor.io/inspection"},
           {R"({"app":")" + std::string(70'000, 'v') + "\"}", "larger than Narrows writes it"}}) {
    const SavedLabels saved = ParseLabels(json);
    EXPECT_THAT(saved.damage, HasSubstr(damage)) << json.substr(0, 80);
    EXPECT_THAT(saved.damage, HasSubstr("narrows.goharbor.io/detached-labels"));
    const bool some = json.find("shop") != std::string::npos;
    EXPECT_EQ(saved.labels, some ? model::Labels({{"app", "shop"}}) : model::Labels());
  }
}

TEST(SavedLabels, TooManyAreNotWritten) {
  model::Labels labels;
  for (int i = 0; i < 1000; ++i) labels["l" + std::to_string(i)] = "v";
  EXPECT_TRUE(FormatLabels(labels).has_value());
  EXPECT_EQ(ParseLabels(*FormatLabels(labels)).labels.size(), 1000u);
  labels["one-more"] = "v";
  EXPECT_FALSE(FormatLabels(labels).has_value());
  labels.clear();
  for (int i = 0; i < 900; ++i)
    labels[std::string(50, 'k') + std::to_string(i)] = std::string(60, 'v');
  EXPECT_FALSE(FormatLabels(labels).has_value());
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
