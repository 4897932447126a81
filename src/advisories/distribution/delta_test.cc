#include "advisories/distribution/delta.h"

#include <gtest/gtest.h>

#include "advisories/distribution/compression.h"
#include "advisories/distribution/test_database.h"

namespace narrows::advisories::distribution {
namespace {

std::unique_ptr<const AdvisoryDatabase> Opened(const std::string& bytes) {
  auto database = AdvisoryDatabase::FromBytes(bytes);
  EXPECT_TRUE(database.has_value());
  return *std::move(database);
}

struct Change {
  std::vector<AdvisoryRecord> from;
  std::vector<AdvisoryRecord> to;
};

Change MakeChange(int records) {
  Change change{TestRecords(records), TestRecords(records)};
  change.to.erase(change.to.begin() + 70);
  change.to.erase(change.to.begin());
  change.to[40].affected[0].ranges[0].events[1].version = "9.9";
  change.to[41].summary = "only the text has changed";
  change.to[42].modified += Duration(1);
  change.to.push_back(TestRecord(5000));
  change.to.push_back(TestRecord(-5));
  return change;
}

TEST(Delta, MakesTheNewFileOfTheOldOne) {
  const Change change = MakeChange(2000);
  const std::string wanted = TestDatabase(change.to, 2);
  const auto from = Opened(TestDatabase(change.from, 1));
  const auto delta = MakeDelta(*from, *Opened(wanted));
  ASSERT_TRUE(delta.has_value());
  const auto made = ApplyDelta(*from, *delta);
  ASSERT_TRUE(made.has_value()) << made.error().message;
  EXPECT_TRUE(made->bytes == wanted);
  EXPECT_LT(delta->size() * 20, wanted.size());
}

TEST(Delta, CarriesWhatIsStatedOtherwise) {
  const std::vector<AdvisoryRecord> records = TestRecords(3);
  for (const auto& [from, to] : {std::pair(2, 3), std::pair(3, 1), std::pair(1, 3)}) {
    const auto before = Opened(TestDatabase(records, static_cast<uint32_t>(from)));
    const std::string wanted = TestDatabase(records, static_cast<uint32_t>(to));
    const auto delta = MakeDelta(*before, *Opened(wanted));
    ASSERT_TRUE(delta.has_value());
    EXPECT_TRUE(ApplyDelta(*before, *delta)->bytes == wanted) << from << " to " << to;
  }
}

TEST(Delta, GoesFromNothingToEverythingAndBack) {
  const std::string empty = TestDatabase({});
  const std::string full = TestDatabase(TestRecords(50));
  for (const auto& [from, to] : {std::pair(empty, full), std::pair(full, empty)}) {
    const auto delta = MakeDelta(*Opened(from), *Opened(to));
    ASSERT_TRUE(delta.has_value());
    EXPECT_TRUE(ApplyDelta(*Opened(from), *delta)->bytes == to);
  }
}

TEST(Delta, DamagedOrForeignItIsRefused) {
  const Change change = MakeChange(100);
  const auto from = Opened(TestDatabase(change.from));
  const std::string delta = *MakeDelta(*from, *Opened(TestDatabase(change.to)));
  for (size_t length = 0; length < delta.size(); length += 7)
    EXPECT_FALSE(ApplyDelta(*from, delta.substr(0, length)).has_value()) << length;
  const std::string plain = *Decompress(delta, 1 << 30);
  for (size_t length = 0; length < plain.size(); length += 3)
    EXPECT_FALSE(ApplyDelta(*from, *Compress(plain.substr(0, length), 1)).has_value()) << length;
  EXPECT_FALSE(ApplyDelta(*from, *Compress(plain + "x", 1)).has_value());
  EXPECT_FALSE(ApplyDelta(*from, plain).has_value());
  for (size_t at = 0; at < plain.size(); ++at) {
    std::string bad = plain;
    bad[at] = static_cast<char>(bad[at] ^ 0x41);
    (void)ApplyDelta(*from, *Compress(bad, 1));  // any answer, but no fault
    at += at > 300 ? 17 : 0;
  }
}

TEST(Compression, StreamsThatLieAreRefused) {
  const std::string packed = *Compress(std::string(1'000'000, 'x'), 3);
  EXPECT_EQ(Decompress(packed, 1'000'000)->size(), 1'000'000u);
  EXPECT_EQ(Decompress(packed, 999'999).error().code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(Decompress(packed.substr(0, packed.size() - 1), 1 << 30).error().code,
            ErrorCode::kDataLoss);
  EXPECT_EQ(Decompress("rubbish", 1 << 30).error().code, ErrorCode::kDataLoss);
}

}  // namespace
}  // namespace narrows::advisories::distribution
