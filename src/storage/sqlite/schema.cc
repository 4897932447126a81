#include "storage/sqlite/schema.h"

namespace narrows::storage {
namespace {

// Times are milliseconds since 1970 in UTC. Whatever many rows share (packages, advisories, texts,
// workloads) is interned, so that a finding costs well under 100 bytes: see
// docs/reference/store.md. `key` columns are the first 16 bytes of SHA-256 over the row's content.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE cluster (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE text (id INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE package (
  id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE,
  ecosystem TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, architecture TEXT NOT NULL,
  source_name TEXT NOT NULL, source_version TEXT NOT NULL, purl TEXT NOT NULL, path TEXT NOT NULL
) STRICT;
CREATE INDEX package_by_source ON package (ecosystem, source_name);

CREATE TABLE layer (
  id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE,
  diff_id TEXT NOT NULL, digest TEXT NOT NULL, size INTEGER NOT NULL, media_type TEXT NOT NULL
) STRICT;

CREATE TABLE image (
  id INTEGER PRIMARY KEY, cluster INTEGER NOT NULL, digest TEXT NOT NULL,
  document TEXT NOT NULL, analysed_at INTEGER NOT NULL, last_seen INTEGER NOT NULL,
  UNIQUE (cluster, digest)
) STRICT;
CREATE TABLE image_layer (
  image INTEGER NOT NULL REFERENCES image ON DELETE CASCADE, ordinal INTEGER NOT NULL,
  layer INTEGER NOT NULL, PRIMARY KEY (image, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE image_package (
  image INTEGER NOT NULL REFERENCES image ON DELETE CASCADE, package INTEGER NOT NULL,
  layer INTEGER, PRIMARY KEY (image, package)
) STRICT, WITHOUT ROWID;
CREATE INDEX image_by_package ON image_package (package);

CREATE TABLE advisory (
  id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, content BLOB NOT NULL,
  scanner TEXT NOT NULL, kind INTEGER NOT NULL, severity INTEGER NOT NULL,
  vulnerability TEXT NOT NULL, advisory TEXT NOT NULL, aliases TEXT NOT NULL,
  source TEXT NOT NULL, fixed_version TEXT NOT NULL, status INTEGER NOT NULL,
  url TEXT NOT NULL, summary TEXT NOT NULL, cvss_vector TEXT NOT NULL, cvss_score REAL NOT NULL,
  vendor_severity TEXT NOT NULL, severity_source TEXT NOT NULL, kev INTEGER NOT NULL,
  epss_score REAL, epss_percentile REAL, published INTEGER, modified INTEGER
) STRICT;

CREATE TABLE scan (
  image INTEGER NOT NULL REFERENCES image ON DELETE CASCADE, scanner TEXT NOT NULL,
  version TEXT NOT NULL, database TEXT NOT NULL, time INTEGER NOT NULL,
  unknown_reason TEXT NOT NULL, statuses TEXT NOT NULL, PRIMARY KEY (image, scanner)
) STRICT, WITHOUT ROWID;

-- last_seen is that of the last scan while the finding is open, and stands here afterwards.
CREATE TABLE finding (
  image INTEGER NOT NULL REFERENCES image ON DELETE CASCADE, identity BLOB NOT NULL,
  package INTEGER NOT NULL, advisory INTEGER NOT NULL,
  first_seen INTEGER NOT NULL, last_seen INTEGER, resolved_at INTEGER,
  PRIMARY KEY (image, identity)
) STRICT, WITHOUT ROWID;
CREATE INDEX finding_by_identity ON finding (identity);

CREATE TABLE workload (
  id INTEGER PRIMARY KEY, cluster INTEGER NOT NULL, namespace TEXT NOT NULL,
  api_version TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, uid TEXT NOT NULL,
  UNIQUE (cluster, namespace, api_version, kind, name, uid)
) STRICT;

CREATE TABLE assessment (
  id INTEGER PRIMARY KEY, workload INTEGER NOT NULL, policy TEXT NOT NULL,
  verdict INTEGER NOT NULL, time INTEGER NOT NULL, content BLOB NOT NULL,
  containers TEXT NOT NULL, UNIQUE (workload, policy)
) STRICT;
CREATE TABLE evidence (
  assessment INTEGER NOT NULL REFERENCES assessment ON DELETE CASCADE,
  container INTEGER NOT NULL, suppressed INTEGER NOT NULL, ordinal INTEGER NOT NULL,
  finding BLOB NOT NULL, rule INTEGER NOT NULL, reason INTEGER NOT NULL,
  PRIMARY KEY (assessment, container, suppressed, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE transition (
  id INTEGER PRIMARY KEY, workload INTEGER NOT NULL, policy TEXT NOT NULL,
  before INTEGER, after INTEGER, time INTEGER NOT NULL
) STRICT;
CREATE INDEX transition_by_workload ON transition (workload, policy);

CREATE TABLE action (
  cluster INTEGER NOT NULL, id TEXT NOT NULL, workload INTEGER NOT NULL, time INTEGER NOT NULL,
  document TEXT NOT NULL, PRIMARY KEY (cluster, id)
) STRICT;
CREATE INDEX action_by_time ON action (cluster, time);

CREATE TABLE policy_version (
  id INTEGER PRIMARY KEY, cluster INTEGER NOT NULL, name TEXT NOT NULL,
  generation INTEGER NOT NULL, document TEXT NOT NULL, time INTEGER NOT NULL
) STRICT;
CREATE INDEX policy_version_by_name ON policy_version (cluster, name);

CREATE TABLE change (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, cluster INTEGER NOT NULL, kind INTEGER NOT NULL,
  key TEXT NOT NULL, time INTEGER NOT NULL
) STRICT;

INSERT INTO meta VALUES ('store', lower(hex(randomblob(8)))), ('dropped', '0');
)sql";

constexpr const char* kVersion2 = R"sql(
ALTER TABLE package ADD COLUMN evidence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE package ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE package ADD COLUMN modularity TEXT NOT NULL DEFAULT '';
ALTER TABLE package ADD COLUMN vendor TEXT NOT NULL DEFAULT '';
)sql";

// What a layer brought to an image, and so most of an image, is one row however many images share
// it; the way back goes package → group → image → assessment.
constexpr const char* kVersion3 = R"sql(
CREATE TABLE package_group (
  id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, layer INTEGER
) STRICT;
CREATE TABLE group_package (
  package_group INTEGER NOT NULL REFERENCES package_group ON DELETE CASCADE,
  package INTEGER NOT NULL, PRIMARY KEY (package_group, package)
) STRICT, WITHOUT ROWID;
CREATE TABLE image_group (
  image INTEGER NOT NULL REFERENCES image ON DELETE CASCADE,
  package_group INTEGER NOT NULL, PRIMARY KEY (image, package_group)
) STRICT, WITHOUT ROWID;
CREATE TEMP TABLE former AS SELECT row_number() OVER () AS id, image, layer
  FROM (SELECT DISTINCT image, layer FROM image_package);
CREATE INDEX temp.former_by_image ON former (image, layer);
INSERT INTO package_group SELECT id, randomblob(16), layer FROM former;
INSERT INTO image_group SELECT image, id FROM former;
INSERT INTO group_package SELECT f.id, p.package FROM image_package p
  JOIN former f ON f.image = p.image AND f.layer IS p.layer;
DROP TABLE former;
DROP TABLE image_package;
CREATE INDEX group_by_package ON group_package (package);
CREATE INDEX image_by_group ON image_group (package_group);
CREATE INDEX package_by_name ON package (ecosystem, name);

CREATE TABLE advisory_package (
  advisory INTEGER NOT NULL, package INTEGER NOT NULL, PRIMARY KEY (advisory, package)
) STRICT, WITHOUT ROWID;
INSERT INTO advisory_package SELECT DISTINCT advisory, package FROM finding;
CREATE INDEX advisory_by_vulnerability ON advisory (vulnerability);

CREATE TABLE assessment_image (
  digest TEXT NOT NULL, assessment INTEGER NOT NULL REFERENCES assessment ON DELETE CASCADE,
  PRIMARY KEY (digest, assessment)
) STRICT, WITHOUT ROWID;
CREATE INDEX assessment_image_by_assessment ON assessment_image (assessment);
INSERT OR IGNORE INTO assessment_image SELECT json_extract(c.value, '$.digest'), a.id
  FROM assessment a, json_each(a.containers) c WHERE json_extract(c.value, '$.digest') <> '';
)sql";

// Packages are looked up by the name that advisories use, whatever the spelling of their own.
constexpr const char* kVersion4 = R"sql(
ALTER TABLE package ADD COLUMN lookup TEXT NOT NULL DEFAULT '';
UPDATE package SET lookup = CASE
  WHEN ecosystem = 'PyPI' THEN replace(replace(lower(name), '_', '-'), '.', '-')
  WHEN ecosystem IN ('NuGet', 'Packagist') THEN lower(name) ELSE name END;
DROP INDEX package_by_name;
CREATE INDEX package_by_lookup ON package (ecosystem, lookup);
)sql";

Result<int64_t> Pragma(Database& database, std::string_view sql) {
  ASSIGN_OR_RETURN(const std::optional<int64_t> value, database.One(sql));
  return value.value_or(0);
}

// The version of the file's schema; 0 for a file without any table.
Result<int64_t> SchemaVersion(Database& database, const std::vector<const char*>& migrations) {
  ASSIGN_OR_RETURN(const int64_t application, Pragma(database, "PRAGMA application_id"));
  ASSIGN_OR_RETURN(const int64_t version, Pragma(database, "PRAGMA user_version"));
  ASSIGN_OR_RETURN(const int64_t tables, Pragma(database, "SELECT count(*) FROM sqlite_schema"));
  const std::string name = "store " + database.path().string();
  if (application == 0 && version == 0 && tables == 0) return 0;
  if (application != kApplicationId) {
    return FailedPrecondition(name +
                              " is a data base of another program, not a Narrows store: name "
                              "another file");
  }
  const auto newest = static_cast<int64_t>(migrations.size());
  if (version > newest) {
    return FailedPrecondition(name + " was written by a newer Narrows (schema " +
                              std::to_string(version) + ", this one knows up to " +
                              std::to_string(newest) + "): use that version, or name another file");
  }
  return version;
}

}  // namespace

