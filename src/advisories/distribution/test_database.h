#pragma once

#include <string>
#include <vector>

#include "advisories/cve_id.h"
#include "advisories/database_writer.h"
#include "base/check.h"

namespace narrows::advisories::distribution {

inline AdvisoryRecord TestRecord(int number, const std::string& summary = "") {
  AdvisoryRecord record;
  record.id = "A-" + std::to_string(100000 + number);
  record.vulnerabilities = {"CVE-2023-" + std::to_string(100000 + number)};
  record.aliases = record.vulnerabilities;
  record.modified = TimePoint(Duration(1000 + number));
  record.published = TimePoint(Duration(500));
  record.summary = summary.empty() ? "summary of " + record.id : summary;
  record.url = "https://example.com/" + record.id;
  record.vendor_severity = "high";
  Affected affected;
  affected.ecosystem = "Debian:12";
  affected.package = "package-" + std::to_string(number % 100);
  affected.ranges = {
      {{{EventType::kIntroduced, "0"}, {EventType::kFixed, "1." + std::to_string(number)}}}};
  record.affected = {affected};
  return record;
}

inline std::vector<AdvisoryRecord> TestRecords(int count) {
  std::vector<AdvisoryRecord> records;
  for (int i = 0; i < count; ++i) records.push_back(TestRecord(i));
  return records;
}

// What is stated of a vulnerability: that it is fixed in a package.
inline vex::Document TestStatement(const std::string& vulnerability, const std::string& package) {
  auto document = vex::ReadDocument(
      R"({"@context":"https://openvex.dev/ns/v0.2.0","@id":"x:1","author":"a","statements":[
      {"vulnerability":{"name":")" +
      vulnerability + R"("},"status":"fixed","products":[{"@id":"pkg:deb/debian/)" + package +
      R"("}]}]})");
  NARROWS_CHECK(document.has_value());
  return *document;
}

// A database file; `day` changes its EPSS scores, and what is stated where it is not 1.
inline std::string TestDatabase(const std::vector<AdvisoryRecord>& records, uint32_t day = 1) {
  DatabaseWriter writer;
  for (const AdvisoryRecord& record : records) writer.Add(record);
  writer.SetKev({.version = "1", .released = "2024", .cves = {"CVE-2023-100001"}});
  writer.SetEpss({.model_version = "v1",
                  .score_date = "2024-01-" + std::to_string(day),
                  .rows = {{*PackCveId("CVE-2023-100001"), day, 99000},
                           {*PackCveId("CVE-2023-100002"), day + 1, 5}}});
  writer.AddSource({.name = "Debian", .records = records.size()});
  if (day != 1) {
    VexTableBuilder vex;
    vex.Add(TestStatement("CVE-2023-1", "always"));
    vex.Add(TestStatement("CVE-2023-2", "day-" + std::to_string(day)));
    vex.Add(TestStatement("CVE-2024-" + std::to_string(day), "once"));
    writer.SetVex(std::move(vex).Finish());
  }
  auto output = writer.Finish();
  NARROWS_CHECK(output.has_value());
  return output->bytes;
}

}  // namespace narrows::advisories::distribution
