#include "storage/sqlite/database.h"

#include <sqlite3.h>

#include "base/check.h"

namespace narrows::storage {
namespace {

// Readers never wait for the writer in WAL mode; this is for the moments of recovery and
// checkpoints.
constexpr int kBusyMillis = 10000;

struct BindValue {
  sqlite3_stmt* statement;
  int index;
  int operator()(std::nullptr_t) const { return sqlite3_bind_null(statement, index); }
  int operator()(int64_t value) const { return sqlite3_bind_int64(statement, index, value); }
  int operator()(double value) const { return sqlite3_bind_double(statement, index, value); }
  int operator()(std::string_view value) const {
    // A null pointer would bind NULL, not the empty text.
    return sqlite3_bind_text64(statement, index, value.empty() ? "" : value.data(), value.size(),
                               SQLITE_STATIC, SQLITE_UTF8);
  }
  int operator()(const Blob& value) const {
    return sqlite3_bind_blob64(statement, index, value.bytes.empty() ? "" : value.bytes.data(),
                               value.bytes.size(), SQLITE_STATIC);
  }
};

}  // namespace

void Database::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Error Database::Describe(int code, std::string_view message, const std::filesystem::path& path) {
  const std::string what = "store " + path.string() + ": " + std::string(message);
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
      return DataLoss("store " + path.string() + " is damaged (" + std::string(message) +
                      "): move it away with its -wal and -shm files; it is built anew from the "
                      "cluster, without its history");
    case SQLITE_NOTADB:
      return FailedPrecondition("store " + path.string() +
                                " is not a Narrows store or its beginning is damaged: name another "
                                "file or move this one away");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Unavailable(what + " (another process holds it; try again)");
    case SQLITE_FULL:
      return ResourceExhausted(what + ": make room on its disk");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return PermissionDenied(what + ": its folder and file must be writable");
    case SQLITE_CANTOPEN:
      return PermissionDenied(what + ": its folder must exist and be writable, also for readers");
    case SQLITE_TOOBIG:
      return ResourceExhausted(what);
    case SQLITE_IOERR:
      return Unavailable(what);
    default:
      return Internal(what);
  }
}

Error Database::LastError() const {
  return Describe(sqlite3_extended_errcode(handle_), sqlite3_errmsg(handle_), path_);
}

Result<std::unique_ptr<Database>> Database::Open(const std::filesystem::path& path, Mode mode) {
  const int flags =
      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
      (mode == Mode::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  std::unique_ptr<Database> database(new Database(path, handle));
  if (code != SQLITE_OK) return Describe(code, sqlite3_errstr(code), path);
  sqlite3_busy_timeout(handle, kBusyMillis);
  // The file may be foreign: nothing in its schema may run functions with effects.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  RETURN_IF_ERROR(database->Execute("PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON;"));
  return database;
}

Database::~Database() {
  statements_.clear();
  sqlite3_close(handle_);
}

Status Database::Execute(const char* statements) {
  if (sqlite3_exec(handle_, statements, nullptr, nullptr, nullptr) != SQLITE_OK) return LastError();
  return Ok();
}

Result<Query> Database::Start(std::string_view sql, std::initializer_list<Value> values) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
      return LastError();
    found = statements_.emplace(std::string(sql), statement).first;
  }
  sqlite3_stmt* statement = found->second.get();
  NARROWS_CHECK(sqlite3_stmt_busy(statement) == 0);
  Query query(*this, statement);
  RETURN_IF_ERROR(query.BindAll(values));
  return query;
}

Status Database::Run(std::string_view sql, std::initializer_list<Value> values) {
  ASSIGN_OR_RETURN(Query query, Start(sql, values));
  ASSIGN_OR_RETURN([[maybe_unused]] const bool row, query.Step());
  return Ok();
}

Result<std::optional<int64_t>> Database::One(std::string_view sql,
                                             std::initializer_list<Value> values) {
  ASSIGN_OR_RETURN(Query query, Start(sql, values));
  ASSIGN_OR_RETURN(const bool row, query.Step());
  if (!row) return std::optional<int64_t>();
  return std::optional(query.Int(0));
}

int64_t Database::LastInsertId() const { return sqlite3_last_insert_rowid(handle_); }
int64_t Database::Changes() const { return sqlite3_changes64(handle_); }

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Query::Query(Query&& other) noexcept : database_(other.database_), statement_(other.statement_) {
  other.statement_ = nullptr;
}

Status Query::BindAll(std::initializer_list<Value> values) {
  NARROWS_CHECK(sqlite3_bind_parameter_count(statement_) == static_cast<int>(values.size()));
  int index = 0;
  for (const Value& value : values) {
    if (std::visit(BindValue{statement_, ++index}, value) != SQLITE_OK)
      return database_.LastError();
  }
  return Ok();
}

Result<bool> Query::Step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return database_.LastError();
}

int64_t Query::Int(int column) const { return sqlite3_column_int64(statement_, column); }
double Query::Double(int column) const { return sqlite3_column_double(statement_, column); }

std::string Query::Text(int column) const {
  const auto* text = sqlite3_column_text(statement_, column);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text),
          static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string Query::Bytes(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes),
          static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Query::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

}  // namespace narrows::storage