const std::vector<const char*>& Migrations() {
  static const std::vector<const char*> migrations = {kVersion1, kVersion2, kVersion3, kVersion4};
  return migrations;
}

Status Migrate(Database& database, const std::vector<const char*>& migrations) {
  ASSIGN_OR_RETURN(const int64_t version, SchemaVersion(database, migrations));
  if (version == 0) RETURN_IF_ERROR(database.Execute("PRAGMA auto_vacuum = INCREMENTAL;"));
  // NORMAL syncs at checkpoints: a power failure may cost the last commits, a crash costs none.
  RETURN_IF_ERROR(database.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"));
  for (auto i = static_cast<size_t>(version); i < migrations.size(); ++i) {
    const std::string stamp = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                              "; PRAGMA user_version = " + std::to_string(i + 1) + "; COMMIT;";
    RETURN_IF_ERROR(database.Execute("BEGIN IMMEDIATE;"));
    Status done = database.Execute(migrations[i]);
    if (done.has_value()) done = database.Execute(stamp.c_str());
    if (!done.has_value()) {
      const Status rolled_back = database.Execute("ROLLBACK;");
      static_cast<void>(rolled_back);  // the first failure is the one to report
      return done.error().Within("migrating to schema " + std::to_string(i + 1));
    }
  }
  return Ok();
}

Status CheckSchema(Database& database, const std::vector<const char*>& migrations) {
  ASSIGN_OR_RETURN(const int64_t version, SchemaVersion(database, migrations));
  if (version == static_cast<int64_t>(migrations.size())) return Ok();
  const std::string name = "store " + database.path().string();
  if (version == 0)
    return FailedPrecondition(name + " is empty: start `narrows serve` on it first");
  return FailedPrecondition(name + " has schema " + std::to_string(version) + ", this one reads " +
                            std::to_string(migrations.size()) +
                            ": start `narrows serve` on it once, which migrates it");
}

}  // namespace narrows::storage
