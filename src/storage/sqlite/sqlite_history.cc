#include "storage/sqlite/sqlite_history.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/json.h"

namespace narrows::storage {
namespace {

boost::json::array ToArray(const std::vector<std::string>& strings) {
  return boost::json::array(strings.begin(), strings.end());
}

std::vector<std::string> ToStrings(const boost::json::array* array) {
  std::vector<std::string> strings;
  if (array == nullptr) return strings;
  for (const auto& item : *array) {
    if (item.is_string()) strings.emplace_back(item.get_string());
  }
  return strings;
}

// All of the record but its id, workload and time.
std::string ToDocument(const model::ActionRecord& action) {
  boost::json::object document{
      {"kind", action.kind},
      {"planned", action.planned},
      {"policies", ToArray(action.policies)},
      {"actor", action.actor},
      {"reason", action.reason},
      {"isolation", ToString(action.isolation)},
      {"effective", action.effectiveness.effective},
      {"defeatedBy", ToArray(action.effectiveness.defeated_by)},
      {"explanation", action.effectiveness.explanation},
      {"pods", ToArray(action.pods)},
      {"error", action.error},
  };
  if (action.until) document["until"] = action.until->time_since_epoch().count();
  return boost::json::serialize(document);
}

void FromDocument(const boost::json::object& document, model::ActionRecord& action) {
  action.kind = JsonString(document, "kind");
  action.planned = JsonBool(document, "planned").value_or(false);
  action.policies = ToStrings(JsonArray(document, "policies"));
  action.actor = JsonString(document, "actor");
  action.reason = JsonString(document, "reason");
  action.isolation = JsonString(document, "isolation") == ToString(model::Isolation::kDetach)
                         ? model::Isolation::kDetach
                         : model::Isolation::kDeny;
  action.effectiveness.effective = JsonBool(document, "effective").value_or(true);
  action.effectiveness.defeated_by = ToStrings(JsonArray(document, "defeatedBy"));
  action.effectiveness.explanation = JsonString(document, "explanation");
  action.pods = ToStrings(JsonArray(document, "pods"));
  action.error = JsonString(document, "error");
  if (const auto until = JsonInt(document, "until")) action.until = TimePoint(Duration(*until));
}

}  // namespace

Result<std::vector<model::ActionRecord>> SqliteActions::List(const ActionFilter& filter) const {
  std::vector<model::ActionRecord> actions;
  Value workload = nullptr;
  if (filter.workload) {
    ASSIGN_OR_RETURN(const std::optional<int64_t> row, FindWorkload(session_, *filter.workload));
    if (!row) return actions;
    workload = *row;
  }
  ASSIGN_OR_RETURN(
      Query query,
      session_.database.Start(
          "SELECT w.namespace, w.api_version, w.kind, w.name, w.uid, a.id, a.time, a.document "
          "FROM action a JOIN workload w ON w.id = a.workload WHERE a.cluster = ?1 AND "
          "(?2 IS NULL OR a.workload = ?2) AND (?3 IS NULL OR a.time >= ?3) "
          "ORDER BY a.time DESC, a.rowid DESC LIMIT ?4",
          {session_.cluster, workload, Bind(filter.since), static_cast<int64_t>(filter.most)}));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return actions;
    model::ActionRecord action;
    action.workload = ReadWorkload(session_, query, 0);
    action.id = query.Text(5);
    action.time = query.Time(6);
    ASSIGN_OR_RETURN_WITHIN(const boost::json::value document, ParseJson(query.Text(7)),
                            "action in the store");
    if (document.is_object()) FromDocument(document.get_object(), action);
    actions.push_back(std::move(action));
  }
}

Status SqliteActions::Put(const model::ActionRecord& action) {
  return Noted(session_, Write(action));
}

Status SqliteActions::Write(const model::ActionRecord& action) {
  if (action.id.empty()) return InvalidArgument("an action without an id cannot be recorded");
  ASSIGN_OR_RETURN(const int64_t workload, InternWorkload(session_, action.workload));
  const std::string document = ToDocument(action);
  RETURN_IF_ERROR(session_.database.Run(
      "INSERT INTO action (cluster, id, workload, time, document) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT (cluster, id) DO UPDATE SET workload = excluded.workload, "
      "time = excluded.time, document = excluded.document",
      {session_.cluster, action.id, workload, Bind(action.time), document}));
  return AppendChange(session_, ChangeKind::kAction, action.id);
}

Result<std::vector<PolicyVersion>> SqlitePolicies::History(std::string_view name) const {
  ASSIGN_OR_RETURN(Query query, session_.database.Start(
                                    "SELECT generation, document, time FROM policy_version WHERE "
                                    "cluster = ? AND name = ? ORDER BY id DESC",
                                    {session_.cluster, name}));
  std::vector<PolicyVersion> versions;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return versions;
    versions.push_back({std::string(name), query.Int(0), query.Text(1), query.Time(2)});
  }
}

Status SqlitePolicies::Record(const PolicyVersion& version) {
  return Noted(session_, Write(version));
}

Status SqlitePolicies::Write(const PolicyVersion& version) {
  if (version.name.empty()) return InvalidArgument("a policy without a name cannot be recorded");
  {
    ASSIGN_OR_RETURN(Query query, session_.database.Start(
                                      "SELECT generation, document FROM policy_version WHERE "
                                      "cluster = ? AND name = ? ORDER BY id DESC LIMIT 1",
                                      {session_.cluster, version.name}));
    ASSIGN_OR_RETURN(const bool found, query.Step());
    if (found && query.Int(0) == version.generation && query.Text(1) == version.document)
      return Ok();
  }
  RETURN_IF_ERROR(session_.database.Run(
      "INSERT INTO policy_version (cluster, name, generation, document, time) "
      "VALUES (?, ?, ?, ?, ?)",
      {session_.cluster, version.name, version.generation, version.document, Bind(session_.now)}));
  return AppendChange(session_, ChangeKind::kPolicy, version.name);
}

}  // namespace narrows::storage
