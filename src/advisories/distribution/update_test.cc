#include "advisories/distribution/update.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <mutex>

#include "advisories/database.h"
#include "advisories/distribution/installed_database.h"
#include "advisories/distribution/publish.h"
#include "advisories/distribution/test_database.h"
#include "advisories/distribution/test_keys.h"
#include "base/file.h"
#include "http/scripted/scripted_server.h"

namespace narrows::advisories::distribution {
namespace {

namespace fs = std::filesystem;
using http::scripted::ScriptedReply;
using http::scripted::ScriptedRequest;
using testing::HasSubstr;

constexpr size_t kMost = 64 << 20;

// A folder of releases on a web server that can be told to misbehave, and a database beside it.
class UpdateTest : public testing::Test {
 protected:
  UpdateTest()
      : temporary_(*ScopedTempDir::Create()),
        served_(temporary_.path() / "served"),
        database_(temporary_.path() / "installed/narrows.db"),
        keys_(MakeTestKeys("ED25519")),
        server_([this](const ScriptedRequest& request, ScriptedReply& reply) {
          Answer(request, reply);
        }) {
    options_.database = database_;
    options_.public_keys_pem = {keys_.public_pem};
  }

  // Publishes; each call is an hour later.
  std::string Publish(const std::vector<AdvisoryRecord>& records, uint32_t day = 1,
                      bool sign = true) {
    const std::string bytes = TestDatabase(records, day);
    const fs::path path = temporary_.path() / "new.db";
    EXPECT_TRUE(WriteFileAtomically(path, bytes).has_value());
    now_ += std::chrono::hours(1);
    const auto release = PublishRelease(
        {.database = path, .folder = served_, .private_key_pem = sign ? keys_.private_pem : ""},
        now_);
    EXPECT_TRUE(release.has_value()) << release.error().message;
    return bytes;
  }

  Result<UpdateResult> Update() { return UpdateFrom(server_.Url("/releases")); }

  Result<UpdateResult> UpdateFrom(const std::string& url) {
    http::HttpClientOptions http;
    http.proxy = "none";
    auto source = MakeHttpReleaseSource(url, http);
    EXPECT_TRUE(source.has_value());
    return UpdateDatabase(**source, options_, CallContext::WithTimeout(std::chrono::seconds(60)),
                          nullptr);
  }

  std::string Installed() { return ReadFile(database_, kMost).value_or("none"); }

  fs::path BlobPath(const Blob& blob) { return served_ / BlobName(blob.digest); }

  std::vector<std::string> Asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

  void Answer(const ScriptedRequest& request, ScriptedReply& reply) {
    {
      const std::lock_guard lock(mutex_);
      asked_.push_back(request.target + " " + request.Header("range"));
    }
    if (request.target.starts_with("/elsewhere/"))
      return reply.Send(302, "", {"Location: /releases/" + request.target.substr(11)});
    const auto content = ReadFile(served_ / request.target.substr(10), kMost);
    if (!content.has_value()) return reply.Send(404, "");
    const std::string range = request.Header("range");
    const bool is_blob = request.target.find("/blobs/") != std::string::npos;
    size_t from = 0;
    if (!range.empty() && ranges_) from = std::stoull(range.substr(6));
    std::string rest = content->substr(from);
    const std::string size = std::to_string(content->size());
    const std::string head =
        from > 0 ? "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " + std::to_string(from) +
                       "-" + std::to_string(content->size() - 1) + "/" + size + "\r\n"
                 : "HTTP/1.1 200 OK\r\n";
    const std::string length = "Content-Length: " + std::to_string(rest.size()) + "\r\n\r\n";
    if (is_blob && broken_off_ > 0) {
      --broken_off_;
      rest.resize(rest.size() / 2);
    }
    reply.Raw(head + length + rest);
  }

