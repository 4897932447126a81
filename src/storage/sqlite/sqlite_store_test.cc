#include "storage/sqlite/sqlite_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>

#include "base/file.h"
#include "storage/conformance_backwards.h"
#include "storage/conformance_suite.h"
#include "storage/sqlite/schema.h"

namespace narrows::storage {
namespace {

using ::testing::HasSubstr;

Result<std::unique_ptr<Store>> OpenIn(const std::filesystem::path& folder,
                                      const std::string& cluster, const Retention& retention) {
  return OpenSqliteStore(
      {.path = folder / "narrows.store", .cluster = cluster, .retention = retention});
}

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreConformance, ::testing::Values(StoreFactory(OpenIn)),
                         [](const auto&) { return "File"; });

class SqliteStoreTest : public ::testing::Test {
 protected:
  SqliteStoreTest() : folder_(ScopedTempDir::Create()), path_(folder_->path() / "narrows.store") {}

  Result<std::unique_ptr<Store>> Open(Access access = Access::kWrite,
                                      const std::string& cluster = "c") const {
    return OpenSqliteStore({.path = path_, .cluster = cluster, .access = access});
  }
  std::string ErrorOfOpening(Access access, ErrorCode code) const {
    const auto store = Open(access);
    if (store.has_value()) return "it opened";
    EXPECT_EQ(store.error().code, code) << store.error().message;
    return store.error().message;
  }
  void Execute(const std::string& sql) const {
    auto database = Database::Open(path_, Database::Mode::kWrite);
    ASSERT_TRUE(database.has_value());
    const Status done = (*database)->Execute(sql.c_str());
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }

  Result<ScopedTempDir> folder_;
  std::filesystem::path path_;
};

// Image number i and an assessment of it in one transaction: both are there, or neither.
Status WritePair(Store& store, int i) {
  ASSIGN_OR_RETURN(auto transaction, store.Begin(TimePoint(Duration(i))));
  model::ImageAnalysis image;
  image.digest = "sha256:" + std::to_string(i);
  for (int n = 0; n < 50; ++n) {
    image.packages.push_back({.ecosystem = "Debian",
                              .name = "package-" + std::to_string(n),
                              .version = std::to_string(i)});
  }
  RETURN_IF_ERROR(transaction->images().Put(image));
  model::Assessment assessment;
  assessment.workload = {"c", "n", "v1", "Pod", std::to_string(i), std::to_string(i)};
  assessment.policy = "p";
  ASSIGN_OR_RETURN([[maybe_unused]] const bool changed, transaction->assessments().Put(assessment));
  return transaction->Commit();
}

TEST_F(SqliteStoreTest, AWriterKilledInMidWriteLosesNothingThatWasCommitted) {
  std::array<int, 2> acknowledged{};
  ASSERT_EQ(pipe(acknowledged.data()), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    close(acknowledged[0]);
    auto store = Open();
    for (int i = 1; store.has_value() && WritePair(**store, i).has_value(); ++i) {
      if (write(acknowledged[1], "x", 1) != 1) break;
    }
    _exit(1);
  }
  close(acknowledged[1]);
  size_t committed = 0;
  std::array<char, 64> buffer{};
  for (ssize_t n = 0; committed < 60 && (n = read(acknowledged[0], buffer.data(), 1)) > 0;)
    committed += static_cast<size_t>(n);
  kill(child, SIGKILL);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  for (ssize_t n = 0; (n = read(acknowledged[0], buffer.data(), buffer.size())) > 0;)
    committed += static_cast<size_t>(n);
  close(acknowledged[0]);
  ASSERT_GE(committed, 60u);

  for (const Access access : {Access::kReadOnly, Access::kWrite}) {
    auto store = Open(access);
    ASSERT_TRUE(store.has_value()) << store.error().message;
    const auto snapshot = *(*store)->Read();
    const auto digests = snapshot->images().Digests();
    ASSERT_TRUE(digests.has_value());
    EXPECT_GE(digests->size(), committed);
    EXPECT_EQ(snapshot->assessments().Latest({})->size(), digests->size());
    EXPECT_EQ((*snapshot->images().Get("sha256:60"))->analysis.packages.size(), 50u);
  }
  auto store = Open();
  EXPECT_TRUE(WritePair(**store, 1000000).has_value());
}

TEST_F(SqliteStoreTest, ASecondWriterIsToldWhoHoldsIt) {
  const auto first = Open();
  ASSERT_TRUE(first.has_value()) << first.error().message;
  const std::string message = ErrorOfOpening(Access::kWrite, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(message, HasSubstr("in use by process " + std::to_string(getpid()) + " ("));
  EXPECT_THAT(message, HasSubstr("stop it first"));
}

TEST_F(SqliteStoreTest, TheLockEndsWithTheStore) {
  { const auto first = Open(); }
  EXPECT_TRUE(Open().has_value());
}

TEST_F(SqliteStoreTest, ReadersSeeWholeTransactionsWhileAnotherThreadWrites) {
  auto writer = Open();
  ASSERT_TRUE(writer.has_value());
  ASSERT_TRUE(WritePair(**writer, 0).has_value());
  std::atomic<bool> done = false;
  std::atomic<int> torn = 0;
  std::vector<std::thread> readers;
  readers.reserve(3);
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&, own = i == 0] {
      // One reads through a store of its own, as another process would.
      const auto other = own ? Open(Access::kReadOnly, "")
                             : Result<std::unique_ptr<Store>>(std::unique_ptr<Store>());
      const Store* store = own && other.has_value() ? other->get() : writer->get();
      while (!done) {
        const auto snapshot = store->Read();
        if (!snapshot.has_value()) {
          ++torn;
          continue;
        }
        const auto images = (*snapshot)->images().Digests();
        const auto assessments = (*snapshot)->assessments().Latest({});
        if (!images.has_value() || !assessments.has_value() ||
            images->size() != assessments->size())
          ++torn;
      }
    });
  }
  for (int i = 1; i <= 30; ++i) EXPECT_TRUE(WritePair(**writer, i).has_value());
  done = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(torn, 0);
}

