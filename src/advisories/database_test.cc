#include "advisories/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "advisories/cve_id.h"
#include "advisories/database_format.h"
#include "advisories/database_writer.h"
#include "advisories/record_hash.h"
#include "base/file.h"

namespace narrows::advisories {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

AdvisoryRecord MakeRecord(const std::string& id, const std::string& cve, int64_t modified = 1000) {
  AdvisoryRecord record;
  record.id = id;
  record.vulnerabilities = {cve};
  record.aliases = {cve};
  record.modified = TimePoint(Duration(modified));
  record.published = TimePoint(Duration(500));
  record.summary = "summary of " + id;
  record.url = "https://example.com/" + cve;
  record.vendor_severity = "high";
  record.cvss_vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
  record.severity_source = "somebody";
  Affected affected;
  affected.ecosystem = "Debian:12";
  affected.package = "openssl";
  affected.ranges = {{{{EventType::kIntroduced, "0"}, {EventType::kFixed, "3.0.9-1"}}}};
  affected.versions = {"1.0"};
  affected.unfixed = model::FixStatus::kWillNotFix;
  affected.vendor_severity = "low";
  record.affected = {affected};
  return record;
}

std::string Written(const std::vector<AdvisoryRecord>& records) {
  DatabaseWriter writer;
  for (const AdvisoryRecord& record : records) writer.Add(record);
  writer.SetKev({.version = "1", .released = "2024", .cves = {"CVE-2023-0001"}});
  writer.SetEpss({.model_version = "v1",
                  .score_date = "2024-01-01",
                  .rows = {{*PackCveId("CVE-2023-0001"), 12345, 99000}}});
  writer.AddSource({.name = "Debian", .records = records.size()});
  auto output = writer.Finish();
  EXPECT_TRUE(output.has_value());
  return output.has_value() ? output->bytes : "";
}

std::unique_ptr<const AdvisoryDatabase> Opened(const std::vector<AdvisoryRecord>& records) {
  auto database = AdvisoryDatabase::FromBytes(Written(records));
  EXPECT_TRUE(database.has_value()) << database.error().message;
  return database.has_value() ? *std::move(database) : nullptr;
}

std::vector<std::string> IdsOf(const AdvisoryDatabase& database, std::string_view ecosystem,
                               std::string_view package) {
  std::vector<std::string> ids;
  const Status status =
      database.FindByPackage(ecosystem, package, [&](const PackageStatement& statement) -> Status {
        ASSIGN_OR_RETURN(const auto record, database.ReadRecord(statement.record));
        ids.push_back(record.advisory.id);
        return Ok();
      });
  EXPECT_TRUE(status.has_value()) << status.error().message;
  return ids;
}

TEST(AdvisoryDatabase, GivesBackWhatWasWritten) {
  const AdvisoryRecord written = MakeRecord("DEBIAN-CVE-2023-0001", "CVE-2023-0001");
  const auto database = Opened({written});
  AdvisoryRecord expected = written;
  expected.affected.clear();
  const auto record = database->ReadRecord(0);
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->advisory, expected);
  EXPECT_EQ(record->ecosystem, "Debian:12");
  int count = 0;
  const Status status =
      database->FindByPackage("Debian:12", "openssl", [&](const PackageStatement& statement) {
        ++count;
        EXPECT_EQ(statement.record, 0u);
        EXPECT_EQ(statement.unfixed, model::FixStatus::kWillNotFix);
        EXPECT_EQ(statement.vendor_severity, "low");
        EXPECT_EQ(statement.range_count, 1u);
        EXPECT_EQ(statement.ranges[0].size(), 2u);
        EXPECT_EQ(statement.ranges[0][1].type, EventType::kFixed);
        EXPECT_EQ(statement.ranges[0][1].version, "3.0.9-1");
        EXPECT_THAT(statement.versions, ElementsAre("1.0"));
        return Ok();
      });
  EXPECT_TRUE(status.has_value());
  EXPECT_EQ(count, 1);
}

