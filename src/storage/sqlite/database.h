#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

#include "base/clock.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace narrows::storage {

struct Blob {
  std::string_view bytes;
};

// What is bound to a '?'. Views must live until the query is done.
using Value = std::variant<std::nullptr_t, int64_t, double, std::string_view, Blob>;

inline Value Bind(TimePoint time) { return static_cast<int64_t>(time.time_since_epoch().count()); }
inline Value Bind(const std::optional<TimePoint>& time) {
  return time ? Bind(*time) : Value(nullptr);
}

class Database;

// One execution of a prepared statement; gives the statement back at the end of its life.
class Query {
 public:
  ~Query();
  Query(Query&& other) noexcept;
  Query& operator=(Query&&) = delete;

  // True: there is a row, and the accessors speak of it until the next call. False: the end.
  Result<bool> Step();

  // Columns from 0. A column of another type gives the empty value.
  int64_t Int(int column) const;
  double Double(int column) const;
  std::string Text(int column) const;
  std::string Bytes(int column) const;  // of a blob
  bool IsNull(int column) const;
  TimePoint Time(int column) const { return TimePoint(Duration(Int(column))); }
  std::optional<TimePoint> OptionalTime(int column) const {
    return IsNull(column) ? std::nullopt : std::optional(Time(column));
  }

 private:
  friend class Database;
  Query(Database& database, sqlite3_stmt* statement) : database_(database), statement_(statement) {}
  Status BindAll(std::initializer_list<Value> values);

  Database& database_;
  sqlite3_stmt* statement_;
};

// A connection. Used by one thread at a time. Errors name the file and, where it is damaged, full
// or busy, the remedy.
class Database {
 public:
  enum class Mode { kReadOnly, kWrite };

  // kWrite creates an empty file.
  static Result<std::unique_ptr<Database>> Open(const std::filesystem::path& path, Mode mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Statements without parameters, ';' between them.
  Status Execute(const char* statements);

  // Starts a query. `sql` is prepared once in the life of the connection; it must not be running.
  Result<Query> Start(std::string_view sql, std::initializer_list<Value> values = {});

  // Runs a statement that gives no rows.
  Status Run(std::string_view sql, std::initializer_list<Value> values = {});

  // The first column of the first row; nothing when there is no row.
  Result<std::optional<int64_t>> One(std::string_view sql,
                                     std::initializer_list<Value> values = {});

  int64_t LastInsertId() const;
  int64_t Changes() const;  // rows that the last Run touched

  const std::filesystem::path& path() const { return path_; }

 private:
  friend class Query;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view sql) const { return std::hash<std::string_view>()(sql); }
  };
  Database(std::filesystem::path path, sqlite3* handle) : path_(std::move(path)), handle_(handle) {}
  Error LastError() const;
  static Error Describe(int code, std::string_view message, const std::filesystem::path& path);

  const std::filesystem::path path_;
  sqlite3* handle_;
  // Looked up by view, so that running a statement copies no SQL.
  std::unordered_map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, Hash, std::equal_to<>>
      statements_;
};

}  // namespace narrows::storage
