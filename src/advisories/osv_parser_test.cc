#include "advisories/osv_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace narrows::advisories {
namespace {

using model::FindingKind;
using model::FixStatus;
using testing::ElementsAre;
using testing::IsEmpty;

AdvisoryRecord Parse(const std::string& members) {
  OsvParser parser;
  auto record = parser.Parse("{\"modified\":\"2024-01-02T03:04:05Z\"," + members + "}");
  EXPECT_TRUE(record.has_value()) << (record.has_value() ? "" : record.error().message);
  return record.has_value() ? *record : AdvisoryRecord{};
}

TEST(OsvParser, ReadsARecord) {
  const AdvisoryRecord record = Parse(R"(
    "schema_version":"1.6.7","id":"DEBIAN-CVE-2023-1","aliases":["CVE-2023-0001"],
    "published":"2023-05-01T00:00:00Z","summary":"A fault","details":"Long text",
    "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "affected":[{"package":{"ecosystem":"Debian:12","name":"openssl","purl":"pkg:deb/x"},
      "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"3.0.9-1"}]}]}],
    "references":[{"type":"WEB","url":"https://example.com/w"},
                  {"type":"ADVISORY","url":"https://example.com/CVE-2023-0001"}],
    "database_specific":{"severity_source":"NVD"}, "unknown":{"x":[1,{"y":null}]})");
  EXPECT_EQ(record.id, "DEBIAN-CVE-2023-1");
  EXPECT_THAT(record.vulnerabilities, ElementsAre("CVE-2023-0001"));
  EXPECT_THAT(record.aliases, ElementsAre("CVE-2023-0001"));
  EXPECT_EQ(FormatRfc3339(record.modified), "2024-01-02T03:04:05Z");
  EXPECT_EQ(FormatRfc3339(*record.published), "2023-05-01T00:00:00Z");
  EXPECT_EQ(record.summary, "A fault");
  EXPECT_EQ(record.url, "https://example.com/CVE-2023-0001");
  EXPECT_EQ(record.cvss_vector, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
  EXPECT_EQ(record.severity_source, "NVD");
  ASSERT_EQ(record.affected.size(), 1u);
  EXPECT_EQ(record.affected[0].ecosystem, "Debian:12");
  EXPECT_EQ(record.affected[0].package, "openssl");
  ASSERT_EQ(record.affected[0].ranges.size(), 1u);
  EXPECT_THAT(record.affected[0].ranges[0].events,
              ElementsAre(Event{EventType::kIntroduced, "0"}, Event{EventType::kFixed, "3.0.9-1"}));
}

TEST(OsvParser, FindsCveIdsWhereverTheSchemasPutThem) {
  EXPECT_THAT(Parse(R"("id":"CVE-2020-1234","aliases":["GHSA-x"])").vulnerabilities,
              ElementsAre("CVE-2020-1234"));
  EXPECT_THAT(Parse(R"("id":"DEBIAN-CVE-2020-1234","upstream":["CVE-2020-1234"])").vulnerabilities,
              ElementsAre("CVE-2020-1234"));
  EXPECT_THAT(Parse(R"("id":"USN-1","upstream":["LP-1","CVE-2020-0001"],
                       "affected":[{"package":{"ecosystem":"Ubuntu:20.04:LTS","name":"a"}}])")
                  .vulnerabilities,
              ElementsAre("CVE-2020-0001"));
  EXPECT_THAT(Parse(R"("id":"ALSA-2023:1","related":["CVE-2023-1001","CVE-2023-1000"],
                       "affected":[{"package":{"ecosystem":"AlmaLinux:8","name":"a"}}])")
                  .vulnerabilities,
              ElementsAre("CVE-2023-1000", "CVE-2023-1001"));
  // Elsewhere `related` is something else.
  EXPECT_THAT(Parse(R"("id":"GHSA-1","related":["CVE-2023-1001"],
                       "affected":[{"package":{"ecosystem":"npm","name":"a"}}])")
                  .vulnerabilities,
              ElementsAre("GHSA-1"));
  // Two CVE ids among the aliases are two names of one thing.
  const AdvisoryRecord two = Parse(R"("id":"GHSA-1","aliases":["CVE-2023-1001","CVE-2022-1000"])");
  EXPECT_THAT(two.vulnerabilities, ElementsAre("CVE-2022-1000"));
  EXPECT_THAT(two.aliases, ElementsAre("CVE-2022-1000", "CVE-2023-1001"));
}

TEST(OsvParser, TellsKindsApart) {
  EXPECT_EQ(Parse(R"("id":"ALSA-2023:1")").kind, FindingKind::kVulnerability);
  EXPECT_EQ(Parse(R"("id":"ALBA-2023:1")").kind, FindingKind::kErratum);
  EXPECT_EQ(Parse(R"("id":"ALEA-2023:1")").kind, FindingKind::kErratum);
  EXPECT_EQ(Parse(R"("id":"MAL-2023-1")").kind, FindingKind::kMalware);
  EXPECT_EQ(Parse(R"("id":"RUSTSEC-1","affected":[{"package":{"ecosystem":"crates.io","name":"a"},
                     "database_specific":{"categories":[],"informational":"unmaintained"}}])")
                .kind,
            FindingKind::kInformational);
  EXPECT_EQ(Parse(R"("id":"RUSTSEC-1","affected":[{"package":{"ecosystem":"crates.io","name":"a"},
                     "database_specific":{"categories":["malicious"],"informational":null}}])")
                .kind,
            FindingKind::kMalware);
  EXPECT_EQ(Parse(R"("id":"RUSTSEC-1","affected":[{"package":{"ecosystem":"crates.io","name":"a"},
                     "database_specific":{"informational":null}}])")
                .kind,
            FindingKind::kVulnerability);
}

