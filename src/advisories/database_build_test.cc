#include "advisories/database_build.h"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "advisories/cvss.h"
#include "advisories/database.h"
#include "advisories/epss.h"
#include "advisories/kev.h"
#include "advisories/osv_archive.h"
#include "advisories/osv_parser.h"
#include "base/file.h"

namespace narrows::advisories {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

using Files = std::vector<std::pair<std::string, std::string>>;

void WriteZip(const fs::path& path, const Files& files) {
  fs::create_directories(path.parent_path());
  archive* a = archive_write_new();
  archive_write_set_format_zip(a);
  ASSERT_EQ(archive_write_open_filename(a, path.c_str()), ARCHIVE_OK);
  for (const auto& [name, content] : files) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    ASSERT_EQ(archive_write_header(a, entry), ARCHIVE_OK);
    archive_write_data(a, content.data(), content.size());
    archive_entry_free(entry);
  }
  archive_write_free(a);
}

void WriteGzip(const fs::path& path, const std::string& content) {
  archive* a = archive_write_new();
  archive_write_add_filter_gzip(a);
  archive_write_set_format_raw(a);
  ASSERT_EQ(archive_write_open_filename(a, path.c_str()), ARCHIVE_OK);
  archive_entry* entry = archive_entry_new();
  archive_entry_set_pathname(entry, "x");
  archive_entry_set_filetype(entry, AE_IFREG);
  ASSERT_EQ(archive_write_header(a, entry), ARCHIVE_OK);
  archive_write_data(a, content.data(), content.size());
  archive_entry_free(entry);
  archive_write_free(a);
}

