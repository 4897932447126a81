#include "advisories/database_change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "advisories/cve_id.h"
#include "advisories/database_writer.h"

namespace narrows::advisories {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Database = std::unique_ptr<const AdvisoryDatabase>;

Affected Fixed(const std::string& ecosystem, const std::string& package,
               const std::string& version) {
  Affected affected;
  affected.ecosystem = ecosystem;
  affected.package = package;
  affected.ranges = {{{{EventType::kIntroduced, "0"}, {EventType::kFixed, version}}}};
  return affected;
}

AdvisoryRecord Record(const std::string& id, const std::string& cve,
                      const std::vector<Affected>& affected) {
  AdvisoryRecord record;
  record.id = id;
  record.vulnerabilities = {cve};
  record.aliases = {cve};
  record.modified = TimePoint(Duration(1000));
  record.affected = affected;
  return record;
}

Database Open(const std::vector<AdvisoryRecord>& records, const std::vector<std::string>& kev = {},
              std::vector<EpssRow> epss = {}) {
  DatabaseWriter writer;
  for (const AdvisoryRecord& record : records) writer.Add(record);
  if (!kev.empty()) writer.SetKev({.version = "1", .released = "2024", .cves = kev});
  if (!epss.empty()) {
    writer.SetEpss({.model_version = "v1", .score_date = "2024-01-01", .rows = std::move(epss)});
  }
  auto output = writer.Finish();
  EXPECT_TRUE(output.has_value());
  auto database = AdvisoryDatabase::FromBytes(std::move(output->bytes));
  EXPECT_TRUE(database.has_value()) << database.error().message;
  return *std::move(database);
}

// With a statement that the CVE is fixed in a package.
Database OpenStated(const std::vector<AdvisoryRecord>& records, const std::string& cve,
                    const std::string& package) {
  DatabaseWriter writer;
  for (const AdvisoryRecord& record : records) writer.Add(record);
  VexTableBuilder vex;
  vex.Add(*vex::ReadDocument(
      R"({"@context":"https://openvex.dev/ns/v0.2.0","statements":[{"vulnerability":{"name":")" +
      cve + R"("},"status":"fixed","products":[{"@id":"pkg:deb/debian/)" + package + R"("}]}]})"));
  writer.SetVex(std::move(vex).Finish());
  auto output = writer.Finish();
  EXPECT_TRUE(output.has_value());
  return *AdvisoryDatabase::FromBytes(std::move(output->bytes));
}

DatabaseChange Compare(const Database& before, const Database& after,
                       const std::vector<double>& thresholds = {}) {
  auto change = CompareDatabases(*before, *after, thresholds, {});
  EXPECT_TRUE(change.has_value()) << change.error().message;
  return change.has_value() ? *std::move(change) : DatabaseChange();
}

std::vector<std::string> Names(const std::vector<AdvisoryPackage>& packages) {
  std::vector<std::string> names;
  for (const AdvisoryPackage& package : packages)
    names.push_back(package.ecosystem + " " + package.name);
  return names;
}

std::vector<std::string> Records(const DatabaseChange& change) {
  std::vector<std::string> lines;
  for (const RecordChange& record : change.records)
    lines.push_back(std::string(ToString(record.kind)) + " " + record.id);
  return lines;
}

TEST(DatabaseChange, NothingIsTheSameDataWhateverItsTextsAndTimes) {
  AdvisoryRecord record = Record("D-1", "CVE-2026-0001", {Fixed("Debian:12", "curl", "2")});
  const Database before = Open({record});
  record.summary = "said otherwise";
  record.url = "https://example.org/";
  record.modified = TimePoint(Duration(9000));
  const DatabaseChange change = Compare(before, Open({record}));
  EXPECT_TRUE(change.empty());
  EXPECT_THAT(change.records, IsEmpty());
}

