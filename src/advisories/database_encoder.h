#pragma once

#include <memory>
#include <string>
#include <vector>

#include "advisories/advisory.h"
#include "advisories/database_metadata.h"
#include "advisories/epss.h"
#include "advisories/kev.h"
#include "advisories/vex_table.h"
#include "base/result.h"

namespace narrows::advisories {

// What a database holds beside its records.
struct SideTables {
  KevCatalogue kev;
  EpssTable epss;
  VexTable vex;
  std::vector<SourceCount> sources;
};

struct EncodedDatabase {
  std::string bytes;  // the file
  DatabaseMetadata metadata;
};

// Makes a database file of records that come sorted by id. The same records give the same bytes,
// wherever they come from: feeds, or another database and what has changed since. Not thread-safe.
class DatabaseEncoder {
 public:
  DatabaseEncoder();
  ~DatabaseEncoder();

  // Ids must ascend; `affected` must be as SortAffected leaves it.
  void Add(const AdvisoryRecord& record);

  // Call once, last. kResourceExhausted when the format cannot hold it.
  Result<EncodedDatabase> Finish(const SideTables& tables);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Puts what a record says of each package in the order that a database keeps it in.
void SortAffected(AdvisoryRecord& record);

}  // namespace narrows::advisories
