// What a delta says has changed, applied to a small database.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "advisories/database.h"
#include "advisories/database_writer.h"
#include "advisories/distribution/compression.h"
#include "advisories/distribution/delta.h"

namespace {

using narrows::advisories::AdvisoryDatabase;

std::unique_ptr<const AdvisoryDatabase> MakeDatabase() {
  narrows::advisories::DatabaseWriter writer;
  for (const char* id : {"A-1", "B-2", "CVE-2023-0001"}) {
    narrows::advisories::AdvisoryRecord record;
    record.id = id;
    record.vulnerabilities = {id};
    record.affected.push_back({.ecosystem = "Debian:12", .package = "openssl"});
    writer.Add(record);
  }
  return AdvisoryDatabase::FromBytes(writer.Finish().value().bytes).value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto kDatabase = MakeDatabase();
  const std::string steps = "NRWSDLT1" + std::string(reinterpret_cast<const char*>(data), size);
  const auto packed = narrows::advisories::distribution::Compress(steps, 1);
  const auto made = narrows::advisories::distribution::ApplyDelta(*kDatabase, packed.value());
  if (!made.has_value()) return 0;
  // One with names that are no UTF-8 does not open: an update refuses it before, by its digest.
  const auto database = AdvisoryDatabase::FromBytes(made->bytes);
  if (database.has_value() && !(*database)->ReadWholeRecord(0).has_value() &&
      (*database)->RecordCount() > 0)
    __builtin_trap();
  return 0;
}
