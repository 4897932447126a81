#include "storage/sqlite/sqlite_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <system_error>

#include "storage/sqlite/change_log.h"
#include "storage/sqlite/compaction.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/sqlite_assessments.h"
#include "storage/sqlite/sqlite_findings.h"
#include "storage/sqlite/sqlite_history.h"
#include "storage/sqlite/sqlite_images.h"
#include "storage/sqlite/store_lock.h"

namespace narrows::storage {
namespace {

constexpr size_t kIdleReaders = 8;

// Connections that wait for their next snapshot. Thread-safe.
class ReaderPool {
 public:
  explicit ReaderPool(std::filesystem::path path) : path_(std::move(path)) {}

  Result<std::unique_ptr<Database>> Take() {
    {
      const std::scoped_lock lock(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<Database> database = std::move(idle_.back());
        idle_.pop_back();
        return database;
      }
    }
    return Database::Open(path_, Database::Mode::kReadOnly);
  }

  void Give(std::unique_ptr<Database> database) {
    const std::scoped_lock lock(mutex_);
    if (idle_.size() < kIdleReaders) idle_.push_back(std::move(database));
  }

 private:
  const std::filesystem::path path_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Database>> idle_;
};

// The five parts over one session.
struct Parts {
  explicit Parts(const Session& given)
      : session(given),
        images(session),
        findings(session),
        assessments(session, findings),
        actions(session),
        policies(session) {}

  Session session;
  SqliteImages images;
  SqliteFindings findings;
  SqliteAssessments assessments;
  SqliteActions actions;
  SqlitePolicies policies;
};

class SqliteSnapshot final : public Snapshot {
 public:
  SqliteSnapshot(ReaderPool& pool, std::unique_ptr<Database> database, const Session& session)
      : pool_(pool), database_(std::move(database)), parts_(session) {}
  ~SqliteSnapshot() override {
    if (database_->Execute("COMMIT;").has_value()) pool_.Give(std::move(database_));
  }
  const ImageStore& images() const override { return parts_.images; }
  const FindingStore& findings() const override { return parts_.findings; }
  const AssessmentStore& assessments() const override { return parts_.assessments; }
  const ActionStore& actions() const override { return parts_.actions; }
  const PolicyStore& policies() const override { return parts_.policies; }
  Result<std::string> LatestCursor() const override { return ReadLatestCursor(parts_.session); }
  Result<ChangePage> ChangesSince(std::string_view cursor, size_t most) const override {
    return ReadChanges(parts_.session, cursor, most);
  }

 private:
  ReaderPool& pool_;
  std::unique_ptr<Database> database_;
  Parts parts_;
};

class SqliteTransaction final : public Transaction {
 public:
  SqliteTransaction(std::unique_lock<std::mutex> turn, const Session& session)
      : turn_(std::move(turn)), parts_(session) {}
  ~SqliteTransaction() override {
    if (done_) return;
    const Status rolled_back = parts_.session.database.Execute("ROLLBACK;");
    static_cast<void>(rolled_back);  // fails only where SQLite has rolled back already
  }
  const ImageStore& images() const override { return parts_.images; }
  const FindingStore& findings() const override { return parts_.findings; }
  const AssessmentStore& assessments() const override { return parts_.assessments; }
  const ActionStore& actions() const override { return parts_.actions; }
  const PolicyStore& policies() const override { return parts_.policies; }
  ImageStore& images() override { return parts_.images; }
  FindingStore& findings() override { return parts_.findings; }
  AssessmentStore& assessments() override { return parts_.assessments; }
  ActionStore& actions() override { return parts_.actions; }
  PolicyStore& policies() override { return parts_.policies; }
  Result<std::string> LatestCursor() const override { return ReadLatestCursor(parts_.session); }
  Result<ChangePage> ChangesSince(std::string_view cursor, size_t most) const override {
    return ReadChanges(parts_.session, cursor, most);
  }

  Status Commit() override {
    if (done_ || parts_.session.failed)
      return FailedPrecondition("the transaction failed or is committed already");
    parts_.session.failed = true;
    RETURN_IF_ERROR(parts_.session.database.Execute("COMMIT;"));
    done_ = true;
    return Ok();
  }

  Session& session() { return parts_.session; }

 private:
  std::unique_lock<std::mutex> turn_;  // given back last
  Parts parts_;
  bool done_ = false;
};

class SqliteStore final : public Store {
 public:
  SqliteStore(const SqliteStoreOptions& options, std::unique_ptr<StoreLock> lock,
              std::unique_ptr<Database> writer)
      : options_(options),
        lock_(std::move(lock)),
        writer_(std::move(writer)),
        readers_(options.path) {}

  // Finds the cluster's row, which a writer makes.
  Status FindCluster(Database& database);

  const std::string& cluster() const override { return options_.cluster; }
  Result<std::unique_ptr<Snapshot>> Read() const override;
  Result<std::unique_ptr<Transaction>> Begin(TimePoint now) override;
  Result<Compaction> Compact(TimePoint now) override;

 private:
  Result<std::unique_ptr<SqliteTransaction>> BeginWrite(TimePoint now);

