#include "advisories/database.h"

#include <algorithm>

#include "advisories/cve_id.h"
#include "advisories/database_file.h"
#include "advisories/database_format.h"
#include "base/strings.h"
#include "ecosystems/ecosystem_names.h"

namespace narrows::advisories {
namespace {

Error Malformed(std::string_view what) {
  return DataLoss("the advisory database is damaged (" + std::string(what) +
                  "); build it again with `narrows db build`");
}

// First of a section's entries, each beginning with a u64 key in ascending order, whose key is not
// below `key`. Reads only what it looks at.
Result<size_t> LowerBound(const DatabaseFile& file, SectionKind section, size_t entry_bytes,
                          uint64_t key) {
  size_t first = 0;
  size_t count = file.SectionBytes(section) / entry_bytes;
  while (count > 0) {
    const size_t half = count / 2;
    ASSIGN_OR_RETURN(const std::string_view entry,
                     file.Read(section, (first + half) * entry_bytes, 8));
    if (Decoder(entry).Fixed64() < key) {
      first += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  return first;
}

// The entry of a side table for a CVE; empty when there is none.
Result<std::string_view> FindEntry(const DatabaseFile& file, SectionKind section,
                                   size_t entry_bytes, uint64_t cve) {
  ASSIGN_OR_RETURN(const size_t at, LowerBound(file, section, entry_bytes, cve));
  if (at >= file.SectionBytes(section) / entry_bytes) return std::string_view();
  ASSIGN_OR_RETURN(const std::string_view entry, file.Read(section, at * entry_bytes, entry_bytes));
  return Decoder(entry).Fixed64() == cve ? entry : std::string_view();
}

// Calls match(offset) for each index entry with the hash until it returns true.
template <typename Match>
Status Lookup(const DatabaseFile& file, SectionKind index, uint64_t hash, Match match) {
  const size_t count = file.SectionBytes(index) / kIndexEntryBytes;
  ASSIGN_OR_RETURN(size_t at, LowerBound(file, index, kIndexEntryBytes, IndexEntry(hash, 0)));
  for (; at < count; ++at) {
    ASSIGN_OR_RETURN(const std::string_view bytes,
                     file.Read(index, at * kIndexEntryBytes, kIndexEntryBytes));
    const uint64_t entry = Decoder(bytes).Fixed64();
    const auto offset = static_cast<uint32_t>(entry);
    if (entry != IndexEntry(hash, offset)) break;
    ASSIGN_OR_RETURN(const bool done, match(offset));
    if (done) break;
  }
  return Ok();
}

Status ReadRanges(const DatabaseFile& file, Decoder& decoder, PackageStatement& statement) {
  statement.range_count = decoder.Count();
  if (statement.ranges.size() < statement.range_count)
    statement.ranges.resize(statement.range_count);
  for (size_t i = 0; i < statement.range_count; ++i) {
    std::vector<EventView>& events = statement.ranges[i];
    events.clear();
    for (size_t left = decoder.Count(); left > 0; --left) {
      const uint64_t type = decoder.Varint();
      const StringRef version = decoder.Varint32();
      if (decoder.failed() || type > static_cast<uint64_t>(EventType::kLimit))
        return Malformed("an event");
      EventView event{static_cast<EventType>(type), {}};
      ASSIGN_OR_RETURN(event.version, file.ReadString(SectionKind::kVersions, version));
      events.push_back(event);
    }
  }
  return Ok();
}

Status ReadBody(const DatabaseFile& file, StringRef body, PackageStatement& statement) {
  ASSIGN_OR_RETURN(const std::string_view bytes, file.ReadString(SectionKind::kBodies, body));
  Decoder decoder(bytes);
  const uint64_t unfixed = decoder.Varint();
  if (unfixed > static_cast<uint64_t>(model::FixStatus::kEndOfLife)) return Malformed("a status");
  statement.unfixed = static_cast<model::FixStatus>(unfixed);
  ASSIGN_OR_RETURN(statement.vendor_severity,
                   file.ReadString(SectionKind::kNames, decoder.Varint32()));
  ASSIGN_OR_RETURN(statement.cvss_vector, file.ReadString(SectionKind::kNames, decoder.Varint32()));
  RETURN_IF_ERROR(ReadRanges(file, decoder, statement));
  statement.versions.clear();
  for (size_t left = decoder.Count(); left > 0; --left) {
    ASSIGN_OR_RETURN(const std::string_view version,
                     file.ReadString(SectionKind::kVersions, decoder.Varint32()));
    statement.versions.push_back(version);
  }
  return decoder.failed() ? Status(Malformed("what is said of a package")) : Ok();
}

struct PackageName {
  std::string_view ecosystem;
  std::string_view package;
};

// The beginning of what is said of a package.
Result<PackageName> ReadPackageName(const DatabaseFile& file, Decoder& decoder) {
  PackageName name;
  ASSIGN_OR_RETURN(name.ecosystem, file.ReadString(SectionKind::kNames, decoder.Varint32()));
  ASSIGN_OR_RETURN(name.package, file.ReadString(SectionKind::kNames, decoder.Varint32()));
  return name;
}

// The rest of it, all or that of one record.
Status VisitList(const DatabaseFile& file, Decoder& decoder, std::optional<uint32_t> only,
                 const std::function<Status(const PackageStatement&)>& visit) {
  PackageStatement statement;
  for (size_t left = decoder.Count(); left > 0; --left) {
    statement.record += decoder.Varint32();
    const StringRef body = decoder.Varint32();
    if (decoder.failed() || (only.has_value() && statement.record > *only)) break;
    if (only.has_value() && statement.record != *only) continue;
    RETURN_IF_ERROR(ReadBody(file, body, statement));
    RETURN_IF_ERROR(visit(statement));
  }
  return decoder.failed() ? Status(Malformed("a list of statements")) : Ok();
}

Result<std::string> ReadText(const DatabaseFile& file, SectionKind heap, Decoder& decoder) {
  ASSIGN_OR_RETURN(const std::string_view text, file.ReadString(heap, decoder.Varint32()));
  return std::string(text);
}

// A record but for the places of its statements, which follow.
Status ReadRecordFields(const DatabaseFile& file, Decoder& decoder,
                        AdvisoryDatabase::Record& result) {
  AdvisoryRecord& advisory = result.advisory;
  ASSIGN_OR_RETURN(advisory.id, ReadText(file, SectionKind::kNames, decoder));
  const uint64_t kind = decoder.Varint();
  if (kind > static_cast<uint64_t>(model::FindingKind::kSecret)) return Malformed("a kind");
  advisory.kind = static_cast<model::FindingKind>(kind);
  const auto time = [](uint64_t millis) {
    return TimePoint(Duration(static_cast<int64_t>(millis)));
  };
  advisory.modified = time(decoder.Varint());
  if (const uint64_t published = decoder.Varint(); published != 0)
    advisory.published = time(published);
  ASSIGN_OR_RETURN(advisory.summary, ReadText(file, SectionKind::kTexts, decoder));
  ASSIGN_OR_RETURN(advisory.url, ReadText(file, SectionKind::kTexts, decoder));
  ASSIGN_OR_RETURN(const std::string url_end, ReadText(file, SectionKind::kNames, decoder));
  advisory.url += url_end;
  for (std::string* text : {&advisory.vendor_severity, &advisory.cvss_vector,
                            &advisory.severity_source, &result.ecosystem}) {
    ASSIGN_OR_RETURN(*text, ReadText(file, SectionKind::kNames, decoder));
  }
  for (auto* list : {&advisory.vulnerabilities, &advisory.aliases}) {
    for (size_t left = decoder.Count(); left > 0; --left) {
      ASSIGN_OR_RETURN(std::string id, ReadText(file, SectionKind::kNames, decoder));
      list->push_back(std::move(id));
    }
  }
  if (decoder.failed()) return Malformed("a record");
  return Ok();
}

EpssRow ReadEpssRow(Decoder& decoder) {
  EpssRow row;
  row.cve = decoder.Fixed64();
  row.score = decoder.Fixed32();
  row.percentile = decoder.Fixed32();
  return row;
}

}  // namespace

AdvisoryDatabase::AdvisoryDatabase(std::unique_ptr<DatabaseFile> file) : file_(std::move(file)) {}
AdvisoryDatabase::~AdvisoryDatabase() = default;

Result<std::unique_ptr<const AdvisoryDatabase>> AdvisoryDatabase::Open(
    const std::filesystem::path& path) {
  ASSIGN_OR_RETURN(auto file, DatabaseFile::Open(path));
  return Load(std::move(file));
}

Result<std::unique_ptr<const AdvisoryDatabase>> AdvisoryDatabase::FromBytes(std::string bytes) {
  ASSIGN_OR_RETURN(auto file, DatabaseFile::FromBytes(std::move(bytes)));
  return Load(std::move(file));
}

Result<std::unique_ptr<const AdvisoryDatabase>> AdvisoryDatabase::Load(
    std::unique_ptr<DatabaseFile> file) {
  std::unique_ptr<AdvisoryDatabase> database(new AdvisoryDatabase(std::move(file)));
  ASSIGN_OR_RETURN(const std::string_view json, database->file_->ReadAll(SectionKind::kMetadata));
  auto metadata = ReadMetadata(json);
  if (!metadata.has_value()) return Malformed("metadata: " + metadata.error().message);
  database->metadata_ = *std::move(metadata);
  database->metadata_.format_version = kDatabaseFormatVersion;
  database->metadata_.bytes = database->file_->bytes();
  return std::unique_ptr<const AdvisoryDatabase>(std::move(database));
}

Status AdvisoryDatabase::FindByPackage(
    std::string_view ecosystem, std::string_view package,
    const std::function<Status(const PackageStatement&)>& visit) const {
  const std::string canonical = ecosystems::CanonicalName(ecosystem, package);
  const auto match = [&](uint32_t offset) -> Result<bool> {
    ASSIGN_OR_RETURN(const std::string_view list,
                     file_->ReadString(SectionKind::kStatements, offset));
    Decoder decoder(list);
    ASSIGN_OR_RETURN(const PackageName name, ReadPackageName(*file_, decoder));
    if (name.ecosystem != ecosystem || name.package != canonical) return false;
    RETURN_IF_ERROR(VisitList(*file_, decoder, std::nullopt, visit));
    return true;
  };
  return Lookup(*file_, SectionKind::kPackageIndex, HashKey(ecosystem, canonical), match);
}

Result<std::string_view> AdvisoryDatabase::RecordBytes(uint32_t record) const {
  ASSIGN_OR_RETURN(const std::string_view offsets,
                   file_->Read(SectionKind::kRecordIndex, size_t{record} * 4, 8));
  Decoder pair(offsets);
  const uint32_t begin = pair.Fixed32();
  const uint32_t end = pair.Fixed32();
  if (begin > end) return Malformed("the index of records");
  return file_->Read(SectionKind::kRecords, begin, end - begin);
}

Result<AdvisoryDatabase::Record> AdvisoryDatabase::ReadRecord(uint32_t record) const {
  ASSIGN_OR_RETURN(const std::string_view bytes, RecordBytes(record));
  Decoder decoder(bytes);
  Record result;
  RETURN_IF_ERROR(ReadRecordFields(*file_, decoder, result));
  return result;
}

uint32_t AdvisoryDatabase::RecordCount() const {
  return static_cast<uint32_t>(file_->SectionBytes(SectionKind::kRecordHashes) / kHashBytes);
}

Result<AdvisoryDatabase::RecordKey> AdvisoryDatabase::ReadRecordKey(uint32_t record) const {
  ASSIGN_OR_RETURN(
      const std::string_view hash,
      file_->Read(SectionKind::kRecordHashes, size_t{record} * kHashBytes, kHashBytes));
  ASSIGN_OR_RETURN(const std::string_view bytes, RecordBytes(record));
  Decoder decoder(bytes);
  RecordKey key;
  ASSIGN_OR_RETURN(key.id, file_->ReadString(SectionKind::kNames, decoder.Varint32()));
  key.hash = Decoder(hash).Fixed64();
  return key;
}

Status AdvisoryDatabase::VisitStatements(
    uint32_t record,
    const std::function<Status(std::string_view ecosystem, std::string_view package,
                               const PackageStatement&)>& visit) const {
  ASSIGN_OR_RETURN(const std::string_view bytes, RecordBytes(record));
  Decoder decoder(bytes);
  Record passed_over;
  RETURN_IF_ERROR(ReadRecordFields(*file_, decoder, passed_over));
  StringRef list = 0;
  for (size_t left = decoder.Count(); left > 0; --left) {
    list += decoder.Varint32();
    if (decoder.failed()) break;
    ASSIGN_OR_RETURN(const std::string_view said,
                     file_->ReadString(SectionKind::kStatements, list));
    Decoder statements(said);
    ASSIGN_OR_RETURN(const PackageName name, ReadPackageName(*file_, statements));
    RETURN_IF_ERROR(
        VisitList(*file_, statements, record, [&](const PackageStatement& statement) -> Status {
          return visit(name.ecosystem, name.package, statement);
        }));
  }
  return decoder.failed() ? Status(Malformed("the statements of a record")) : Ok();
}

Result<AdvisoryRecord> AdvisoryDatabase::ReadWholeRecord(uint32_t record) const {
  ASSIGN_OR_RETURN(Record read, ReadRecord(record));
  AdvisoryRecord& advisory = read.advisory;
  const auto add = [&](std::string_view ecosystem, std::string_view package,
                       const PackageStatement& statement) {
    Affected affected{.ecosystem = std::string(ecosystem), .package = std::string(package)};
    for (size_t i = 0; i < statement.range_count; ++i) {
      Range& range = affected.ranges.emplace_back();
      for (const EventView& event : statement.ranges[i])
        range.events.push_back({event.type, std::string(event.version)});
    }
    affected.versions.assign(statement.versions.begin(), statement.versions.end());
    affected.unfixed = statement.unfixed;
    affected.vendor_severity = statement.vendor_severity;
    affected.cvss_vector = statement.cvss_vector;
    advisory.affected.push_back(std::move(affected));
    return Ok();
  };
  RETURN_IF_ERROR(VisitStatements(record, add));
  return std::move(advisory);
}

Result<std::vector<uint32_t>> AdvisoryDatabase::FindById(std::string_view id) const {
  std::vector<uint32_t> records;
  const auto match = [&](uint32_t offset) -> Result<bool> {
    if ((offset & kRecordItself) != 0) {
      ASSIGN_OR_RETURN(const RecordKey key, ReadRecordKey(offset & ~kRecordItself));
      if (key.id != id) return false;
      records.push_back(offset & ~kRecordItself);
      return true;
    }
    ASSIGN_OR_RETURN(const std::string_view posting,
                     file_->ReadString(SectionKind::kIdPostings, offset));
    Decoder decoder(posting);
    ASSIGN_OR_RETURN(const std::string_view its_id,
                     file_->ReadString(SectionKind::kNames, decoder.Varint32()));
    if (its_id != id) return false;
    for (size_t left = decoder.Count(); left > 0; --left) records.push_back(decoder.Varint32());
    if (decoder.failed()) return Malformed("the records of an id");
    return true;
  };
  RETURN_IF_ERROR(Lookup(*file_, SectionKind::kIdIndex, HashKey(id), match));
  return records;
}

Result<bool> AdvisoryDatabase::IsKnownExploited(std::string_view cve) const {
  const auto packed = PackCveId(cve);
  if (!packed.has_value()) return false;
  ASSIGN_OR_RETURN(const std::string_view entry,
                   FindEntry(*file_, SectionKind::kKev, kKevEntryBytes, *packed));
  return !entry.empty();
}

Result<std::vector<std::string>> AdvisoryDatabase::ListKnownExploited() const {
  ASSIGN_OR_RETURN(const std::string_view entries, file_->ReadAll(SectionKind::kKev));
  std::vector<std::string> cves;
  Decoder decoder(entries);
  while (decoder.left() >= kKevEntryBytes) cves.push_back(UnpackCveId(decoder.Fixed64()));
  return cves;
}

Result<std::optional<model::Epss>> AdvisoryDatabase::FindEpss(std::string_view cve) const {
  const auto packed = PackCveId(cve);
  if (!packed.has_value()) return std::optional<model::Epss>();
  ASSIGN_OR_RETURN(const std::string_view entry,
                   FindEntry(*file_, SectionKind::kEpss, kEpssEntryBytes, *packed));
  if (entry.empty()) return std::optional<model::Epss>();
  Decoder decoder(entry);
  return std::optional(ScoreOf(ReadEpssRow(decoder)));
}

Result<std::vector<EpssRow>> AdvisoryDatabase::ListEpss() const {
  ASSIGN_OR_RETURN(const std::string_view entries, file_->ReadAll(SectionKind::kEpss));
  std::vector<EpssRow> rows;
  rows.reserve(entries.size() / kEpssEntryBytes);
  Decoder decoder(entries);
  while (decoder.left() >= kEpssEntryBytes) rows.push_back(ReadEpssRow(decoder));
  return rows;
}

Result<std::vector<vex::Document>> AdvisoryDatabase::FindStated(
    std::string_view vulnerability) const {
  std::vector<vex::Document> stated;
  if (file_->SectionBytes(SectionKind::kVexIndex) == 0) return stated;
  const std::string name = ToLower(vulnerability);
  const auto match = [&](uint32_t offset) -> Result<bool> {
    ASSIGN_OR_RETURN(const std::string_view entry, file_->ReadString(SectionKind::kVex, offset));
    Decoder decoder(entry);
    if (decoder.Bytes(decoder.Varint()) != name) return false;
    ASSIGN_OR_RETURN(stated, DecodeStated(name, decoder.Bytes(decoder.left())));
    return true;
  };
  RETURN_IF_ERROR(Lookup(*file_, SectionKind::kVexIndex, HashKey(name), match));
  return stated;
}

Result<VexTable> AdvisoryDatabase::ListStated() const {
  VexTable table;
  table.documents = metadata_.vex_documents;
  table.statements = metadata_.vex_statements;
  if (file_->SectionBytes(SectionKind::kVexIndex) == 0) return table;
  ASSIGN_OR_RETURN(const std::string_view index, file_->ReadAll(SectionKind::kVexIndex));
  Decoder entries(index);
  while (entries.left() >= kIndexEntryBytes) {
    const auto offset = static_cast<uint32_t>(entries.Fixed64());
    ASSIGN_OR_RETURN(const std::string_view entry, file_->ReadString(SectionKind::kVex, offset));
    Decoder decoder(entry);
    std::string name(decoder.Bytes(decoder.Varint()));
    if (decoder.failed()) return Malformed("what is stated");
    table.entries.emplace(std::move(name), std::string(decoder.Bytes(decoder.left())));
  }
  return table;
}

Status AdvisoryDatabase::Verify() const { return file_->Verify(); }

}  // namespace narrows::advisories
