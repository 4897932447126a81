#include "ecosystems/rpm/header_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "ecosystems/rpm/databases_testing.h"

namespace narrows::ecosystems::rpm {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAreArray;

struct Kind {
  const char* name;
  Status (*read)(std::string_view, const HeaderVisitor&, Complaints&);
  std::string (*make)(const std::vector<std::string>&);
};

struct Outcome {
  std::vector<std::string> records;
  std::vector<std::string> complaints;
  Status status;
};

Outcome Read(const Kind& kind, std::string_view file) {
  Outcome outcome;
  Complaints complaints;
  const HeaderVisitor visit = [&](std::string_view record) {
    outcome.records.emplace_back(record);
    return Ok();
  };
  outcome.status = kind.read(file, visit, complaints);
  outcome.complaints = std::move(complaints).Take();
  return outcome;
}

std::vector<std::string> Records() {
  return {SimpleHeader("bash"), SimpleHeader("glibc", "2.34", 10'000),
          SimpleHeader("zlib", "1", 900), SimpleHeader("kernel", "5.14", 100'000)};
}

class HeaderDatabase : public testing::TestWithParam<Kind> {};

TEST_P(HeaderDatabase, GivesEveryRecord) {
  const Outcome outcome = Read(GetParam(), GetParam().make(Records()));
  EXPECT_TRUE(outcome.status.has_value());
  EXPECT_THAT(outcome.records, UnorderedElementsAreArray(Records()));
  EXPECT_THAT(outcome.complaints, IsEmpty());
}

TEST_P(HeaderDatabase, IsEmptyWithoutRecords) {
  const Outcome outcome = Read(GetParam(), GetParam().make({}));
  EXPECT_TRUE(outcome.status.has_value());
  EXPECT_THAT(outcome.records, IsEmpty());
  EXPECT_THAT(outcome.complaints, IsEmpty());
}

TEST_P(HeaderDatabase, SaysThatAFileIsCutOff) {
  const std::string whole = GetParam().make(Records());
  for (size_t size = 0; size < whole.size(); size += 509) {
    const Outcome outcome = Read(GetParam(), std::string_view(whole).substr(0, size));
    EXPECT_TRUE(!outcome.status.has_value() || !outcome.complaints.empty()) << size;
    EXPECT_LT(outcome.records.size(), 5u);
  }
}

TEST_P(HeaderDatabase, EndsWhateverByteIsChanged) {
  std::string file = GetParam().make({SimpleHeader("bash"), SimpleHeader("glibc", "2.34", 3000)});
  for (size_t at = 0; at < file.size(); at += at < 1100 ? 3 : 61) {
    const char right = file[at];
    for (const char wrong : {'\0', '\1', '\x7f', '\xff'}) {
      file[at] = wrong;
      size_t given = 0;
      for (const std::string& record : Read(GetParam(), file).records) given += record.size();
      // Two cells of a page may be the same, which PackageCollector finds.
      EXPECT_LT(given, 2 * file.size()) << at;
    }
    file[at] = right;
  }
}

TEST_P(HeaderDatabase, RefusesOtherFiles) {
  for (const std::string& file : {std::string(), std::string(8192, '\0'), std::string(8192, '\xff'),
                                  std::string("SQLite format 3\0", 16), std::string("RpmP")}) {
    const Outcome outcome = Read(GetParam(), file);
    ASSERT_FALSE(outcome.status.has_value());
    EXPECT_EQ(outcome.status.error().code, ErrorCode::kDataLoss);
  }
}

TEST_P(HeaderDatabase, EndsWithItsVisitorsFailure) {
  Complaints complaints;
  size_t calls = 0;
  const HeaderVisitor visit = [&](std::string_view) -> Status {
    ++calls;
    return DataLoss("enough");
  };
  const Status status = GetParam().read(GetParam().make(Records()), visit, complaints);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().message, "enough");
  EXPECT_EQ(calls, 1u);
}

INSTANTIATE_TEST_SUITE_P(
    Formats, HeaderDatabase,
    testing::Values(
        Kind{"sqlite", ReadSqlite, [](const auto& records) { return MakeSqlite(records); }},
        Kind{"sqlite512", ReadSqlite, [](const auto& records) { return MakeSqlite(records, 512); }},
        Kind{"sqlite65536", ReadSqlite,
             [](const auto& records) { return MakeSqlite(records, 65536); }},
        Kind{"ndb", ReadNdb, MakeNdb},
        Kind{"berkeley", ReadBerkeley,
             [](const auto& records) { return MakeBerkeley(records, false); }},
        Kind{"berkeleyBigEndian", ReadBerkeley,
             [](const auto& records) { return MakeBerkeley(records, true); }}),
    [](const auto& kind) { return std::string(kind.param.name); });

TEST(SqliteDatabase, ReadsATreeOfManyPages) {
  std::vector<std::string> records;
  for (int i = 0; i < 3000; ++i) records.push_back(SimpleHeader("package" + std::to_string(i)));
  Outcome outcome = Read({"", ReadSqlite, nullptr}, MakeSqlite(records, 1024));
  std::sort(records.begin(), records.end());
  std::sort(outcome.records.begin(), outcome.records.end());
  EXPECT_EQ(outcome.records, records);
  EXPECT_THAT(outcome.complaints, IsEmpty());
}

TEST(SqliteDatabase, ReadsNoPageTwice) {
  std::vector<std::string> records;
  for (int i = 0; i < 50; ++i) records.push_back(SimpleHeader("package" + std::to_string(i)));
  std::string file = MakeSqlite(records, 512);
  // Every interior page becomes its own child.
  size_t changed = 0;
  for (size_t page = 1; page * 512 < file.size(); ++page) {
    if (file[page * 512] != 5) continue;
    file.replace(page * 512 + 8, 4, Big32(page + 1));
    ++changed;
  }
  ASSERT_GT(changed, 0u);
  const Outcome outcome = Read({"", ReadSqlite, nullptr}, file);
  EXPECT_TRUE(outcome.status.has_value());
  ASSERT_FALSE(outcome.complaints.empty());
  EXPECT_THAT(outcome.complaints.front(), HasSubstr("damaged at page"));
}

TEST(SqliteDatabase, TakesNoMoreCellsThanAPageHasRoomFor) {
  std::string file = MakeSqlite({SimpleHeader("bash")}, 512);
  size_t changed = 0;
  for (size_t page = 2; page * 512 <= file.size(); ++page) {
    if (file[(page - 1) * 512] != 13) continue;
    file.replace((page - 1) * 512 + 3, 2, "\xff\xff");
    ++changed;
  }
  ASSERT_GT(changed, 0u);
  const Outcome outcome = Read({"", ReadSqlite, nullptr}, file);
  EXPECT_THAT(outcome.records, IsEmpty());
  EXPECT_THAT(outcome.complaints, testing::ElementsAre(HasSubstr("damaged at page")));
}

TEST(SqliteDatabase, NeedsItsTable) {
  std::string file = MakeSqlite(Records());
  for (size_t at; (at = file.find("Packages")) != std::string::npos;) file[at] = 'p';
  const Outcome outcome = Read({"", ReadSqlite, nullptr}, file);
  ASSERT_FALSE(outcome.status.has_value());
  EXPECT_THAT(outcome.status.error().message, HasSubstr("no table"));
}

TEST(BerkeleyDatabase, ReadsSmallValuesInPlaceAndLeavesItsOwnNotesOut) {
  // A value of the hash page itself, and the note that rpm keeps under key 0.
  std::string file = MakeBerkeley({}, false);
  const std::string record = SimpleHeader("tiny", "1");
  ASSERT_LT(record.size(), 350u);
  const std::string items =
      '\1' + record + '\1' + Little32(7) + '\1' + Little32(3) + '\1' + Little32(0);
  const size_t begin = 1024 - items.size();
  file.replace(begin, items.size(), items);
  const auto u16 = [](size_t value) { return Little32(value).substr(0, 2); };
  file.replace(512 + 20, 2, u16(4));
  file.replace(512 + 26, 8, u16(507) + u16(502) + u16(497) + u16(497 - 1 - record.size()));
  const Outcome outcome = Read({"", ReadBerkeley, nullptr}, file);
  EXPECT_THAT(outcome.complaints, IsEmpty());
  EXPECT_THAT(outcome.records, testing::ElementsAre(record));
}

TEST(BerkeleyDatabase, SaysThatItIsEncrypted) {
  std::string file = MakeBerkeley(Records(), false);
  file[24] = 1;
  EXPECT_EQ(Read({"", ReadBerkeley, nullptr}, file).status.error().code, ErrorCode::kUnimplemented);
}

TEST(NdbDatabase, KnowsItsVersionOnly) {
  std::string file = MakeNdb(Records());
  file[4] = 1;
  EXPECT_EQ(Read({"", ReadNdb, nullptr}, file).status.error().code, ErrorCode::kUnimplemented);
}

}  // namespace
}  // namespace narrows::ecosystems::rpm