TEST_F(SqliteStoreTest, AReaderCannotWrite) {
  { const auto writer = Open(); }
  auto reader = Open(Access::kReadOnly, "");
  ASSERT_TRUE(reader.has_value()) << reader.error().message;
  EXPECT_EQ((*reader)->cluster(), "c");
  EXPECT_EQ((*reader)->Begin(TimePoint()).error().code, ErrorCode::kFailedPrecondition);
  EXPECT_EQ((*reader)->Compact(TimePoint()).error().code, ErrorCode::kFailedPrecondition);
}

TEST_F(SqliteStoreTest, AReaderMustNameOneOfSeveralClusters) {
  { const auto writer = Open(Access::kWrite, "one"); }
  { const auto writer = Open(Access::kWrite, "two"); }
  EXPECT_EQ(Open(Access::kReadOnly, "").error().code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(Open(Access::kReadOnly, "two").has_value());
  EXPECT_EQ(Open(Access::kReadOnly, "three").error().code, ErrorCode::kNotFound);
}

TEST_F(SqliteStoreTest, SaysWhenThereIsNothingToRead) {
  EXPECT_THAT(ErrorOfOpening(Access::kReadOnly, ErrorCode::kNotFound), HasSubstr("narrows serve"));
}

TEST_F(SqliteStoreTest, RefusesAForeignFile) {
  ASSERT_TRUE(WriteFileAtomically(path_,
                                  "this is not a data base, but a letter to someone "
                                  "who would not like to lose it")
                  .has_value());
  for (const Access access : {Access::kReadOnly, Access::kWrite}) {
    EXPECT_THAT(ErrorOfOpening(access, ErrorCode::kFailedPrecondition),
                HasSubstr("is not a Narrows store"));
  }
  EXPECT_THAT(*ReadFile(path_, 1000), HasSubstr("a letter"));
}

TEST_F(SqliteStoreTest, RefusesAnotherProgramsDatabase) {
  Execute("CREATE TABLE bookmarks (url TEXT);");
  for (const Access access : {Access::kReadOnly, Access::kWrite}) {
    EXPECT_THAT(ErrorOfOpening(access, ErrorCode::kFailedPrecondition),
                HasSubstr("of another program"));
  }
}

TEST_F(SqliteStoreTest, RefusesANewerSchema) {
  { const auto store = Open(); }
  Execute("PRAGMA user_version = 999;");
  for (const Access access : {Access::kReadOnly, Access::kWrite}) {
    EXPECT_THAT(ErrorOfOpening(access, ErrorCode::kFailedPrecondition),
                HasSubstr("written by a newer Narrows (schema 999"));
  }
}

TEST_F(SqliteStoreTest, ADamagedFileIsNamedWithTheRemedy) {
  {
    auto store = Open();
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(WritePair(**store, i).has_value());
  }
  auto content = ReadFile(path_, 100 << 20);
  ASSERT_TRUE(content.has_value());
  ASSERT_GT(content->size(), 40960u);
  for (size_t i = 4096; i < content->size(); ++i) (*content)[i] = static_cast<char>(i * 31 % 251);
  ASSERT_TRUE(WriteFileAtomically(path_, *content).has_value());
  auto store = Open();
  Error error;
  if (!store.has_value()) {
    error = store.error();
  } else {
    const auto digests = (*(*store)->Read())->images().Digests();
    ASSERT_FALSE(digests.has_value());
    error = digests.error();
  }
  EXPECT_EQ(error.code, ErrorCode::kDataLoss) << error.message;
  EXPECT_THAT(error.message, HasSubstr("move it away"));
}

TEST_F(SqliteStoreTest, ATruncatedFileIsNeverReadAsWhole) {
  {
    auto store = Open();
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(WritePair(**store, i).has_value());
  }
  const auto content = ReadFile(path_, 100 << 20);
  for (const size_t size : {50u, 100u, 4096u, 20480u}) {
    ASSERT_TRUE(WriteFileAtomically(path_, content->substr(0, size)).has_value());
    auto store = Open();
    if (!store.has_value()) continue;
    bool failed = false;
    for (int i = 0; i < 50; ++i) {
      const auto image = (*(*store)->Read())->images().Get("sha256:" + std::to_string(i));
      failed = failed || !image.has_value() || !image->has_value();
    }
    EXPECT_TRUE(failed) << size;
  }
}

TEST_F(SqliteStoreTest, TheFileIsItsOwnersAlone) {
  const auto store = Open();
  for (const char* suffix : {"", "-wal", "-shm", "-lock"}) {
    struct stat info {};
    ASSERT_EQ(stat((path_.string() + suffix).c_str(), &info), 0) << suffix;
    EXPECT_EQ(info.st_mode & 0777, 0600u) << suffix;
  }
}

TEST_F(SqliteStoreTest, AFindingCostsUnderAHundredBytes) {
  constexpr int kImages = 40;
  constexpr int kPackages = 100;
  constexpr int kFindingsOfAPackage = 5;
  auto store = Open();
  const auto image_of = [](int i) {
    model::ImageAnalysis image;
    image.digest = "sha256:" + std::to_string(i);
    for (int n = 0; n < kPackages; ++n) {
      const std::string name = "package-" + std::to_string(n);
      image.packages.push_back({.ecosystem = "Debian",
                                .name = name,
                                .version = "1.0",
                                .source_name = name,
                                .source_version = "1.0"});
    }
    return image;
  };
  const auto file_size = [&] {
    EXPECT_TRUE((*store)->Compact(TimePoint()).has_value());
    return static_cast<double>(std::filesystem::file_size(path_));
  };
  const auto write = [&](const std::function<Status(Transaction&, int)>& one) {
    for (int i = 0; i < kImages; ++i) {
      auto transaction = (*store)->Begin(TimePoint(Duration(1'700'000'000'000)));
      ASSERT_TRUE(one(**transaction, i).has_value());
      ASSERT_TRUE((*transaction)->Commit().has_value());
    }
  };
  write([&](Transaction& t, int i) { return t.images().Put(image_of(i)); });
  const double before = file_size();
  write([&](Transaction& t, int i) -> Status {
    std::vector<model::Finding> findings;
    const model::ImageAnalysis image = image_of(i);
    for (int n = 0; n < kPackages * kFindingsOfAPackage; ++n) {
      model::Finding finding;
      finding.scanner = "vulnerability";
      finding.subject =
          model::PackageSubject{image.digest, image.packages[static_cast<size_t>(n % kPackages)]};
      finding.vulnerability.id = "CVE-2026-" + std::to_string(10000 + n);
      finding.vulnerability.url = "https://example.org/" + finding.vulnerability.id;
      finding.vulnerability.summary = std::string(100, 's');
      finding.id = model::FindingIdentity(finding);
      findings.push_back(std::move(finding));
    }
    ASSIGN_OR_RETURN([[maybe_unused]] const auto delta,
                     t.findings().Replace(image.digest, {.scanner = "vulnerability"}, findings));
    return Ok();
  });
  const double each = (file_size() - before) / (kImages * kPackages * kFindingsOfAPackage);
  RecordProperty("bytes_per_finding", std::to_string(each));
  EXPECT_LT(each, 100) << "advisories' texts included";
  EXPECT_GT(each, 30);
}

TEST_F(SqliteStoreTest, MigratesStepByStepAndAllOrNothing) {
  auto database = Database::Open(path_, Database::Mode::kWrite);
  ASSERT_TRUE(database.has_value());
  const std::vector<const char*> one = {"CREATE TABLE a (x); INSERT INTO a VALUES (1);"};
  std::vector<const char*> two = one;
  two.push_back("ALTER TABLE a ADD COLUMN y DEFAULT 7;");
  std::vector<const char*> broken = one;
  broken.push_back("ALTER TABLE a ADD COLUMN z; SELECT nonsense FROM nowhere;");
  ASSERT_TRUE(Migrate(**database, one).has_value());
  EXPECT_THAT(CheckSchema(**database, two).error().message, HasSubstr("has schema 1"));
  EXPECT_THAT(Migrate(**database, broken).error().message, HasSubstr("migrating to schema 2"));
  EXPECT_FALSE((*database)->One("SELECT z FROM a").has_value());
  ASSERT_TRUE(Migrate(**database, two).has_value());
  EXPECT_EQ(*(*database)->One("SELECT y FROM a"), 7);
  EXPECT_TRUE(CheckSchema(**database, two).has_value());
  EXPECT_TRUE(Migrate(**database, two).has_value()) << "again changes nothing";
}

TEST_F(SqliteStoreTest, WhatAnOlderVersionWroteIsThereAfterwards) {
  {
    auto database = Database::Open(path_, Database::Mode::kWrite);
    const std::vector<const char*> older(Migrations().begin(), Migrations().begin() + 2);
    ASSERT_TRUE(Migrate(**database, older).has_value());
    const std::string rows = R"sql(
INSERT INTO cluster VALUES (1, 'c');
INSERT INTO text VALUES (1, 'sha256:l1'), (2, 'sha256:l2');
INSERT INTO package VALUES
  (1, x'01', 'Debian', 'curl', '7', '', 'curl', '7', '', '', 0, '', '', ''),
  (2, x'02', 'Debian', 'zlib1g', '1', '', 'zlib', '1', '', '', 0, '', '', ''),
  (3, x'03', 'Debian', 'apt', '2', '', 'apt', '2', '', '', 0, '', '', '');
INSERT INTO image VALUES (1, 1, 'sha256:1', '{}', 0, 0), (2, 1, 'sha256:2', '{}', 0, 0);
INSERT INTO image_package VALUES (1, 1, 1), (1, 2, 2), (1, 3, 2), (2, 1, NULL);
INSERT INTO advisory (id, key, content, scanner, kind, severity, vulnerability, advisory, aliases,
  source, fixed_version, status, url, summary, cvss_vector, cvss_score, vendor_severity,
  severity_source, kev) VALUES (1, x'01', x'01', 'vulnerability', 0, 0, 'CVE-2026-1', 'D-1', '[]',
  '', '', 0, '', '', '', -1, '', '', 0);
INSERT INTO finding VALUES (1, x'aa', 1, 1, 0, NULL, NULL);
INSERT INTO workload VALUES (1, 1, 'shop', 'v1', 'Pod', 'web', 'u');
INSERT INTO assessment VALUES (1, 1, 'demo', 2, 0, x'00',
  '[{"name":"a","digest":"sha256:1"},{"name":"b","digest":"sha256:1"},{"name":"c","digest":""}]');
)sql";
    const Status written = (*database)->Execute(rows.c_str());
    ASSERT_TRUE(written.has_value()) << written.error().message;
  }
  const auto store = Open();
  ASSERT_TRUE(store.has_value()) << store.error().message;
  const auto snapshot = *(*store)->Read();
  const auto packages = (*snapshot->images().Get("sha256:1"))->analysis.packages;
  ASSERT_EQ(packages.size(), 3u);
  EXPECT_EQ(packages[0].name + " " + packages[0].layer, "apt sha256:l2");
  EXPECT_EQ(packages[1].name + " " + packages[1].layer, "curl sha256:l1");
  EXPECT_EQ((*snapshot->images().Get("sha256:2"))->analysis.packages.at(0).layer, "");
  EXPECT_EQ(snapshot->images().Containing({{"Debian", "curl"}})->size(), 2u);
  EXPECT_EQ(snapshot->findings().OfVulnerability("CVE-2026-1", false)->size(), 1u);
  EXPECT_EQ(snapshot->assessments().UsesOf("sha256:1", "")->size(), 1u);
}