TEST(AdvisoryDatabase, FindsByPackageInItsReleaseOnly) {
  AdvisoryRecord other = MakeRecord("B", "CVE-2023-0002");
  other.affected[0].ecosystem = "Debian:11";
  const auto database =
      Opened({MakeRecord("C", "CVE-2023-0003"), other, MakeRecord("A", "CVE-2023-0001")});
  EXPECT_THAT(IdsOf(*database, "Debian:12", "openssl"), ElementsAre("A", "C"));
  EXPECT_THAT(IdsOf(*database, "Debian:11", "openssl"), ElementsAre("B"));
  EXPECT_THAT(IdsOf(*database, "Debian", "openssl"), IsEmpty());
  EXPECT_THAT(IdsOf(*database, "Debian:12", "opens"), IsEmpty());
}

TEST(AdvisoryDatabase, FindsByAnyOfARecordsNames) {
  const auto database =
      Opened({MakeRecord("B", "CVE-2023-0001"), MakeRecord("A", "CVE-2023-0001")});
  EXPECT_THAT(*database->FindById("CVE-2023-0001"), ElementsAre(0u, 1u));
  EXPECT_THAT(*database->FindById("B"), ElementsAre(1u));
  EXPECT_THAT(*database->FindById("CVE-2023-9999"), IsEmpty());
}

TEST(AdvisoryDatabase, KnowsKevAndEpss) {
  const auto database = Opened({MakeRecord("A", "CVE-2023-0001")});
  EXPECT_TRUE(*database->IsKnownExploited("CVE-2023-0001"));
  EXPECT_FALSE(*database->IsKnownExploited("CVE-2023-0002"));
  EXPECT_FALSE(*database->IsKnownExploited("CVE-2022-0001"));
  EXPECT_FALSE(*database->IsKnownExploited("GHSA-1"));
  const auto epss = database->FindEpss("CVE-2023-0001");
  ASSERT_TRUE(epss.has_value() && epss->has_value());
  EXPECT_DOUBLE_EQ((*epss)->score, 0.12345);
  EXPECT_DOUBLE_EQ((*epss)->percentile, 0.99);
  EXPECT_FALSE(database->FindEpss("CVE-2024-0001")->has_value());
}

TEST(AdvisoryDatabase, TellsWhatItIsMadeOf) {
  const auto database =
      Opened({MakeRecord("A", "CVE-2023-0001", 5000), MakeRecord("B", "CVE-2023-0002")});
  const DatabaseMetadata& metadata = database->Metadata();
  EXPECT_EQ(metadata.format_version, kDatabaseFormatVersion);
  EXPECT_EQ(metadata.advisories, 2u);
  EXPECT_EQ(metadata.newest, TimePoint(Duration(5000)));
  EXPECT_THAT(metadata.ecosystems, ElementsAre(EcosystemCount{"Debian:12", 2, 1}));
  EXPECT_EQ(metadata.kev_entries, 1u);
  EXPECT_EQ(metadata.epss_model, "v1");
  EXPECT_TRUE(metadata.SpeaksOf("Debian:12"));
  EXPECT_FALSE(metadata.SpeaksOf("Debian:13"));
  EXPECT_FALSE(metadata.SpeaksOf("Debian"));
}

TEST(AdvisoryDatabase, KeepsTheNewestOfRecordsWithOneId) {
  AdvisoryRecord older = MakeRecord("A", "CVE-2023-0001", 1000);
  AdvisoryRecord newer = MakeRecord("A", "CVE-2023-0001", 2000);
  newer.affected[0].package = "curl";
  for (const auto& records : {std::vector{older, newer}, std::vector{newer, older}}) {
    const auto database = Opened(records);
    EXPECT_EQ(database->Metadata().advisories, 1u);
    EXPECT_THAT(IdsOf(*database, "Debian:12", "openssl"), IsEmpty());
    EXPECT_THAT(IdsOf(*database, "Debian:12", "curl"), ElementsAre("A"));
    EXPECT_THAT(*database->FindById("CVE-2023-0001"), ElementsAre(0u));
  }
}

