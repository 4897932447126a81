#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "advisories/advisory.h"
#include "advisories/database_metadata.h"
#include "advisories/epss.h"
#include "advisories/kev.h"
#include "base/result.h"

namespace narrows::advisories {

// Collects records, encoded at once, and makes a database file of them. The same calls give the
// same bytes. Takes about three times the file's size in memory. Not thread-safe.
class DatabaseWriter {
 public:
  DatabaseWriter();
  ~DatabaseWriter();

  // Of several records with one id the latest `modified` counts, else the first. Withdrawn ones are
  // not for here. False when the id was there before.
  bool Add(const AdvisoryRecord& record);

  void SetKev(KevCatalogue catalogue);
  void SetEpss(EpssTable table);
  void AddSource(SourceCount source);

  // The file and its metadata. Call once, last. kResourceExhausted when the format cannot hold it.
  struct Output {
    std::string bytes;
    DatabaseMetadata metadata;
  };
  Result<Output> Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace narrows::advisories