TEST_F(SqliteStoreTest, WhatALayerBroughtIsStoredOnce) {
  auto store = Open();
  const auto rows = [&](const std::string& table) {
    auto database = Database::Open(path_, Database::Mode::kReadOnly);
    return *(*database)->One("SELECT count(*) FROM " + table);
  };
  for (int i = 0; i < 20; ++i) {
    auto transaction = (*store)->Begin(TimePoint(Duration(i)));
    model::ImageAnalysis image;
    image.digest = "sha256:" + std::to_string(i);
    for (int n = 0; n < 50; ++n) {
      image.packages.push_back({.ecosystem = "Debian",
                                .name = "package-" + std::to_string(n),
                                .version = "1",
                                .layer = "sha256:base"});
    }
    image.packages.push_back({.ecosystem = "PyPI",
                              .name = "flask",
                              .version = std::to_string(i % 4),
                              .layer = "sha256:app-" + std::to_string(i % 5)});
    ASSERT_TRUE((*transaction)->images().Put(image).has_value());
    ASSERT_TRUE((*transaction)->Commit().has_value());
  }
  EXPECT_EQ(rows("package"), 54);
  EXPECT_EQ(rows("group_package"), 50 + 20);
  EXPECT_EQ(rows("image_group"), 40);
}

}  // namespace
}  // namespace narrows::storage