TEST(AdvisoryDatabase, ListsWhatEachRecordSays) {
  AdvisoryRecord two = MakeRecord("B", "CVE-2023-0002");
  two.affected.push_back(two.affected[0]);
  two.affected[1].package = "curl";
  two.affected[1].versions = {"7.0", "7.1"};
  two.affected.push_back(two.affected[0]);
  two.affected[2].ecosystem = "Alpine:v3.19";
  AdvisoryRecord nothing = MakeRecord("C", "CVE-2023-0003");
  nothing.affected.clear();
  const auto database = Opened({two, nothing, MakeRecord("A", "CVE-2023-0001")});
  ASSERT_EQ(database->RecordCount(), 3u);
  std::vector<std::string> said;
  for (uint32_t i = 0; i < database->RecordCount(); ++i) {
    const auto key = database->ReadRecordKey(i);
    ASSERT_TRUE(key.has_value());
    const auto note = [&](std::string_view ecosystem, std::string_view package,
                          const PackageStatement& statement) {
      EXPECT_EQ(statement.record, i);
      said.push_back(std::string(key->id) + " " + std::string(ecosystem) + " " +
                     std::string(package) + " " + std::string(statement.versions.back()));
      return Ok();
    };
    const Status status = database->VisitStatements(i, note);
    EXPECT_TRUE(status.has_value()) << status.error().message;
  }
  EXPECT_THAT(said, ElementsAre("A Debian:12 openssl 1.0", "B Alpine:v3.19 openssl 1.0",
                                "B Debian:12 curl 7.1", "B Debian:12 openssl 1.0"));
  EXPECT_FALSE(database->ReadRecordKey(3).has_value());
  EXPECT_FALSE(database->VisitStatements(3, [](auto, auto, const auto&) { return Ok(); }));
}

TEST(AdvisoryDatabase, VisitingStatementsEndsWithTheFirstFailure) {
  const auto database = Opened({MakeRecord("A", "CVE-2023-0001")});
  const Status status = database->VisitStatements(
      0, [](auto, auto, const auto&) -> Status { return Cancelled("enough"); });
  EXPECT_EQ(status.error().code, ErrorCode::kCancelled);
}

TEST(AdvisoryDatabase, ARecordsHashStaysAcrossBuilds) {
  const AdvisoryRecord record = MakeRecord("B", "CVE-2023-0001");
  const auto alone = Opened({record});
  const auto among = Opened({MakeRecord("A", "CVE-2023-0002"), record});
  EXPECT_EQ(alone->ReadRecordKey(0)->hash, HashRecord(record));
  EXPECT_EQ(among->ReadRecordKey(1)->hash, HashRecord(record));
  EXPECT_EQ(among->ReadRecordKey(1)->id, "B");
}

TEST(AdvisoryDatabase, ListsKevAndEpss) {
  const auto database = Opened({});
  EXPECT_THAT(*database->ListKnownExploited(), ElementsAre("CVE-2023-0001"));
  EXPECT_THAT(*database->ListEpss(),
              ElementsAre(EpssRow{*PackCveId("CVE-2023-0001"), 12345, 99000}));
}

TEST(AdvisoryDatabase, SameInputGivesSameBytes) {
  const std::vector records{MakeRecord("A", "CVE-2023-0001"), MakeRecord("B", "CVE-2023-0002")};
  EXPECT_EQ(Written(records), Written(records));
}

TEST(AdvisoryDatabase, AnEmptyOneOpens) {
  const auto database = Opened({});
  EXPECT_THAT(IdsOf(*database, "Debian:12", "openssl"), IsEmpty());
  EXPECT_FALSE(database->ReadRecord(0).has_value());
  EXPECT_TRUE(database->Verify().has_value());
}

