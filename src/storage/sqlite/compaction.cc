#include "storage/sqlite/compaction.h"

#include "storage/sqlite/change_log.h"

namespace narrows::storage {
namespace {

Result<size_t> Delete(Session& session, std::string_view sql, std::initializer_list<Value> values) {
  RETURN_IF_ERROR(session.database.Run(sql, values));
  return static_cast<size_t>(session.database.Changes());
}

constexpr const char* kDropOrphans = R"sql(
DELETE FROM advisory WHERE id NOT IN (SELECT advisory FROM finding);
DELETE FROM package_group WHERE id NOT IN (SELECT package_group FROM image_group);
DELETE FROM package WHERE id NOT IN (SELECT package FROM finding)
  AND id NOT IN (SELECT package FROM group_package);
DELETE FROM advisory_package WHERE advisory NOT IN (SELECT id FROM advisory)
  OR package NOT IN (SELECT id FROM package);
DELETE FROM layer WHERE id NOT IN (SELECT layer FROM image_layer);
DELETE FROM text WHERE id NOT IN (SELECT rule FROM evidence)
  AND id NOT IN (SELECT reason FROM evidence)
  AND id NOT IN (SELECT layer FROM package_group WHERE layer IS NOT NULL);
DELETE FROM workload WHERE id NOT IN (SELECT workload FROM assessment)
  AND id NOT IN (SELECT workload FROM transition) AND id NOT IN (SELECT workload FROM action);
)sql";

}  // namespace

Result<Compaction> DropOld(Session& session, const Retention& retention) {
  const TimePoint now = session.now;
  Compaction dropped;
  ASSIGN_OR_RETURN(dropped.images,
                   Delete(session, "DELETE FROM image WHERE cluster = ? AND last_seen < ?",
                          {session.cluster, Bind(now - retention.unseen_images)}));
  ASSIGN_OR_RETURN(dropped.findings,
                   Delete(session,
                          "DELETE FROM finding WHERE resolved_at < ? AND image IN "
                          "(SELECT id FROM image WHERE cluster = ?)",
                          {Bind(now - retention.resolved_findings), session.cluster}));
  ASSIGN_OR_RETURN(dropped.transitions,
                   Delete(session,
                          "DELETE FROM transition WHERE time < ? AND workload IN "
                          "(SELECT id FROM workload WHERE cluster = ?)",
                          {Bind(now - retention.transitions), session.cluster}));
  ASSIGN_OR_RETURN(dropped.actions,
                   Delete(session, "DELETE FROM action WHERE cluster = ? AND time < ?",
                          {session.cluster, Bind(now - retention.actions)}));
  RETURN_IF_ERROR(session.database.Run(
      "DELETE FROM policy_version WHERE cluster = ?1 AND id NOT IN (SELECT id FROM "
      "(SELECT id, row_number() OVER (PARTITION BY name ORDER BY id DESC) AS age "
      "FROM policy_version WHERE cluster = ?1) WHERE age <= ?2)",
      {session.cluster, static_cast<int64_t>(retention.policy_versions)}));
  RETURN_IF_ERROR(DropChanges(session, retention.changes));
  RETURN_IF_ERROR(session.database.Execute(kDropOrphans));
  return dropped;
}

}  // namespace narrows::storage