TEST(DatabaseChange, NamesWhatWasAddedChangedAndRemoved) {
  const AdvisoryRecord kept = Record("D-1", "CVE-2026-0001", {Fixed("Debian:12", "zlib", "2")});
  const AdvisoryRecord gone = Record("D-2", "CVE-2026-0002", {Fixed("Debian:12", "curl", "2")});
  AdvisoryRecord mended = Record("D-3", "CVE-2026-0003", {Fixed("Debian:12", "bash", "2")});
  const AdvisoryRecord fresh = Record(
      "D-4", "CVE-2026-0004", {Fixed("Debian:12", "perl", "2"), Fixed("Debian:11", "perl", "1")});
  const Database before = Open({kept, gone, mended});
  mended.affected[0].ranges[0].events[1].version = "3";
  const DatabaseChange change = Compare(before, Open({kept, mended, fresh}));
  EXPECT_THAT(Records(change), ElementsAre("removed D-2", "changed D-3", "added D-4"));
  EXPECT_THAT(Names(change.packages),
              ElementsAre("Debian:11 perl", "Debian:12 bash", "Debian:12 curl", "Debian:12 perl"));
  EXPECT_THAT(change.ecosystems_added, ElementsAre("Debian:11"));
  const DatabaseChange back = Compare(Open({kept, mended, fresh}), before);
  EXPECT_THAT(back.ecosystems_removed, ElementsAre("Debian:11"));
  EXPECT_EQ(back.packages, change.packages);
}

TEST(DatabaseChange, OfAChangedRecordOnlyThePackagesThatItSpeaksOtherwiseOf) {
  AdvisoryRecord record = Record("D-1", "CVE-2026-0001",
                                 {Fixed("Debian:12", "curl", "2"), Fixed("Debian:12", "wget", "2"),
                                  Fixed("Debian:12", "zlib", "2")});
  const Database before = Open({record});
  record.affected[1].unfixed = model::FixStatus::kWillNotFix;
  record.affected[2] = Fixed("Debian:12", "zstd", "2");
  EXPECT_THAT(Names(Compare(before, Open({record})).packages),
              ElementsAre("Debian:12 wget", "Debian:12 zlib", "Debian:12 zstd"));
  record.vendor_severity = "high";
  EXPECT_THAT(Names(Compare(before, Open({record})).packages),
              ElementsAre("Debian:12 curl", "Debian:12 wget", "Debian:12 zlib", "Debian:12 zstd"));
}

TEST(DatabaseChange, ASeverityReachesTheRecordsThatBorrowIt) {
  const AdvisoryRecord borrower =
      Record("A-1", "CVE-2026-0001", {Fixed("Alpine:v3.19", "curl", "2")});
  AdvisoryRecord rated = Record("R-1", "CVE-2026-0001", {Fixed("Rocky Linux:9", "curl", "2")});
  rated.cvss_vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
  AdvisoryRecord lender = Record("D-1", "CVE-2026-0001", {Fixed("Debian:12", "curl", "2")});
  EXPECT_THAT(Names(Compare(Open({borrower, rated}), Open({borrower, rated, lender})).packages),
              ElementsAre("Debian:12 curl"))
      << "it has nothing to lend";
  lender.cvss_vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L";
  EXPECT_THAT(Names(Compare(Open({borrower, rated}), Open({borrower, rated, lender})).packages),
              ElementsAre("Alpine:v3.19 curl", "Debian:12 curl"));
  EXPECT_THAT(Names(Compare(Open({borrower, rated, lender}), Open({borrower, rated})).packages),
              ElementsAre("Alpine:v3.19 curl", "Debian:12 curl"));
}

TEST(DatabaseChange, KnownExploitedConcernsEveryPackageOfTheCve) {
  const std::vector<AdvisoryRecord> records = {
      Record("A-1", "CVE-2026-0001", {Fixed("Alpine:v3.19", "curl", "2")}),
      Record("D-1", "CVE-2026-0001", {Fixed("Debian:12", "curl", "2")}),
      Record("D-2", "CVE-2026-0002", {Fixed("Debian:12", "zlib", "2")})};
  const DatabaseChange change = Compare(Open(records, {"CVE-2026-0002", "CVE-2026-0009"}),
                                        Open(records, {"CVE-2026-0001", "CVE-2026-0002"}));
  EXPECT_THAT(change.kev_added, ElementsAre("CVE-2026-0001"));
  EXPECT_THAT(change.kev_removed, ElementsAre("CVE-2026-0009"));
  EXPECT_THAT(change.records, IsEmpty());
  EXPECT_THAT(Names(change.packages), ElementsAre("Alpine:v3.19 curl", "Debian:12 curl"));
}