std::string Record(const std::string& id, const std::string& more = "") {
  return R"({"id":")" + id + R"(","modified":"2024-01-02T03:04:05Z","aliases":["CVE-2023-0001"],
    "affected":[{"package":{"ecosystem":"Debian:12","name":"openssl"},
    "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"2"}]}]}])" +
         more + "}";
}

class BuildTest : public testing::Test {
 protected:
  BuildTest() : folder_(*ScopedTempDir::Create()) {
    options_.osv = folder_.path() / "osv";
    options_.output = folder_.path() / "narrows.db";
  }
  Result<BuildStats> Build() { return BuildDatabase(options_, {}, nullptr); }

  ScopedTempDir folder_;
  BuildOptions options_;
};

TEST_F(BuildTest, CompilesAllFeedsAndCountsThem) {
  WriteZip(options_.osv / "Debian/all.zip",
           {{"A.json", Record("A")},
            {"B.json", Record("B", R"(,"withdrawn":"2024-01-01T00:00:00Z")")},
            {"bad.json", "{"},
            {"README", "x"}});
  WriteZip(options_.osv / "Ubuntu/all.zip", {{"A.json", Record("A")}, {"C.json", Record("C")}});
  options_.kev = folder_.path() / "kev.json";
  options_.epss = folder_.path() / "epss.csv.gz";
  ASSERT_TRUE(
      WriteFileAtomically(
          options_.kev,
          R"({"catalogVersion":"7","vulnerabilities":[{"cveID":"CVE-2023-0001"},{"cveID":"x"}]})")
          .has_value());
  WriteGzip(
      options_.epss,
      "#model_version:v1,score_date:2024-01-01\ncve,epss,percentile\nCVE-2023-0001,0.5,0.9\n");
  std::vector<std::string> steps;
  const auto stats = BuildDatabase(
      options_, {}, [&](const BuildProgress& progress) { steps.push_back(progress.step); });
  ASSERT_TRUE(stats.has_value()) << stats.error().message;
  EXPECT_THAT(stats->statuses, ElementsAre(HasSubstr("Debian/bad.json was left out")));
  EXPECT_EQ(stats->metadata.advisories, 2u);
  ASSERT_EQ(stats->metadata.sources.size(), 2u);
  EXPECT_EQ(stats->metadata.sources[0].records, 2u);
  EXPECT_EQ(stats->metadata.sources[0].withdrawn, 1u);
  EXPECT_EQ(stats->metadata.sources[0].refused, 1u);
  EXPECT_EQ(stats->metadata.sources[1].repeated, 1u);
  EXPECT_THAT(steps, testing::IsSupersetOf({"reading Debian", "reading Ubuntu"}));
  const auto database = AdvisoryDatabase::Open(options_.output);
  ASSERT_TRUE(database.has_value());
  EXPECT_EQ((*database)->Metadata().kev_entries, 1u);
  EXPECT_EQ((*database)->Metadata().sources, stats->metadata.sources);
  EXPECT_TRUE(*(*database)->IsKnownExploited("CVE-2023-0001"));
  EXPECT_DOUBLE_EQ((*(*database)->FindEpss("CVE-2023-0001"))->score, 0.5);
}

TEST_F(BuildTest, SameInputGivesSameBytes) {
  WriteZip(options_.osv / "Debian/all.zip", {{"A.json", Record("A")}, {"B.json", Record("B")}});
  ASSERT_TRUE(Build().has_value());
  const auto first = ReadFile(options_.output, 1 << 20);
  ASSERT_TRUE(Build().has_value());
  EXPECT_EQ(*first, *ReadFile(options_.output, 1 << 20));
}

TEST_F(BuildTest, ADamagedArchiveLeavesTheOldDatabase) {
  const fs::path zip = options_.osv / "Debian/all.zip";
  WriteZip(zip, {{"A.json", Record("A", ",\"details\":\"" + std::string(5000, 'x') + "\"")},
                 {"B.json", Record("B")}});
  ASSERT_TRUE(Build().has_value());
  const std::string good = *ReadFile(zip, 1 << 20);
  const std::string database = *ReadFile(options_.output, 1 << 20);
  for (const size_t length : {good.size() / 2, good.size() - 30, size_t{10}, size_t{0}}) {
    ASSERT_TRUE(WriteFileAtomically(zip, good.substr(0, length)).has_value());
    const auto stats = Build();
    ASSERT_FALSE(stats.has_value()) << length;
    EXPECT_EQ(stats.error().code, ErrorCode::kDataLoss) << stats.error().message;
    EXPECT_THAT(stats.error().message, HasSubstr(zip.string()));
  }
  std::string flipped = good;
  flipped[60] = static_cast<char>(flipped[60] ^ 0x55);
  ASSERT_TRUE(WriteFileAtomically(zip, flipped).has_value());
  EXPECT_FALSE(Build().has_value());
  EXPECT_EQ(*ReadFile(options_.output, 1 << 20), database);
}

TEST_F(BuildTest, MissingInputIsNamedWithTheRemedy) {
  const auto none = Build();
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code, ErrorCode::kNotFound);
  fs::create_directories(options_.osv / "Debian");
  EXPECT_THAT(Build().error().message, HasSubstr("OSV's bulk export"));
  WriteZip(options_.osv / "Debian/all.zip", {{"A.json", Record("A")}});
  options_.kev = folder_.path() / "absent.json";
  EXPECT_THAT(Build().error().message, HasSubstr("absent.json"));
  EXPECT_FALSE(fs::exists(options_.output));
}

TEST_F(BuildTest, CanBeStopped) {
  Files files;
  for (int i = 0; i < 1500; ++i)
    files.emplace_back(std::to_string(i) + ".json", Record(std::to_string(i)));
  WriteZip(options_.osv / "Debian/all.zip", files);
  std::stop_source stop;
  stop.request_stop();
  const CallContext context{.stop = stop.get_token()};
  const auto stats = BuildDatabase(options_, context, nullptr);
  ASSERT_FALSE(stats.has_value());
  EXPECT_EQ(stats.error().code, ErrorCode::kCancelled);
}

TEST(OsvArchive, KeepsItsLimits) {
  const auto folder = ScopedTempDir::Create();
  const fs::path zip = folder->path() / "all.zip";
  WriteZip(zip, {{"a.json", std::string(1000, 'a')}, {"b.json", "b"}, {"c.json", "c"}});
  std::vector<std::string> seen;
  const auto visit = [&](std::string_view name, const Result<std::string_view>& content) {
    seen.push_back(std::string(name) + (content.has_value() ? "" : ": too large"));
    return Ok();
  };
  EXPECT_TRUE(ReadOsvArchive(zip, {.entry_bytes = 999}, visit).has_value());
  EXPECT_THAT(seen, ElementsAre("a.json: too large", "b.json", "c.json"));
  EXPECT_EQ(ReadOsvArchive(zip, {.entries = 2}, visit).error().code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(ReadOsvArchive(zip, {.total_bytes = 1000}, visit).error().code,
            ErrorCode::kResourceExhausted);
}

TEST(ReadMaybeCompressed, ReadsPlainAndGzip) {
  const auto folder = ScopedTempDir::Create();
  const fs::path file = folder->path() / "x";
  ASSERT_TRUE(WriteFileAtomically(file, "plain").has_value());
  EXPECT_EQ(*ReadMaybeCompressed(file, 5), "plain");
  EXPECT_EQ(ReadMaybeCompressed(file, 4).error().code, ErrorCode::kResourceExhausted);
  WriteGzip(file, std::string(1 << 20, 'x'));
  EXPECT_EQ(ReadMaybeCompressed(file, 1 << 20)->size(), 1u << 20);
  EXPECT_EQ(ReadMaybeCompressed(file, (1 << 20) - 1).error().code, ErrorCode::kResourceExhausted);
  const std::string packed = *ReadFile(file, 1 << 20);
  ASSERT_TRUE(WriteFileAtomically(file, packed.substr(0, packed.size() / 2)).has_value());
  EXPECT_FALSE(ReadMaybeCompressed(file, 1 << 21).has_value());
  ASSERT_TRUE(WriteFileAtomically(file, "").has_value());
  EXPECT_EQ(*ReadMaybeCompressed(file, 10), "");
}

TEST(Kev, ReadsTheCatalogue) {
  const auto kev = ParseKev(R"({"catalogVersion":"2026.08.07","dateReleased":"2026-08-07T16:45:47Z",
    "vulnerabilities":[{"cveID":"CVE-2024-0002"},{"cveID":"CVE-2023-0001"},{"cveID":"CVE-2024-0002"},
                       {"cveID":5},"x",{}]})");
  ASSERT_TRUE(kev.has_value());
  EXPECT_EQ(kev->version, "2026.08.07");
  EXPECT_THAT(kev->cves, ElementsAre("CVE-2023-0001", "CVE-2024-0002"));
  for (const char* text : {"", "{}", "[]", "{\"vulnerabilities\":{}}", "{\"vulnerabilities\":["})
    EXPECT_FALSE(ParseKev(text).has_value()) << text;
}

TEST(Epss, ReadsTheScores) {
  const auto epss = ParseEpss(
      "#model_version:v2023.03.01,score_date:2024-01-01T00:00:00+0000\r\ncve,epss,percentile\r\n"
      "CVE-2024-0002,0.00043,0.1\r\nCVE-2023-0001,1,1.0\n\nCVE-2023-0001,0,0\n");
  ASSERT_TRUE(epss.has_value()) << epss.error().message;
  EXPECT_EQ(epss->model_version, "v2023.03.01");
  EXPECT_EQ(epss->score_date, "2024-01-01T00:00:00+0000");
  ASSERT_EQ(epss->rows.size(), 2u);
  EXPECT_EQ(epss->rows[0].score, 100000u);
  EXPECT_EQ(epss->rows[1].score, 43u);
  EXPECT_EQ(epss->rows[1].percentile, 10000u);
}

TEST(Epss, NamesTheLineOfAFault) {
  const std::string head = "cve,epss,percentile\n";
  EXPECT_TRUE(ParseEpss(head)->rows.empty());
  for (const char* line :
       {"CVE-2023-0001", "CVE-2023-0001,0.1", "CVE-2023-0001,0.1,0.2,0.3", "GHSA-1,0.1,0.2",
        "CVE-2023-0001,1.1,0.2", "CVE-2023-0001,-0.1,0.2", "CVE-2023-0001,nan,0.2",
        "CVE-2023-0001,,0.2", "CVE-2023-0001,0.1x,0.2"}) {
    const auto epss = ParseEpss(head + line);
    ASSERT_FALSE(epss.has_value()) << line;
    EXPECT_THAT(epss.error().message, HasSubstr("line 2"));
  }
  EXPECT_FALSE(ParseEpss("").has_value());
  EXPECT_FALSE(ParseEpss("CVE-2023-0001,0.1,0.2\n").has_value());
}

// The folder of real advisories, where there is one.
fs::path RealAdvisories() {
  const char* set = std::getenv("NARROWS_ADVISORIES");
  return set != nullptr ? fs::path(set) : fs::path("../shared/advisories");
}

TEST(RealAdvisories, AreReadWithoutAnyRefusalAndAllVectorsScore) {
  const fs::path osv = RealAdvisories() / "osv";
  if (!fs::exists(osv)) GTEST_SKIP() << "no " << osv;
  OsvParser parser;
  size_t vectors = 0;
  for (const auto& ecosystem : fs::directory_iterator(osv)) {
    const auto visit = [&](std::string_view name, const Result<std::string_view>& content) {
      const auto record = parser.Parse(*content);
      EXPECT_TRUE(record.has_value()) << name << ": " << record.error().message;
      // A vector that scores is kept, so a record with `severity` and none would show a fault.
      const bool has_vector = content->find("\"CVSS_V") != std::string_view::npos;
      EXPECT_EQ(has_vector, record.has_value() && !record->cvss_vector.empty()) << name;
      vectors += has_vector ? 1 : 0;
      return Ok();
    };
    EXPECT_TRUE(ReadOsvArchive(ecosystem.path() / "all.zip", {}, visit).has_value());
  }
  EXPECT_GT(vectors, 0u);
}

}  // namespace
}  // namespace narrows::advisories
