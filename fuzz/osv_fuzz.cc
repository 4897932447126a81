// One OSV record, as anybody who feeds the advisory sources can write it; what is read must survive
// being written into a database and read back.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "advisories/database.h"
#include "advisories/database_writer.h"
#include "advisories/osv_parser.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace narrows::advisories;
  static OsvParser parser;
  const auto record = parser.Parse({reinterpret_cast<const char*>(data), size});
  if (!record.has_value()) return 0;
  if (record->vulnerabilities.empty()) std::abort();
  DatabaseWriter writer;
  writer.Add(*record);
  auto output = writer.Finish();
  if (!output.has_value()) std::abort();
  const auto database = AdvisoryDatabase::FromBytes(std::move(output->bytes));
  if (!database.has_value()) std::abort();
  const auto read = (*database)->ReadRecord(0);
  if (!read.has_value() || read->advisory.id != record->id ||
      read->advisory.summary != record->summary || read->advisory.url != record->url ||
      read->advisory.aliases != record->aliases)
    std::abort();
  size_t statements = 0;
  for (const Affected& affected : record->affected) {
    statements = 0;
    const auto found = (*database)->FindByPackage(affected.ecosystem, affected.package,
                                                  [&](const PackageStatement&) {
                                                    ++statements;
                                                    return narrows::Ok();
                                                  });
    if (!found.has_value() || statements == 0) std::abort();
  }
  return 0;
}
