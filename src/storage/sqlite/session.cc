#include "storage/sqlite/session.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/json.h"
#include "base/sha256.h"
#include "ecosystems/ecosystem_names.h"

namespace narrows::storage {
namespace {

std::optional<std::string> FromHex(std::string_view hex) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
  };
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    const int high = digit(hex[i]);
    const int low = digit(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

// The id of the row that `find` finds, or that `insert` makes, with the same values.
Result<int64_t> FindOrInsert(Database& database, std::string_view find,
                             std::initializer_list<Value> key, std::string_view insert,
                             std::initializer_list<Value> row) {
  ASSIGN_OR_RETURN(const std::optional<int64_t> found, database.One(find, key));
  if (found) return *found;
  RETURN_IF_ERROR(database.Run(insert, row));
  return database.LastInsertId();
}

}  // namespace

Status AppendChange(Session& session, ChangeKind kind, std::string_view key) {
  return session.database.Run(
      "INSERT INTO change (cluster, kind, key, time) VALUES (?, ?, ?, ?)",
      {session.cluster, static_cast<int64_t>(kind), key, Bind(session.now)});
}

std::string ContentKey(std::initializer_list<std::string_view> pieces) {
  std::string content;
  for (const std::string_view piece : pieces) {
    content += std::to_string(piece.size());
    content += ':';
    content += piece;
  }
  return FromHex(std::string_view(Sha256Hex(content)).substr(0, 32)).value_or("");
}

std::optional<std::string> IdentityBytes(std::string_view id) {
  if (id.size() != 32) return std::nullopt;
  return FromHex(id);
}

Result<int64_t> InternText(Session& session, std::string_view text) {
  return FindOrInsert(session.database, "SELECT id FROM text WHERE value = ?", {text},
                      "INSERT INTO text (value) VALUES (?)", {text});
}

Result<std::optional<int64_t>> FindWorkload(const Session& session,
                                            const model::WorkloadRef& workload) {
  return session.database.One(
      "SELECT id FROM workload WHERE cluster = ? AND namespace = ? AND api_version = ? AND "
      "kind = ? AND name = ? AND uid = ?",
      {session.cluster, workload.name_space, workload.api_version, workload.kind, workload.name,
       workload.uid});
}

Result<int64_t> InternWorkload(Session& session, const model::WorkloadRef& workload) {
  ASSIGN_OR_RETURN(const std::optional<int64_t> found, FindWorkload(session, workload));
  if (found) return *found;
  RETURN_IF_ERROR(session.database.Run(
      "INSERT INTO workload (cluster, namespace, api_version, kind, name, uid) "
      "VALUES (?, ?, ?, ?, ?, ?)",
      {session.cluster, workload.name_space, workload.api_version, workload.kind, workload.name,
       workload.uid}));
  return session.database.LastInsertId();
}

std::string PackageKey(const model::Package& package) {
  return ContentKey({package.ecosystem, package.name, package.version, package.architecture,
                     package.source_name, package.source_version, package.purl, package.path,
                     ToString(package.evidence), package.owner, package.modularity,
                     package.vendor});
}

Result<int64_t> InternPackage(Session& session, const model::Package& package) {
  const std::string key = PackageKey(package);
  const std::string lookup = ecosystems::CanonicalName(package.ecosystem, package.name);
  return FindOrInsert(
      session.database, "SELECT id FROM package WHERE key = ?", {Blob{key}},
      "INSERT INTO package (key, ecosystem, name, version, architecture, source_name, "
      "source_version, purl, path, evidence, owner, modularity, vendor, lookup) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {Blob{key}, package.ecosystem, package.name, package.version, package.architecture,
       package.source_name, package.source_version, package.purl, package.path,
       static_cast<int64_t>(package.evidence), package.owner, package.modularity, package.vendor,
       lookup});
}

Result<std::optional<int64_t>> FindImage(const Session& session, std::string_view digest) {
  return session.database.One("SELECT id FROM image WHERE cluster = ? AND digest = ?",
                              {session.cluster, digest});
}

model::WorkloadRef ReadWorkload(const Session& session, const Query& query, int column) {
  return {session.cluster_uid,    query.Text(column),     query.Text(column + 1),
          query.Text(column + 2), query.Text(column + 3), query.Text(column + 4)};
}

model::Package ReadPackage(const Query& query, int column) {
  return {.ecosystem = query.Text(column),
          .name = query.Text(column + 1),
          .version = query.Text(column + 2),
          .architecture = query.Text(column + 3),
          .source_name = query.Text(column + 4),
          .source_version = query.Text(column + 5),
          .purl = query.Text(column + 6),
          .path = query.Text(column + 7),
          .layer = query.Text(column + 12),
          .evidence = static_cast<model::Evidence>(query.Int(column + 8)),
          .owner = query.Text(column + 9),
          .modularity = query.Text(column + 10),
          .vendor = query.Text(column + 11)};
}

std::string StringsToJson(const std::vector<std::string>& strings) {
  if (strings.empty()) return "[]";
  return boost::json::serialize(boost::json::array(strings.begin(), strings.end()));
}

std::vector<std::string> StringsFromJson(std::string_view json) {
  std::vector<std::string> strings;
  if (json == "[]") return strings;
  const auto value = ParseJson(json);
  if (!value.has_value() || !value->is_array()) return strings;
  for (const auto& item : value->get_array()) {
    if (item.is_string()) strings.emplace_back(item.get_string());
  }
  return strings;
}

}  // namespace narrows::storage
