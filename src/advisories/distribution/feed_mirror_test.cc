#include "advisories/distribution/feed_mirror.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>

#include "base/file.h"
#include "http/scripted/scripted_server.h"

namespace narrows::advisories::distribution {
namespace {

namespace fs = std::filesystem;
using http::scripted::ScriptedReply;
using http::scripted::ScriptedRequest;
using testing::HasSubstr;

// A server of files with ETags or dates, and a folder that mirrors it.
class FeedMirrorTest : public testing::Test {
 protected:
  FeedMirrorTest()
      : folder_(*ScopedTempDir::Create()),
        server_([this](const ScriptedRequest& request, ScriptedReply& reply) {
          Answer(request, reply);
        }) {
    Put("/osv/ecosystems.txt", "Debian\nDebian:12\ncrates.io\nRed Hat\n");
    for (const char* name : {"Debian", "crates.io", "Red%20Hat"})
      Put("/osv/" + std::string(name) + "/all.zip", "first");
  }

  void Put(const std::string& target, const std::string& content) {
    const std::lock_guard lock(mutex_);
    files_[target] = content;
  }

  void Answer(const ScriptedRequest& request, ScriptedReply& reply) {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(request.target);
    if (found == files_.end()) return reply.Send(404, "");
    const std::string version = std::to_string(std::hash<std::string>()(found->second));
    if (request.Header(dates_ ? "if-modified-since" : "if-none-match") == version)
      return reply.Send(304, "");
    reply.Send(200, found->second, {(dates_ ? "Last-Modified: " : "ETag: ") + version});
  }

  Result<MirrorStats> Copy() {
    http::HttpClientOptions options;
    options.proxy = "none";
    auto mirror = FeedMirror::Make(options);
    MirrorStats stats;
    RETURN_IF_ERROR(mirror->CopyOsv(server_.Url("/osv"), folder_.path(),
                                    CallContext::WithTimeout(std::chrono::seconds(30)), nullptr,
                                    stats));
    return stats;
  }

  std::string Content(const std::string& ecosystem) {
    return ReadFile(folder_.path() / ecosystem / "all.zip", 1000).value_or("none");
  }

  ScopedTempDir folder_;
  std::mutex mutex_;
  std::map<std::string, std::string> files_;
  bool dates_ = false;
  http::scripted::ScriptedServer server_;
};

TEST_F(FeedMirrorTest, FetchesOnlyWhatHasChanged) {
  for (const bool dates : {false, true}) {
    dates_ = dates;
    Put("/osv/Debian/all.zip", "first");
    fs::remove_all(folder_.path() / "Debian");
    fs::remove_all(folder_.path() / "crates.io");
    fs::remove_all(folder_.path() / "Red Hat");
    auto stats = Copy();
    ASSERT_TRUE(stats.has_value()) << stats.error().message;
    EXPECT_EQ(stats->files, 3u);
    EXPECT_EQ(stats->fetched, 3u);
    EXPECT_EQ(Content("Red Hat"), "first");
    EXPECT_EQ(Copy()->fetched, 0u);
    Put("/osv/Debian/all.zip", "second");
    stats = Copy();
    EXPECT_EQ(stats->fetched, 1u);
    EXPECT_EQ(Content("Debian"), "second");
    EXPECT_EQ(Content("crates.io"), "first");
  }
}

TEST_F(FeedMirrorTest, AFileThatIsGoneIsFetchedAgain) {
  ASSERT_TRUE(Copy().has_value());
  fs::remove(folder_.path() / "Debian" / "all.zip");
  EXPECT_EQ(Copy()->fetched, 1u);
  EXPECT_EQ(Content("Debian"), "first");
}

TEST_F(FeedMirrorTest, WhatTheExportNoLongerHasGoes) {
  ASSERT_TRUE(Copy().has_value());
  Put("/osv/ecosystems.txt", "Debian\n");
  ASSERT_TRUE(Copy().has_value());
  EXPECT_EQ(Content("crates.io"), "none");
  EXPECT_EQ(Content("Debian"), "first");
}

TEST_F(FeedMirrorTest, NamesThatLeadElsewhereAreRefused) {
  for (const char* name : {"../Debian", "/etc", ".hidden", "a/b", "a\x01"}) {
    Put("/osv/ecosystems.txt", std::string("Debian\n") + name + "\n");
    const auto stats = Copy();
    ASSERT_FALSE(stats.has_value()) << name;
    EXPECT_THAT(stats.error().message, HasSubstr("ecosystems.txt"));
  }
  Put("/osv/ecosystems.txt", "\n");
  EXPECT_FALSE(Copy().has_value());
}

TEST_F(FeedMirrorTest, AFailureLeavesTheOldFile) {
  ASSERT_TRUE(Copy().has_value());
  {
    const std::lock_guard lock(mutex_);
    files_.erase("/osv/Debian/all.zip");
  }
  EXPECT_EQ(Copy().error().code, ErrorCode::kNotFound);
  EXPECT_EQ(Content("Debian"), "first");
}

}  // namespace
}  // namespace narrows::advisories::distribution
