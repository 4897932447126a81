#pragma once

#include <memory>

#include "advisories/advisory.h"
#include "advisories/database_encoder.h"
#include "advisories/database_metadata.h"
#include "advisories/epss.h"
#include "advisories/kev.h"
#include "base/result.h"

namespace narrows::advisories {

// Collects records in any order, kept small, and makes a database file of them. The same records
// give the same bytes. Takes about four times the file's size in memory. Not thread-safe.
class DatabaseWriter {
 public:
  DatabaseWriter();
  ~DatabaseWriter();

  // Of several records with one id the latest `modified` counts, else the first. Withdrawn ones are
  // not for here. False when the id was there before.
  bool Add(AdvisoryRecord record);

  void SetKev(KevCatalogue catalogue);
  void SetEpss(EpssTable table);
  void SetVex(VexTable table);
  void AddSource(SourceCount source);

  // The file and its metadata. Call once, last. kResourceExhausted when the format cannot hold it.
  using Output = EncodedDatabase;
  Result<Output> Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace narrows::advisories