TEST(AdvisoryDatabase, ThreadsMayReadAtTheSameTime) {
  std::vector<AdvisoryRecord> records;
  records.reserve(2000);
  for (int i = 0; i < 2000; ++i)
    records.push_back(
        MakeRecord("A-" + std::to_string(1000 + i), "CVE-2023-" + std::to_string(1000 + i)));
  const auto database = Opened(records);
  std::vector<std::thread> threads;
  threads.reserve(4);
  std::atomic<int> found = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      const auto visit = [&](const PackageStatement& statement) {
        found += database->ReadRecord(statement.record).has_value() ? 1 : 0;
        return Ok();
      };
      EXPECT_TRUE(database->FindByPackage("Debian:12", "openssl", visit).has_value());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(found, 8000);
}

// Opens the bytes and reads all there is.
Status ReadThrough(const std::string& bytes) {
  ASSIGN_OR_RETURN(const auto database, AdvisoryDatabase::FromBytes(bytes));
  RETURN_IF_ERROR(database->Verify());
  RETURN_IF_ERROR(database->FindByPackage("Debian:12", "openssl",
                                          [](const PackageStatement&) { return Ok(); }));
  const auto record = database->ReadRecord(0);
  return record.has_value() ? Ok() : Status(record.error());
}

TEST(AdvisoryDatabase, EveryDamagedByteIsNoticed) {
  const std::string good = Written({MakeRecord("A", "CVE-2023-0001")});
  ASSERT_TRUE(ReadThrough(good).has_value());
  for (size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    EXPECT_FALSE(ReadThrough(bad).has_value()) << "byte " << at;
  }
}

TEST(AdvisoryDatabase, EveryTruncationIsNoticed) {
  const std::string good = Written({MakeRecord("A", "CVE-2023-0001")});
  for (size_t length = 0; length < good.size(); ++length) {
    EXPECT_FALSE(AdvisoryDatabase::FromBytes(good.substr(0, length)).has_value()) << length;
  }
  EXPECT_FALSE(AdvisoryDatabase::FromBytes(good + "x").has_value());
}

TEST(AdvisoryDatabase, RefusalsNameTheFileAndTheRemedy) {
  auto folder = ScopedTempDir::Create();
  ASSERT_TRUE(folder.has_value());
  const auto path = folder->path() / "narrows.db";
  const auto error_of = [&](const std::string& content) {
    EXPECT_TRUE(WriteFileAtomically(path, content).has_value());
    const auto database = AdvisoryDatabase::Open(path);
    EXPECT_FALSE(database.has_value());
    return database.has_value() ? Error{} : database.error();
  };
  const auto missing = AdvisoryDatabase::Open(path);
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(missing.error().message, HasSubstr("narrows db build"));

  const std::string good = Written({MakeRecord("A", "CVE-2023-0001")});
  Error error = error_of(good.substr(0, good.size() / 2));
  EXPECT_EQ(error.code, ErrorCode::kDataLoss);
  EXPECT_THAT(error.message, HasSubstr(path.string()));
  EXPECT_THAT(error.message, HasSubstr("truncated"));
  EXPECT_THAT(error.message, HasSubstr("narrows db build"));

  error = error_of("SQLite format 3 and so on");
  EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(error.message, HasSubstr("not an advisory database"));
  EXPECT_EQ(error_of("").code, ErrorCode::kDataLoss);

  std::string newer = good;
  newer[kDatabaseMagic.size()] = kDatabaseFormatVersion + 1;
  error = error_of(newer);
  EXPECT_EQ(error.code, ErrorCode::kUnimplemented);
  EXPECT_THAT(error.message, HasSubstr("update Narrows"));

  std::string older = good;
  older[kDatabaseMagic.size()] = kDatabaseFormatVersion - 1;
  error = error_of(older);
  EXPECT_EQ(error.code, ErrorCode::kUnimplemented);
  EXPECT_THAT(error.message, HasSubstr("old format"));
  EXPECT_THAT(error.message, HasSubstr("narrows db build"));

  EXPECT_EQ(AdvisoryDatabase::Open(folder->path()).error().code, ErrorCode::kInvalidArgument);
}