TEST(OsvParser, ReadsTheVendorsWord) {
  EXPECT_EQ(Parse(R"("id":"A","database_specific":{"severity":"MODERATE"})").vendor_severity,
            "MODERATE");
  EXPECT_EQ(Parse(R"("id":"A","database_specific":{"ubuntu_priority":"low"})").vendor_severity,
            "low");
  EXPECT_EQ(Parse(R"("id":"A","severity":[{"type":"Ubuntu","score":"high"}])").vendor_severity,
            "high");
  EXPECT_EQ(Parse(R"("id":"ALSA-1","summary":"Important: kernel update")").vendor_severity,
            "Important");
  EXPECT_EQ(Parse(R"("id":"A","summary":"Important: read this")").vendor_severity, "");
  EXPECT_EQ(Parse(R"("id":"A","database_specific":{"cvss_v3":9.1})").vendor_severity, "Critical");
  // "untriaged" is no rating.
  EXPECT_EQ(
      Parse(R"("id":"A","database_specific":{"ubuntu_priority":"untriaged"})").vendor_severity, "");
}

TEST(OsvParser, ReadsTheStatusOfUnfixedPackages) {
  const auto status = [](const std::string& specific) {
    const AdvisoryRecord record =
        Parse(R"("id":"A","affected":[{"package":{"ecosystem":"Ubuntu:20.04:LTS","name":"a"},
                 "ecosystem_specific":)" +
              specific + "}]");
    return record.affected.at(0).unfixed;
  };
  EXPECT_EQ(status(R"({"status":"needed"})"), FixStatus::kAffected);
  EXPECT_EQ(status(R"({"status":"ignored"})"), FixStatus::kWillNotFix);
  EXPECT_EQ(status(R"({"status":"ignored","note":"end of life"})"), FixStatus::kEndOfLife);
  EXPECT_EQ(status(R"({"status":"deferred"})"), FixStatus::kFixDeferred);
  EXPECT_EQ(status(R"({"urgency":"end-of-life"})"), FixStatus::kEndOfLife);
}