  SqliteStoreOptions options_;
  std::unique_ptr<StoreLock> lock_;   // null: reading only
  std::unique_ptr<Database> writer_;  // null: reading only
  std::mutex writing_;                // held by the open transaction
  int64_t cluster_row_ = 0;
  mutable ReaderPool readers_;
};

Status SqliteStore::FindCluster(Database& database) {
  const std::string name = "store " + options_.path.string();
  if (writer_) {
    if (options_.cluster.empty()) return InvalidArgument(name + ": the cluster's id is missing");
    RETURN_IF_ERROR(
        database.Run("INSERT OR IGNORE INTO cluster (uid) VALUES (?)", {options_.cluster}));
  }
  ASSIGN_OR_RETURN(Query query, database.Start("SELECT id, uid FROM cluster WHERE ?1 = '' OR "
                                               "uid = ?1",
                                               {options_.cluster}));
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) {
    return NotFound(name + " holds nothing of " +
                    (options_.cluster.empty() ? "any cluster" : "cluster " + options_.cluster));
  }
  cluster_row_ = query.Int(0);
  const std::string uid = query.Text(1);
  ASSIGN_OR_RETURN(const bool several, query.Step());
  if (several) return InvalidArgument(name + " holds several clusters: name one by its id");
  options_.cluster = uid;
  return Ok();
}

Result<std::unique_ptr<Snapshot>> SqliteStore::Read() const {
  ASSIGN_OR_RETURN(std::unique_ptr<Database> database, readers_.Take());
  RETURN_IF_ERROR(database->Execute("BEGIN;"));
  // BEGIN alone fixes no state: the first read does.
  ASSIGN_OR_RETURN([[maybe_unused]] const auto version, database->One("PRAGMA user_version"));
  const Session session{*database, cluster_row_, options_.cluster, TimePoint(), false};
  return std::unique_ptr<Snapshot>(
      std::make_unique<SqliteSnapshot>(readers_, std::move(database), session));
}

Result<std::unique_ptr<SqliteTransaction>> SqliteStore::BeginWrite(TimePoint now) {
  const std::string name = "store " + options_.path.string();
  if (!writer_) return FailedPrecondition(name + " was opened for reading only");
  std::unique_lock<std::mutex> turn(writing_, std::try_to_lock);
  if (!turn.owns_lock())
    return FailedPrecondition(name + ": another transaction of this process is open");
  RETURN_IF_ERROR(writer_->Execute("BEGIN IMMEDIATE;"));
  const Session session{*writer_, cluster_row_, options_.cluster, now, false};
  return std::make_unique<SqliteTransaction>(std::move(turn), session);
}

Result<std::unique_ptr<Transaction>> SqliteStore::Begin(TimePoint now) {
  ASSIGN_OR_RETURN(std::unique_ptr<SqliteTransaction> transaction, BeginWrite(now));
  return std::unique_ptr<Transaction>(std::move(transaction));
}

Result<Compaction> SqliteStore::Compact(TimePoint now) {
  Compaction dropped;
  {
    ASSIGN_OR_RETURN(std::unique_ptr<SqliteTransaction> transaction, BeginWrite(now));
    ASSIGN_OR_RETURN(dropped, DropOld(transaction->session(), options_.retention));
    RETURN_IF_ERROR(transaction->Commit());
  }
  const std::unique_lock<std::mutex> turn(writing_, std::try_to_lock);
  if (!turn.owns_lock()) return dropped;  // another thread writes: space is given back next time
  RETURN_IF_ERROR(writer_->Execute(
      "PRAGMA incremental_vacuum; PRAGMA optimize; PRAGMA wal_checkpoint(PASSIVE);"));
  return dropped;
}

// Makes an empty file that only its owner may read; SQLite gives -wal and -shm the same mode.
Status CreatePrivately(const std::filesystem::path& path) {
  std::error_code error;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  if (error) return FromErrno(error.value(), "cannot create folder " + path.parent_path().string());
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return FromErrno(errno, "cannot open store " + path.string());
  close(fd);
  return Ok();
}

}  // namespace

Result<std::unique_ptr<Store>> OpenSqliteStore(const SqliteStoreOptions& options) {
  std::unique_ptr<StoreLock> lock;
  std::unique_ptr<Database> writer;
  if (options.access == Access::kWrite) {
    RETURN_IF_ERROR(CreatePrivately(options.path));
    ASSIGN_OR_RETURN(lock, StoreLock::Acquire(options.path));
    ASSIGN_OR_RETURN(writer, Database::Open(options.path, Database::Mode::kWrite));
    RETURN_IF_ERROR(Migrate(*writer, Migrations()));
    Database& database = *writer;
    auto store = std::make_unique<SqliteStore>(options, std::move(lock), std::move(writer));
    RETURN_IF_ERROR(store->FindCluster(database));
    return std::unique_ptr<Store>(std::move(store));
  }
  std::error_code error;
  if (!std::filesystem::exists(options.path, error)) {
    return NotFound("there is no store at " + options.path.string() +
                    ": `narrows serve` makes one");
  }
  ASSIGN_OR_RETURN(std::unique_ptr<Database> reader,
                   Database::Open(options.path, Database::Mode::kReadOnly));
  RETURN_IF_ERROR(CheckSchema(*reader, Migrations()));
  auto store = std::make_unique<SqliteStore>(options, nullptr, nullptr);
  RETURN_IF_ERROR(store->FindCluster(*reader));
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace narrows::storage
