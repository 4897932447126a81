#include "storage/sqlite/change_log.h"

#include <algorithm>

#include "base/strings.h"

namespace narrows::storage {
namespace {

Result<std::string> ReadMeta(const Session& session, std::string_view name) {
  ASSIGN_OR_RETURN(Query query,
                   session.database.Start("SELECT value FROM meta WHERE name = ?", {name}));
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return DataLoss("the store has lost its " + std::string(name) + " entry");
  return query.Text(0);
}

std::string Cursor(const std::string& store, int64_t sequence) {
  return store + "-" + std::to_string(sequence);
}

// The newest sequence number ever given, dropped changes included.
Result<int64_t> NewestSequence(const Session& session) {
  ASSIGN_OR_RETURN(const std::optional<int64_t> newest,
                   session.database.One("SELECT seq FROM sqlite_sequence WHERE name = 'change'"));
  return newest.value_or(0);
}

// The sequence number behind which to read.
Result<int64_t> ParseCursor(std::string_view cursor, const std::string& store, int64_t dropped) {
  if (cursor.empty()) return dropped;
  const size_t dash = cursor.find('-');
  const auto sequence =
      dash == std::string_view::npos ? std::nullopt : ParseInt(cursor.substr(dash + 1));
  if (!sequence || *sequence < 0)
    return InvalidArgument("\"" + Printable(cursor, 64) + "\" is not a cursor of a store");
  if (cursor.substr(0, dash) != store)
    return OutOfRange("the cursor is another store's: read everything anew");
  if (*sequence < dropped)
    return OutOfRange("changes behind the cursor are dropped already: read everything anew");
  return *sequence;
}

}  // namespace

Result<std::string> ReadLatestCursor(const Session& session) {
  ASSIGN_OR_RETURN(const std::string store, ReadMeta(session, "store"));
  ASSIGN_OR_RETURN(const int64_t newest, NewestSequence(session));
  return Cursor(store, newest);
}

Result<ChangePage> ReadChanges(const Session& session, std::string_view cursor, size_t most) {
  ASSIGN_OR_RETURN(const std::string store, ReadMeta(session, "store"));
  ASSIGN_OR_RETURN(const std::string dropped, ReadMeta(session, "dropped"));
  ASSIGN_OR_RETURN(int64_t position, ParseCursor(cursor, store, ParseInt(dropped).value_or(0)));
  ChangePage page;
  ASSIGN_OR_RETURN(Query query, session.database.Start(
                                    "SELECT sequence, kind, key, time FROM change WHERE "
                                    "sequence > ? AND cluster = ? ORDER BY sequence LIMIT ?",
                                    {position, session.cluster, static_cast<int64_t>(most) + 1}));
  while (true) {
    ASSIGN_OR_RETURN(const bool found, query.Step());
    if (!found) break;
    if (page.changes.size() == most) {
      page.more = true;
      break;
    }
    position = query.Int(0);
    page.changes.push_back({static_cast<ChangeKind>(query.Int(1)), query.Text(2), query.Time(3)});
  }
  if (!page.more) {
    // Nothing of this cluster is behind: do not read other clusters' changes again.
    ASSIGN_OR_RETURN(const int64_t newest, NewestSequence(session));
    position = std::max(position, newest);
  }
  page.next = Cursor(store, position);
  return page;
}

Status DropChanges(Session& session, size_t keep) {
  ASSIGN_OR_RETURN(const int64_t newest, NewestSequence(session));
  const int64_t last_dropped = newest - static_cast<int64_t>(keep);
  if (last_dropped <= 0) return Ok();
  RETURN_IF_ERROR(session.database.Run("DELETE FROM change WHERE sequence <= ?", {last_dropped}));
  return session.database.Run(
      "UPDATE meta SET value = ? WHERE name = 'dropped' AND CAST(value AS INTEGER) < ?",
      {std::to_string(last_dropped), last_dropped});
}

}  // namespace narrows::storage
