#include "advisories/record_hash.h"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

namespace narrows::advisories {
namespace {

AdvisoryRecord MakeRecord() {
  AdvisoryRecord record;
  record.id = "A";
  record.vulnerabilities = {"CVE-2023-0001"};
  record.aliases = {"CVE-2023-0001", "GHSA-1"};
  record.summary = "a summary";
  record.url = "https://example.com/A";
  record.vendor_severity = "high";
  record.cvss_vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
  record.severity_source = "somebody";
  Affected affected;
  affected.ecosystem = "Debian:12";
  affected.package = "openssl";
  affected.ranges = {{{{EventType::kIntroduced, "0"}, {EventType::kFixed, "3.0.9-1"}}}};
  affected.versions = {"1.0"};
  affected.vendor_severity = "low";
  affected.cvss_vector = "CVSS:2.0/AV:N/AC:L/Au:N/C:C/I:C/A:C";
  record.affected = {affected};
  return record;
}

TEST(RecordHash, ChangesWithAllThatJudgingReads) {
  using Change = std::function<void(AdvisoryRecord&)>;
  const std::vector<Change> changes = {
      [](auto& r) { r.id = "B"; },
      [](auto& r) { r.kind = model::FindingKind::kMalware; },
      [](auto& r) { r.vulnerabilities = {"CVE-2023-0002"}; },
      [](auto& r) { r.aliases.pop_back(); },
      [](auto& r) { r.withdrawn = true; },
      [](auto& r) { r.vendor_severity = "low"; },
      [](auto& r) { r.cvss_vector.clear(); },
      [](auto& r) { r.severity_source = "another"; },
      [](auto& r) { r.affected.clear(); },
      [](auto& r) { r.affected.push_back(r.affected[0]); },
      [](auto& r) { r.affected[0].ecosystem = "Debian:11"; },
      [](auto& r) { r.affected[0].package = "curl"; },
      [](auto& r) { r.affected[0].ranges[0].events[1].type = EventType::kLastAffected; },
      [](auto& r) { r.affected[0].ranges[0].events[1].version = "3.0.9-2"; },
      [](auto& r) { r.affected[0].ranges.push_back(r.affected[0].ranges[0]); },
      [](auto& r) { r.affected[0].versions.push_back("1.1"); },
      [](auto& r) { r.affected[0].unfixed = model::FixStatus::kEndOfLife; },
      [](auto& r) { r.affected[0].vendor_severity.clear(); },
      [](auto& r) { r.affected[0].cvss_vector.clear(); },
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    AdvisoryRecord changed = MakeRecord();
    changes[i](changed);
    EXPECT_NE(HashRecord(changed), HashRecord(MakeRecord())) << "change " << i;
  }
}

TEST(RecordHash, DoesNotChangeWithTextAndTimes) {
  AdvisoryRecord changed = MakeRecord();
  changed.summary = "another";
  changed.url.clear();
  changed.modified = TimePoint(Duration(1));
  changed.published = TimePoint(Duration(1));
  EXPECT_EQ(HashRecord(changed), HashRecord(MakeRecord()));
}

TEST(RecordHash, TextsDoNotRunIntoEachOther) {
  AdvisoryRecord one = MakeRecord();
  AdvisoryRecord two = MakeRecord();
  one.aliases = {"ab", "c"};
  two.aliases = {"a", "bc"};
  EXPECT_NE(HashRecord(one), HashRecord(two));
}

// Files of different builds are compared by it, so it must never change by itself.
TEST(RecordHash, IsTheSameEverywhere) { EXPECT_EQ(HashRecord(MakeRecord()), 0x5063bbea5015e10bu); }

}  // namespace
}  // namespace narrows::advisories