// `cp` over a database writes into the file that readers have open.
TEST(AdvisoryDatabase, OverwrittenInPlaceItFailsAndDoesNotFault) {
  auto folder = ScopedTempDir::Create();
  ASSERT_TRUE(folder.has_value());
  const auto path = folder->path() / "narrows.db";
  std::vector<AdvisoryRecord> records;
  for (int i = 0; i < 3000; ++i)
    records.push_back(
        MakeRecord("A-" + std::to_string(1000 + i), "CVE-2023-" + std::to_string(1000 + i)));
  ASSERT_TRUE(WriteFileAtomically(path, Written(records)).has_value());
  const auto database = AdvisoryDatabase::Open(path);
  ASSERT_TRUE(database.has_value());
  const auto first = (*database)->ReadRecordKey(0);
  ASSERT_TRUE(first.has_value());
  std::filesystem::resize_file(path, 0);
  auto last = (*database)->ReadRecord(2999);
  ASSERT_FALSE(last.has_value());
  EXPECT_EQ(last.error().code, ErrorCode::kDataLoss);
  EXPECT_THAT(last.error().message, HasSubstr("rename"));
  EXPECT_FALSE((*database)->Verify().has_value());
  std::filesystem::resize_file(path, 10'000'000);  // as long as before and more, of other bytes
  last = (*database)->ReadRecord(2999);
  ASSERT_FALSE(last.has_value());
  EXPECT_EQ(last.error().code, ErrorCode::kDataLoss);
  EXPECT_EQ(first->id, "A-1000");  // what was read stays
  EXPECT_EQ((*database)->ReadRecordKey(0)->id, "A-1000");
}

TEST(AdvisoryDatabase, ItsRecordsMakeTheSameDatabaseAgain) {
  std::vector<AdvisoryRecord> records;
  for (const char* id : {"C", "A", "B"}) records.push_back(MakeRecord(id, "CVE-2023-0001"));
  records[0].affected.push_back(records[0].affected[0]);
  records[0].affected[1].ecosystem = "Alpine:v3.19";
  records[1].published.reset();
  records[1].url = "";
  const std::string bytes = Written(records);
  const auto database = AdvisoryDatabase::FromBytes(bytes);
  ASSERT_TRUE(database.has_value());
  std::vector<AdvisoryRecord> again;
  for (uint32_t i = 0; i < (*database)->RecordCount(); ++i) {
    auto record = (*database)->ReadWholeRecord(i);
    ASSERT_TRUE(record.has_value());
    again.push_back(*std::move(record));
  }
  EXPECT_TRUE(Written(again) == bytes);
  std::swap(records[0], records[2]);
  EXPECT_TRUE(Written(records) == bytes) << "the order of adding must not matter";
}

TEST(CveId, PacksInTheirOrder) {
  EXPECT_LT(*PackCveId("CVE-1999-0001"), *PackCveId("CVE-1999-0002"));
  EXPECT_LT(*PackCveId("CVE-2023-9999"), *PackCveId("CVE-2023-10000"));
  EXPECT_LT(*PackCveId("CVE-2023-1000000"), *PackCveId("CVE-2024-0001"));
  for (const char* id :
       {"CVE-1999-0001", "CVE-2023-9999", "CVE-2023-10000", "CVE-0007-99999999999"})
    EXPECT_EQ(UnpackCveId(*PackCveId(id)), id);
  for (const char* id :
       {"", "CVE-", "CVE-2023-1", "CVE-2023-00001", "CVE-20233-0001", "cve-2023-0001",
        "CVE-2023-12a4", "CVE-2023-123456789012", "CVE-2O23-0001", "CVE-2023-0001 "}) {
    EXPECT_FALSE(PackCveId(id).has_value()) << id;
  }
}

}  // namespace
}  // namespace narrows::advisories
