// The advisory database file. Input that is no file as it stands is taken for the sections of one:
// split at NUL bytes into names, statements, records and so on, with lengths and checksums put
// right, so that what lies behind the checksums is reached.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "advisories/database.h"
#include "advisories/database_format.h"
#include "advisories/matching.h"
#include "ecosystems/debian/version.h"

namespace {

using namespace narrows::advisories;

void Query(const AdvisoryDatabase& database, std::string_view ecosystem, std::string_view package) {
  static const auto kOrder = narrows::ecosystems::debian::MakeDebianVersionOrder();
  (void)database.FindByPackage(ecosystem, package, [&](const PackageStatement& statement) {
    (void)Evaluate(statement, "1.0-1", *kOrder);
    (void)database.ReadRecord(statement.record);
    return narrows::Ok();
  });
  (void)database.FindById("CVE-2023-0001");
  (void)database.IsKnownExploited("CVE-2023-0001");
  (void)database.FindEpss("CVE-2023-0001");
  (void)database.ListKnownExploited();
  (void)database.ListEpss();
  for (uint32_t i = 0; i < 4; ++i) {
    (void)database.ReadRecord(i);
    (void)database.ReadRecordKey(i);
    (void)database.ReadWholeRecord(i);
    (void)database.VisitStatements(i, [](auto, auto, const auto&) { return narrows::Ok(); });
  }
}

// An index whose only entry has the hash that is asked for and points to the start of its heap.
std::string IndexOf(uint64_t hash) {
  Encoder encoder;
  encoder.Fixed64(IndexEntry(hash, 0));
  return encoder.out();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto database = AdvisoryDatabase::FromBytes(std::string(input)); database.has_value())
    Query(**database, "Debian:12", "openssl");

  // Names begin with the texts that the statements and postings should refer to.
  std::array<std::string, 9> parts;
  for (size_t i = 0; i < parts.size() && !input.empty(); ++i) {
    const size_t length = std::min<size_t>(input.size() - 1, static_cast<unsigned char>(input[0]));
    parts[i] = input.substr(1, length);
    input.remove_prefix(1 + length);
  }
  Encoder names;
  names.Varint(0);
  for (const std::string_view text : {"e", "p", "CVE-2023-0001"}) {
    names.Varint(text.size());
    names.Bytes(text);
  }
  names.Bytes(parts[0]);
  std::vector<std::pair<SectionKind, std::string>> sections = {
      {SectionKind::kMetadata, parts[1].empty() ? "{}" : parts[1]},
      {SectionKind::kNames, names.out()},
      {SectionKind::kVersions, parts[2]},
      {SectionKind::kTexts, parts[3]},
      {SectionKind::kRecordIndex, parts[4]},
      {SectionKind::kRecords, parts[5]},
      {SectionKind::kStatements, parts[6]},
      {SectionKind::kBodies, parts[8]},
      {SectionKind::kPackageIndex, IndexOf(HashKey("e", "p"))},
      {SectionKind::kIdPostings, parts[7]},
      {SectionKind::kIdIndex, IndexOf(HashKey("CVE-2023-0001"))},
      {SectionKind::kKev, std::string(input)},
      {SectionKind::kEpss, std::string(input)},
      {SectionKind::kRecordHashes, std::string(input)},
  };
  auto bytes = AssembleDatabase(std::move(sections));
  if (!bytes.has_value()) return 0;
  if (const auto database = AdvisoryDatabase::FromBytes(*std::move(bytes)); database.has_value())
    Query(**database, "e", "p");
  return 0;
}
