#include "database_parts.h"

#include <string>

#include "parts.h"

namespace narrows::app {

Status CheckAge(const advisories::DatabaseMetadata& metadata, std::chrono::seconds max_age,
                TimePoint now) {
  if (max_age.count() == 0) return Ok();
  const std::string remedy = "; fetch a newer one with `narrows db update`";
  if (!metadata.newest.has_value())
    return FailedPrecondition("the advisory database does not say how old its data is" + remedy);
  if (now - *metadata.newest <= max_age) return Ok();
  return FailedPrecondition("the newest data of the advisory database is of " +
                            FormatRfc3339(*metadata.newest) + ", older than --max-age allows" +
                            remedy);
}

Result<std::unique_ptr<const advisories::AdvisoryDatabase>> OpenDatabase(const DatabaseFlags& flags,
                                                                         TimePoint now) {
  ASSIGN_OR_RETURN(const std::filesystem::path path, DatabasePath(flags.path));
  ASSIGN_OR_RETURN(auto database, advisories::AdvisoryDatabase::Open(path));
  RETURN_IF_ERROR(CheckAge(database->Metadata(), flags.max_age, now));
  return database;
}

}  // namespace narrows::app