TEST(OsvParser, TakesTheNewestVectorThatCanBeScored) {
  EXPECT_EQ(Parse(R"("id":"A","severity":[
      {"type":"CVSS_V4","score":"CVSS:4.0/nonsense"},
      {"type":"CVSS_V2","score":"AV:N/AC:L/Au:N/C:N/I:N/A:C"},
      {"type":"CVSS_V3","score":"CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}])")
                .cvss_vector,
            "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H");
}

TEST(OsvParser, LeavesCommitsOutAndKeepsVersions) {
  const AdvisoryRecord record = Parse(R"("id":"PYSEC-1","affected":[
      {"package":{"ecosystem":"PyPI","name":"a"},"versions":["1.0","1.1"],
       "ranges":[{"type":"GIT","repo":"r","events":[{"introduced":"0"}]},
                 {"type":"ECOSYSTEM","events":[{"introduced":"0"},{"last_affected":"1.1"},{"limit":"2"}]}]},
      {"ranges":[]}, {"package":{"ecosystem":"PyPI"}}, "text", null])");
  ASSERT_EQ(record.affected.size(), 1u);
  EXPECT_THAT(record.affected[0].versions, ElementsAre("1.0", "1.1"));
  ASSERT_EQ(record.affected[0].ranges.size(), 1u);
  EXPECT_THAT(record.affected[0].ranges[0].events,
              ElementsAre(Event{EventType::kIntroduced, "0"},
                          Event{EventType::kLastAffected, "1.1"}, Event{EventType::kLimit, "2"}));
}

TEST(OsvParser, ShortensTextToOneLine) {
  std::string text = "first\\nsecond\\t ";
  for (int i = 0; i < 200; ++i) text += "ü";
  const AdvisoryRecord record = Parse("\"id\":\"A\",\"details\":\"" + text + "\"");
  std::string expected = "first second ";
  for (int i = 0; i < 106; ++i) expected += "ü";
  EXPECT_EQ(record.summary, expected + "…");
}

TEST(OsvParser, TakesOnlyWebAddresses) {
  EXPECT_EQ(Parse(R"("id":"A","references":[{"type":"ADVISORY","url":"javascript:x"},
                     {"type":"WEB","url":"http://example.com/"}])")
                .url,
            "http://example.com/");
}

TEST(OsvParser, PassesOverMembersOfAnotherType) {
  const AdvisoryRecord record = Parse(R"("id":"A","aliases":"CVE-2020-1234","affected":{"a":1},
      "severity":null,"summary":5,"references":[1,"x",{"type":3,"url":[]}],"database_specific":[],
      "published":"yesterday","withdrawn":false)");
  EXPECT_THAT(record.aliases, IsEmpty());
  EXPECT_FALSE(record.published.has_value());
  EXPECT_FALSE(record.withdrawn);
  EXPECT_TRUE(Parse(R"("id":"A","withdrawn":"2024-01-01T00:00:00Z")").withdrawn);
}

TEST(OsvParser, RefusesWhatIsNoRecord) {
  OsvParser parser;
  const std::string good =
      R"({"id":"A","modified":"2024-01-02T03:04:05Z","summary":"s","affected":[]})";
  ASSERT_TRUE(parser.Parse(good).has_value());
  for (size_t length = 0; length < good.size(); ++length) {
    EXPECT_FALSE(parser.Parse(good.substr(0, length)).has_value()) << good.substr(0, length);
  }
  for (const std::string text :
       {"[]", "1", "\"x\"", "{}", R"({"id":"A"})", R"({"id":"A","modified":"x"})",
        R"({"id":"","modified":"2024-01-02T03:04:05Z"})",
        "{\"id\":\"\xff\",\"modified\":\"2024-01-02T03:04:05Z\"}"}) {
    EXPECT_FALSE(parser.Parse(text).has_value()) << text;
  }
  EXPECT_FALSE(parser.Parse("{\"id\":" + std::string(100000, '[')).has_value());
  const auto huge = parser.Parse(std::string(OsvParser::kMostBytes + 1, ' '));
  ASSERT_FALSE(huge.has_value());
  EXPECT_EQ(huge.error().code, ErrorCode::kResourceExhausted);
  EXPECT_TRUE(parser.Parse(good).has_value());
}

}  // namespace
}  // namespace narrows::advisories