TEST(DatabaseChange, WhatIsStatedConcernsEveryPackageOfTheCve) {
  const std::vector<AdvisoryRecord> records = {
      Record("A-1", "CVE-2026-0001", {Fixed("Alpine:v3.19", "curl", "2")}),
      Record("D-2", "CVE-2026-0002", {Fixed("Debian:12", "zlib", "2")})};
  const Database stated = OpenStated(records, "CVE-2026-0001", "curl");
  EXPECT_EQ(stated->FindStated("cve-2026-0001")->size(), 1u);
  EXPECT_TRUE(stated->FindStated("CVE-2026-0002")->empty());
  EXPECT_TRUE(Open(records)->FindStated("CVE-2026-0001")->empty());
  EXPECT_NE(stated->Metadata().Identity(), Open(records)->Metadata().Identity());
  for (const auto& change : {Compare(Open(records), stated), Compare(stated, Open(records)),
                             Compare(stated, OpenStated(records, "CVE-2026-0001", "other"))}) {
    EXPECT_THAT(change.stated, ElementsAre("CVE-2026-0001"));
    EXPECT_THAT(Names(change.packages), ElementsAre("Alpine:v3.19 curl"));
  }
  EXPECT_TRUE(Compare(stated, OpenStated(records, "CVE-2026-0001", "curl")).empty());
}

TEST(DatabaseChange, AScoreCountsWhereItPassesAThreshold) {
  const std::vector<AdvisoryRecord> records = {
      Record("D-1", "CVE-2026-0001", {Fixed("Debian:12", "curl", "2")}),
      Record("D-2", "CVE-2026-0002", {Fixed("Debian:12", "zlib", "2")}),
      Record("D-3", "CVE-2026-0003", {Fixed("Debian:12", "bash", "2")}),
      Record("D-4", "CVE-2026-0004", {Fixed("Debian:12", "perl", "2")})};
  const auto row = [](const char* cve, uint32_t score) {
    return EpssRow{*PackCveId(cve), score, 0};
  };
  const Database before =
      Open(records, {},
           {row("CVE-2026-0001", 49999), row("CVE-2026-0002", 10000), row("CVE-2026-0003", 90000)});
  const Database after =
      Open(records, {},
           {row("CVE-2026-0001", 50000), row("CVE-2026-0002", 49999), row("CVE-2026-0004", 20000)});
  EXPECT_TRUE(Compare(before, after).empty()) << "nobody asks for scores";
  const DatabaseChange change = Compare(before, after, {0.5});
  EXPECT_THAT(Names(change.packages), ElementsAre("Debian:12 bash", "Debian:12 curl"));
  ASSERT_EQ(change.epss.size(), 2u);
  EXPECT_EQ(change.epss[0].cve, "CVE-2026-0001");
  EXPECT_DOUBLE_EQ(*change.epss[0].after, 0.5);
  EXPECT_FALSE(change.epss[1].after.has_value());
  EXPECT_THAT(Names(Compare(before, after, {0.2}).packages),
              ElementsAre("Debian:12 bash", "Debian:12 perl", "Debian:12 zlib"));
}

TEST(DatabaseChange, EndsWithTheContext) {
  std::stop_source stop;
  stop.request_stop();
  const Database database = Open({Record("D-1", "CVE-2026-0001", {})});
  EXPECT_EQ(CompareDatabases(*database, *database, {},
                             CallContext::WithTimeout(std::chrono::seconds(30), stop.get_token()))
                .error()
                .code,
            ErrorCode::kCancelled);
}

}  // namespace
}  // namespace narrows::advisories
