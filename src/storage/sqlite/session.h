#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/package.h"
#include "model/workload.h"
#include "storage/sqlite/database.h"
#include "storage/store.h"

namespace narrows::storage {

// What the parts of one snapshot or transaction share.
struct Session {
  Database& database;
  int64_t cluster = 0;  // row in `cluster`
  std::string cluster_uid;
  TimePoint now;        // of a transaction
  bool failed = false;  // a write failed: the transaction must not be committed
};

// Passes the result of a write on, and remembers that it failed.
template <typename T>
Result<T> Noted(Session& session, Result<T> result) {
  if (!result.has_value()) session.failed = true;
  return result;
}

Status AppendChange(Session& session, ChangeKind kind, std::string_view key);

// The first 16 bytes of SHA-256 over the pieces; "ab","c" and "a","bc" differ.
std::string ContentKey(std::initializer_list<std::string_view> pieces);

// The 16 bytes of a FindingIdentity; nothing when `id` is none.
std::optional<std::string> IdentityBytes(std::string_view id);

// Rows of the intern tables, made where they are missing.
Result<int64_t> InternText(Session& session, std::string_view text);
Result<int64_t> InternWorkload(Session& session, const model::WorkloadRef& workload);
Result<int64_t> InternPackage(Session& session, const model::Package& package);

// What InternPackage knows a package by; its layer is not part of it.
std::string PackageKey(const model::Package& package);

// The row of a workload or an image of the session's cluster; nothing when there is none.
Result<std::optional<int64_t>> FindWorkload(const Session& session,
                                            const model::WorkloadRef& workload);
Result<std::optional<int64_t>> FindImage(const Session& session, std::string_view digest);

// The columns namespace, api_version, kind, name, uid from `column` on.
model::WorkloadRef ReadWorkload(const Session& session, const Query& query, int column);

// The columns ecosystem, name, version, architecture, source_name, source_version, purl, path,
// evidence, owner, modularity, vendor from `column` on, then the layer's diffID.
model::Package ReadPackage(const Query& query, int column);

std::string StringsToJson(const std::vector<std::string>& strings);
std::vector<std::string> StringsFromJson(std::string_view json);

}  // namespace narrows::storage
