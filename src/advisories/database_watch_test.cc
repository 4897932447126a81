#include "advisories/database_watch.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "advisories/database_writer.h"
#include "base/file.h"

namespace narrows::advisories {
namespace {

constexpr std::chrono::seconds kLongEnough{30};

class DatabaseHandleTest : public testing::Test {
 protected:
  DatabaseHandleTest() : folder_(*ScopedTempDir::Create()), path_(folder_.path() / "narrows.db") {}

  // A database with so many records.
  void Put(size_t records) {
    DatabaseWriter writer;
    for (size_t i = 0; i < records; ++i) {
      AdvisoryRecord record;
      record.id = "A-" + std::to_string(i);
      record.vulnerabilities = {record.id};
      writer.Add(record);
    }
    auto output = writer.Finish();
    ASSERT_TRUE(output.has_value());
    ASSERT_TRUE(WriteFileAtomically(path_, output->bytes).has_value());
  }

  ScopedTempDir folder_;
  std::filesystem::path path_;
};

TEST_F(DatabaseHandleTest, OpensWhatComesLater) {
  DatabaseHandle handle(path_);
  EXPECT_EQ(handle.Refresh().error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(*handle.Refresh());  // told once
  EXPECT_EQ(handle.Current(), nullptr);
  Put(1);
  EXPECT_TRUE(*handle.Refresh());
  EXPECT_EQ(handle.Current()->Metadata().advisories, 1u);
  EXPECT_FALSE(*handle.Refresh());
}

TEST_F(DatabaseHandleTest, AReplacedDatabaseStaysUsable) {
  Put(1);
  DatabaseHandle handle(path_);
  ASSERT_TRUE(*handle.Refresh());
  const auto before = handle.Current();
  Put(2);
  ASSERT_TRUE(*handle.Refresh());
  EXPECT_EQ(handle.Current()->Metadata().advisories, 2u);
  EXPECT_TRUE(before->Verify().has_value());
  EXPECT_EQ(before->ReadRecord(0)->advisory.id, "A-0");
}

TEST_F(DatabaseHandleTest, ADamagedReplacementIsNamedOnceAndTheOldOneStays) {
  Put(1);
  DatabaseHandle handle(path_);
  ASSERT_TRUE(*handle.Refresh());
  ASSERT_TRUE(WriteFileAtomically(path_, "rubbish").has_value());
  EXPECT_FALSE(handle.Refresh().has_value());
  EXPECT_FALSE(*handle.Refresh());
  EXPECT_EQ(handle.Current()->Metadata().advisories, 1u);
  std::filesystem::remove(path_);
  EXPECT_FALSE(handle.Refresh().has_value());
  EXPECT_EQ(handle.Current()->Metadata().advisories, 1u);
}

TEST_F(DatabaseHandleTest, WaitingSeesAReplacement) {
  Put(1);
  DatabaseHandle handle(path_);
  ASSERT_TRUE(*handle.Refresh());
  std::thread writer([this] { Put(3); });
  EXPECT_TRUE(handle.WaitForReplacement(CallContext::WithTimeout(kLongEnough)).has_value());
  writer.join();
  EXPECT_EQ(handle.Current()->Metadata().advisories, 3u);
}

// `cp` over the file: whatever a reader sees meanwhile, it ends with the new one.
TEST_F(DatabaseHandleTest, OverwrittenInPlaceItIsPickedUpOnceItIsWhole) {
  Put(5);
  const std::string whole = *ReadFile(path_, 1 << 20);
  Put(1);
  DatabaseHandle handle(path_);
  ASSERT_TRUE(*handle.Refresh());
  std::filesystem::resize_file(path_, 0);
  EXPECT_FALSE(handle.Refresh().has_value());
  for (const size_t part : {whole.size() / 2, whole.size()}) {
    std::ofstream out(path_, std::ios::binary | std::ios::app);
    const auto written = std::filesystem::file_size(path_);
    out.write(whole.data() + written, static_cast<std::streamsize>(part - written));
    out.close();
    EXPECT_EQ(handle.Refresh().has_value(), part == whole.size());
  }
  EXPECT_EQ(handle.Current()->Metadata().advisories, 5u);
}

TEST_F(DatabaseHandleTest, WaitingEndsWithItsContext) {
  Put(1);
  DatabaseHandle handle(path_);
  ASSERT_TRUE(*handle.Refresh());
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(handle.WaitForReplacement(CallContext::WithTimeout(kLongEnough, stop.get_token()))
                .error()
                .code,
            ErrorCode::kCancelled);
}

}  // namespace
}  // namespace narrows::advisories