  ScopedTempDir temporary_;
  fs::path served_;
  fs::path database_;
  TestKeys keys_;
  UpdateOptions options_;
  TimePoint now_ = TimePoint(Duration(1'700'000'000'000));
  std::mutex mutex_;
  std::vector<std::string> asked_;
  std::atomic<int> broken_off_ = 0;  // answers
  std::atomic<bool> ranges_ = true;
  http::scripted::ScriptedServer server_;
};

TEST_F(UpdateTest, FetchesTheWholeFirstThenDeltas) {
  std::vector<AdvisoryRecord> records = TestRecords(3000);
  const std::string first = Publish(records, 1);
  auto result = Update();
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_TRUE(result->changed);
  EXPECT_FALSE(result->by_delta);
  EXPECT_TRUE(Installed() == first);
  EXPECT_FALSE(Update()->changed);

  records.push_back(TestRecord(9000));
  Publish(records, 2);
  records.erase(records.begin());
  const std::string third = Publish(records, 3);
  result = Update();  // from the first to the third
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_TRUE(result->by_delta) << result->status;
  EXPECT_LT(result->fetched * 4, result->release.compressed.bytes);
  EXPECT_TRUE(Installed() == third);
  EXPECT_TRUE((*AdvisoryDatabase::Open(database_))->Verify().has_value());
}

TEST_F(UpdateTest, ADeltaFromTooFarBackIsNotThereAndTheWholeIsFetched) {
  std::vector<AdvisoryRecord> records = TestRecords(300);
  Publish(records);
  ASSERT_TRUE(Update().has_value());
  std::string last;
  for (int i = 0; i < 4; ++i) {
    records.push_back(TestRecord(9000 + i));
    last = Publish(records);
  }
  const auto result = Update();
  ASSERT_TRUE(result.has_value());
  EXPECT_FALSE(result->by_delta);
  EXPECT_TRUE(Installed() == last);
}

TEST_F(UpdateTest, ADeltaThatIsDamagedOrGoneCostsTheWholeFile) {
  std::vector<AdvisoryRecord> records = TestRecords(3000);
  Publish(records);
  ASSERT_TRUE(Update().has_value());
  records.push_back(TestRecord(9000));
  const std::string last = Publish(records);
  const auto release = ParseRelease(*ReadFile(served_ / kReleaseName, kMost));
  ASSERT_EQ(release->deltas.size(), 1u);
  fs::remove(BlobPath(release->deltas[0].blob));
  const auto result = Update();
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_FALSE(result->by_delta);
  EXPECT_THAT(result->status, HasSubstr("404"));
  EXPECT_TRUE(Installed() == last);
}

TEST_F(UpdateTest, GoesOnWhereItWasBrokenOff) {
  const std::string bytes = Publish(TestRecords(3000));
  broken_off_ = 2;
  const auto result = Update();
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_EQ(result->fetched, result->release.compressed.bytes);  // nothing twice
  EXPECT_TRUE(Installed() == bytes);
  const std::string half = std::to_string(result->release.compressed.bytes / 2);
  EXPECT_THAT(Asked(), testing::Contains(HasSubstr("bytes=" + half + "-")));
}

TEST_F(UpdateTest, GoesOnInTheNextRunToo) {
  const std::string bytes = Publish(TestRecords(3000));
  const auto release = ParseRelease(*ReadFile(served_ / kReleaseName, kMost));
  const std::string blob = *ReadFile(BlobPath(release->compressed), kMost);
  fs::create_directories(database_.parent_path());
  const fs::path part = database_.string() + ".part-" + release->compressed.digest.substr(7, 16);
  ASSERT_TRUE(WriteFileAtomically(part, blob.substr(0, 1000)).has_value());
  const auto result = Update();
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->fetched, blob.size() - 1000);
  EXPECT_TRUE(Installed() == bytes);
  EXPECT_FALSE(fs::exists(part));
}

TEST_F(UpdateTest, WhatARunBeforeLeftDamagedIsFetchedAnew) {
  const std::string bytes = Publish(TestRecords(300));
  const auto release = ParseRelease(*ReadFile(served_ / kReleaseName, kMost));
  fs::create_directories(database_.parent_path());
  const fs::path part = database_.string() + ".part-" + release->compressed.digest.substr(7, 16);
  for (const std::string& left : {std::string(1000, 'x'), std::string(100'000, 'x')}) {
    ASSERT_TRUE(WriteFileAtomically(part, left).has_value());
    fs::remove(database_);
    ASSERT_TRUE(Update().has_value());
    EXPECT_TRUE(Installed() == bytes);
  }
}

TEST_F(UpdateTest, WhatWasLeftOfOtherReleasesGoes) {
  Publish(TestRecords(10));
  fs::create_directories(database_.parent_path());
  const fs::path other = database_.string() + ".part-0123456789abcdef";
  ASSERT_TRUE(WriteFileAtomically(other, "x").has_value());
  ASSERT_TRUE(Update().has_value());
  EXPECT_FALSE(fs::exists(other));
}

TEST_F(UpdateTest, AServerWithoutRangesIsNoHindrance) {
  const std::string bytes = Publish(TestRecords(3000));
  ranges_ = false;
  broken_off_ = 1;
  ASSERT_TRUE(Update().has_value());
  EXPECT_TRUE(Installed() == bytes);
}

TEST_F(UpdateTest, GivesUpOnAServerThatAlwaysBreaksOffAtTheSamePlace) {
  Publish(TestRecords(300));
  const auto release = ParseRelease(*ReadFile(served_ / kReleaseName, kMost));
  ASSERT_TRUE(WriteFileAtomically(BlobPath(release->compressed), "").has_value());
  const auto result = Update();
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kUnavailable);
}

TEST_F(UpdateTest, OnlyReleasesSignedByTheKeyAreTaken) {
  Publish(TestRecords(10));
  options_.public_keys_pem = {MakeTestKeys("ED25519").public_pem};
  EXPECT_EQ(Update().error().code, ErrorCode::kUnauthenticated);
  options_.public_keys_pem = {};
  EXPECT_THAT(Update().error().message, HasSubstr("--key"));
  options_.public_keys_pem = {keys_.public_pem};
  std::string release = *ReadFile(served_ / kReleaseName, kMost);
  release.insert(release.size() - 1, " ");
  ASSERT_TRUE(WriteFileAtomically(served_ / kReleaseName, release).has_value());
  EXPECT_EQ(Update().error().code, ErrorCode::kUnauthenticated);
  fs::remove(served_ / kSignaturesName);
  EXPECT_EQ(Update().error().code, ErrorCode::kFailedPrecondition);
  EXPECT_EQ(Installed(), "none");
  options_.accept_unsigned = true;
  EXPECT_TRUE(Update().has_value());
}

TEST_F(UpdateTest, OtherBytesThanTheSignedOnesAreRefused) {
  const std::string before = Publish(TestRecords(10));
  ASSERT_TRUE(Update().has_value());
  Publish(TestRecords(2000));
  const auto release = ParseRelease(*ReadFile(served_ / kReleaseName, kMost));
  for (const ReleaseDelta& delta : release->deltas) fs::remove(BlobPath(delta.blob));
  std::string blob = *ReadFile(BlobPath(release->compressed), kMost);
  std::string longer = blob + "x";
  blob[blob.size() / 2] = static_cast<char>(blob[blob.size() / 2] ^ 1);
  for (const std::string& bytes : {blob, longer}) {
    ASSERT_TRUE(WriteFileAtomically(BlobPath(release->compressed), bytes).has_value());
    const auto result = Update();
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::kDataLoss);
    EXPECT_TRUE(Installed() == before);
  }
}

TEST_F(UpdateTest, AnOlderReleaseIsRefusedUnlessAllowed) {
  Publish(TestRecords(10));
  const fs::path old_one = temporary_.path() / "old";
  fs::copy(served_, old_one, fs::copy_options::recursive);
  const std::string newer = Publish(TestRecords(11));
  ASSERT_TRUE(Update().has_value());
  fs::remove_all(served_);
  fs::copy(old_one, served_, fs::copy_options::recursive);
  const auto result = Update();
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(result.error().message, HasSubstr("--allow-older"));
  EXPECT_TRUE(Installed() == newer);
  options_.accept_older = true;
  EXPECT_TRUE(Update().has_value());
  EXPECT_FALSE(Installed() == newer);
}

TEST_F(UpdateTest, RollbackExchangesTheTwo) {
  const std::string first = Publish(TestRecords(10));
  ASSERT_TRUE(Update().has_value());
  EXPECT_EQ(InstalledDatabase::Lock(database_)->Rollback().error().code, ErrorCode::kNotFound);
  const std::string second = Publish(TestRecords(11));
  ASSERT_TRUE(Update().has_value());
  const auto reader = AdvisoryDatabase::Open(database_);
  ASSERT_TRUE(InstalledDatabase::Lock(database_)->Rollback().has_value());
  EXPECT_TRUE(Installed() == first);
  EXPECT_TRUE((*reader)->Verify().has_value());  // who has it open keeps it
  ASSERT_TRUE(InstalledDatabase::Lock(database_)->Rollback().has_value());
  EXPECT_TRUE(Installed() == second);
  EXPECT_FALSE(Update()->changed);
}

TEST_F(UpdateTest, OneAtATime) {
  Publish(TestRecords(10));
  const auto other = InstalledDatabase::Lock(database_);
  ASSERT_TRUE(other.has_value());
  EXPECT_EQ(Update().error().code, ErrorCode::kUnavailable);
}

TEST_F(UpdateTest, FollowsRedirects) {
  const std::string bytes = Publish(TestRecords(10));
  ASSERT_TRUE(UpdateFrom(server_.Url("/elsewhere")).has_value());
  EXPECT_TRUE(Installed() == bytes);
}

TEST_F(UpdateTest, NoReleaseIsNamed) {
  const auto result = Update();
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(result.error().message, HasSubstr("release.json"));
}

TEST_F(UpdateTest, PublishingTheSameTwiceIsRefusedAndOldBlobsGo) {
  std::vector<AdvisoryRecord> records = TestRecords(300);
  Publish(records);
  const auto again =
      PublishRelease({.database = temporary_.path() / "new.db", .folder = served_}, now_);
  EXPECT_EQ(again.error().code, ErrorCode::kFailedPrecondition);
  for (int i = 0; i < 10; ++i) {
    records.push_back(TestRecord(9000 + i));
    Publish(records);
  }
  const auto blobs = std::distance(fs::directory_iterator(served_ / "blobs/sha256"), {});
  EXPECT_LE(blobs, 2 * (1 + 3) + 2 + 3);
  EXPECT_EQ(ParseRelease(*ReadFile(served_ / kReleaseName, kMost))->deltas.size(), 3u);
}

}  // namespace
}  // namespace narrows::advisories::distribution
