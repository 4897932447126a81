#include "advisories/database_writer.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <limits>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "advisories/cve_id.h"
#include "advisories/database_format.h"
#include "advisories/record_hash.h"
#include "advisories/string_heap.h"

namespace narrows::advisories {
namespace {

struct Slice {
  uint64_t offset = 0;
  uint32_t bytes = 0;
};

struct RecordEntry {
  StringRef id = 0;
  TimePoint modified;
  uint64_t hash = 0;
  Slice content;
  bool alive = true;
  uint32_t place = 0;  // in the sorted order, once known
};

struct StatementEntry {
  StringRef ecosystem = 0;
  StringRef package = 0;
  uint32_t record = 0;
  Slice content;
  // Within the section of statements, once known: its package's list, and itself.
  uint32_t list = 0;
  uint32_t offset = 0;
  uint32_t bytes = 0;
};

struct IdEntry {
  StringRef id = 0;
  uint32_t record = 0;
};

void SortIndex(std::vector<IndexEntry>& index) {
  std::sort(index.begin(), index.end(), [](const IndexEntry& a, const IndexEntry& b) {
    return std::pair(a.hash, a.offset) < std::pair(b.hash, b.offset);
  });
}

std::string EncodeIndex(std::vector<IndexEntry>& index) {
  SortIndex(index);
  Encoder encoder;
  for (const IndexEntry& entry : index) {
    encoder.Fixed64(entry.hash);
    encoder.Fixed32(entry.offset);
    encoder.Fixed32(entry.bytes);
  }
  return std::move(encoder.out());
}

}  // namespace

struct DatabaseWriter::State {
  StringHeap names;
  StringHeap versions;
  StringHeap texts;
  Encoder record_bytes;
  Encoder statement_bytes;
  std::vector<RecordEntry> records;
  std::vector<StatementEntry> statements;
  std::vector<IdEntry> ids;
  boost::unordered_flat_map<StringRef, uint32_t> latest;  // id → its entry of `records`
  KevCatalogue kev;
  EpssTable epss;
  DatabaseMetadata metadata;

  void EncodeRecord(const AdvisoryRecord& record);
  void EncodeStatement(const Affected& affected);
  std::vector<uint32_t> PlaceRecords();
  void SortStatements();
  Result<std::pair<std::string, std::string>> EncodeStatements();
  Result<std::pair<std::string, std::string>> EncodeIds();
  std::vector<std::string> EncodePlaces() const;
};

DatabaseWriter::DatabaseWriter() : state_(std::make_unique<State>()) {}
DatabaseWriter::~DatabaseWriter() = default;

void DatabaseWriter::State::EncodeRecord(const AdvisoryRecord& record) {
  Encoder& out = record_bytes;
  out.Varint(names.Intern(record.id));
  out.Varint(static_cast<uint64_t>(record.kind));
  out.Varint(
      static_cast<uint64_t>(std::max<int64_t>(0, record.modified.time_since_epoch().count())));
  const int64_t published =
      record.published.has_value() ? record.published->time_since_epoch().count() : 0;
  out.Varint(static_cast<uint64_t>(std::max<int64_t>(0, published)));  // 0: none
  out.Varint(texts.Intern(record.summary));
  // URLs of one source share their beginning, and most end with an id that is there already.
  const size_t slash = record.url.rfind('/') + 1;
  out.Varint(texts.Intern(record.url.substr(0, slash)));
  out.Varint(names.Intern(record.url.substr(slash)));
  out.Varint(names.Intern(record.vendor_severity));
  out.Varint(names.Intern(record.cvss_vector));
  out.Varint(names.Intern(record.severity_source));
  out.Varint(names.Intern(record.affected.empty() ? "" : record.affected.front().ecosystem));
  for (const auto* list : {&record.vulnerabilities, &record.aliases}) {
    out.Varint(list->size());
    for (const std::string& id : *list) out.Varint(names.Intern(id));
  }
}

void DatabaseWriter::State::EncodeStatement(const Affected& affected) {
  Encoder& out = statement_bytes;
  out.Varint(static_cast<uint64_t>(affected.unfixed));
  out.Varint(names.Intern(affected.vendor_severity));
  out.Varint(names.Intern(affected.cvss_vector));
  out.Varint(affected.ranges.size());
  for (const Range& range : affected.ranges) {
    out.Varint(range.events.size());
    for (const Event& event : range.events) {
      out.Varint(static_cast<uint64_t>(event.type));
      out.Varint(versions.Intern(event.version));
    }
  }
  out.Varint(affected.versions.size());
  for (const std::string& version : affected.versions) out.Varint(versions.Intern(version));
}

bool DatabaseWriter::Add(const AdvisoryRecord& record) {
  State& s = *state_;
  const StringRef id = s.names.Intern(record.id);
  const auto index = static_cast<uint32_t>(s.records.size());
  const auto [known, inserted] = s.latest.emplace(id, index);
  if (!inserted) {
    RecordEntry& before = s.records[known->second];
    if (before.modified >= record.modified) return false;
    before.alive = false;
    known->second = index;
  }
  RecordEntry entry{.id = id, .modified = record.modified, .hash = HashRecord(record)};
  entry.content.offset = s.record_bytes.out().size();
  s.EncodeRecord(record);
  entry.content.bytes = static_cast<uint32_t>(s.record_bytes.out().size() - entry.content.offset);
  s.records.push_back(entry);
  for (const Affected& affected : record.affected) {
    StatementEntry statement{.ecosystem = s.names.Intern(affected.ecosystem),
                             .package = s.names.Intern(affected.package),
                             .record = index};
    statement.content.offset = s.statement_bytes.out().size();
    s.EncodeStatement(affected);
    statement.content.bytes =
        static_cast<uint32_t>(s.statement_bytes.out().size() - statement.content.offset);
    s.statements.push_back(statement);
  }
  s.ids.push_back({id, index});
  for (const auto* list : {&record.vulnerabilities, &record.aliases}) {
    for (const std::string& name : *list) s.ids.push_back({s.names.Intern(name), index});
  }
  return inserted;
}

void DatabaseWriter::SetKev(KevCatalogue catalogue) { state_->kev = std::move(catalogue); }
void DatabaseWriter::SetEpss(EpssTable table) { state_->epss = std::move(table); }
void DatabaseWriter::AddSource(SourceCount source) {
  state_->metadata.sources.push_back(std::move(source));
}

// The indices of the records that stay, sorted by id; each knows its place then.
std::vector<uint32_t> DatabaseWriter::State::PlaceRecords() {
  std::vector<uint32_t> order;
  for (uint32_t i = 0; i < records.size(); ++i) {
    if (records[i].alive) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return names.Get(records[a].id) < names.Get(records[b].id);
  });
  for (uint32_t place = 0; place < order.size(); ++place) {
    records[order[place]].place = place;
    metadata.newest = std::max(metadata.newest, std::optional(records[order[place]].modified));
  }
  metadata.advisories = order.size();
  return order;
}

// By ecosystem, package and record; those of records that do not stay are taken out.
void DatabaseWriter::State::SortStatements() {
  std::erase_if(statements,
                [&](const StatementEntry& statement) { return !records[statement.record].alive; });
  std::stable_sort(statements.begin(), statements.end(),
                   [&](const StatementEntry& a, const StatementEntry& b) {
                     if (a.ecosystem != b.ecosystem)
                       return names.Get(a.ecosystem) < names.Get(b.ecosystem);
                     if (a.package != b.package) return names.Get(a.package) < names.Get(b.package);
                     return records[a.record].place < records[b.record].place;
                   });
}

// The statements and their index. Counts the ecosystems on the way.
Result<std::pair<std::string, std::string>> DatabaseWriter::State::EncodeStatements() {
  SortStatements();
  Encoder out;
  std::vector<IndexEntry> index;
  std::map<StringRef, std::pair<std::set<uint32_t>, uint64_t>> counts;
  for (size_t i = 0; i < statements.size();) {
    const StatementEntry& first = statements[i];
    size_t end = i;
    while (end < statements.size() && statements[end].ecosystem == first.ecosystem &&
           statements[end].package == first.package)
      ++end;
    const size_t offset = out.out().size();
    out.Varint(first.ecosystem);
    out.Varint(first.package);
    out.Varint(end - i);
    auto& [advisories, packages] = counts[first.ecosystem];
    ++packages;
    for (; i < end; ++i) {
      StatementEntry& statement = statements[i];
      statement.list = static_cast<uint32_t>(offset);
      statement.offset = static_cast<uint32_t>(out.out().size());
      advisories.insert(statement.record);
      out.Varint(records[statement.record].place);
      out.Bytes(std::string_view(statement_bytes.out())
                    .substr(statement.content.offset, statement.content.bytes));
      statement.bytes = static_cast<uint32_t>(out.out().size()) - statement.offset;
    }
    if (out.out().size() > std::numeric_limits<uint32_t>::max())
      return ResourceExhausted("the advisories have more than 4 GiB of ranges and versions");
    index.push_back({HashKey(names.Get(first.ecosystem), names.Get(first.package)),
                     static_cast<uint32_t>(offset),
                     static_cast<uint32_t>(out.out().size() - offset)});
  }
  for (const auto& [ecosystem, count] : counts)
    metadata.ecosystems.push_back(
        {std::string(names.Get(ecosystem)), count.first.size(), count.second});
  return std::pair(std::move(out.out()), EncodeIndex(index));
}

// Where the statements of each record lie; by index of the record.
std::vector<std::string> DatabaseWriter::State::EncodePlaces() const {
  std::vector<std::vector<const StatementEntry*>> of_record(records.size());
  for (const StatementEntry& statement : statements)
    of_record[statement.record].push_back(&statement);
  std::vector<std::string> encoded;
  encoded.reserve(records.size());
  for (const auto& list : of_record) {
    Encoder out;
    out.Varint(list.size());
    uint32_t before = 0;
    for (const StatementEntry* statement : list) {
      out.Varint(statement->list - before);
      out.Varint(statement->offset - statement->list);
      out.Varint(statement->bytes);
      before = statement->list;
    }
    encoded.push_back(std::move(out.out()));
  }
  return encoded;
}

Result<std::pair<std::string, std::string>> DatabaseWriter::State::EncodeIds() {
  std::erase_if(ids, [&](const IdEntry& entry) { return !records[entry.record].alive; });
  std::sort(ids.begin(), ids.end(), [&](const IdEntry& a, const IdEntry& b) {
    return std::pair(a.id, records[a.record].place) < std::pair(b.id, records[b.record].place);
  });
  Encoder out;
  std::vector<IndexEntry> index;
  for (size_t i = 0; i < ids.size();) {
    const StringRef id = ids[i].id;
    const size_t offset = out.out().size();
    std::vector<uint32_t> places;
    for (; i < ids.size() && ids[i].id == id; ++i) places.push_back(records[ids[i].record].place);
    places.erase(std::unique(places.begin(), places.end()), places.end());
    out.Varint(id);
    out.Varint(places.size());
    for (const uint32_t place : places) out.Varint(place);
    if (out.out().size() > std::numeric_limits<uint32_t>::max())
      return ResourceExhausted("the advisories have more than 4 GiB of ids");
    index.push_back({HashKey(names.Get(id)), static_cast<uint32_t>(offset),
                     static_cast<uint32_t>(out.out().size() - offset)});
  }
  return std::pair(std::move(out.out()), EncodeIndex(index));
}

namespace {

std::string EncodeKev(const KevCatalogue& kev) {
  std::vector<uint64_t> packed;
  for (const std::string& cve : kev.cves) {
    if (const auto id = PackCveId(cve)) packed.push_back(*id);
  }
  std::sort(packed.begin(), packed.end());
  Encoder encoder;
  for (const uint64_t id : packed) encoder.Fixed64(id);
  return std::move(encoder.out());
}

std::string EncodeEpss(const EpssTable& epss) {
  Encoder encoder;
  for (const EpssRow& row : epss.rows) {
    encoder.Fixed64(row.cve);
    encoder.Fixed32(row.score);
    encoder.Fixed32(row.percentile);
  }
  return std::move(encoder.out());
}

}  // namespace

Result<DatabaseWriter::Output> DatabaseWriter::Finish() {
  State& s = *state_;
  const std::vector<uint32_t> order = s.PlaceRecords();
  ASSIGN_OR_RETURN(auto statements, s.EncodeStatements());
  const std::vector<std::string> places = s.EncodePlaces();
  std::string records;
  Encoder offsets;
  Encoder hashes;
  for (const uint32_t i : order) {
    offsets.Fixed32(static_cast<uint32_t>(records.size()));
    records += std::string_view(s.record_bytes.out())
                   .substr(s.records[i].content.offset, s.records[i].content.bytes);
    records += places[i];
    hashes.Fixed64(s.records[i].hash);
  }
  offsets.Fixed32(static_cast<uint32_t>(records.size()));
  ASSIGN_OR_RETURN(auto ids, s.EncodeIds());
  if (s.names.overflowed() || s.versions.overflowed() || s.texts.overflowed() ||
      records.size() > std::numeric_limits<uint32_t>::max())
    return ResourceExhausted("the advisories have more than 4 GiB of text");
  DatabaseMetadata& metadata = s.metadata;
  metadata.kev_version = s.kev.version;
  metadata.kev_released = s.kev.released;
  metadata.kev_entries = s.kev.cves.size();
  metadata.epss_model = s.epss.model_version;
  metadata.epss_date = s.epss.score_date;
  metadata.epss_entries = s.epss.rows.size();
  const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
  std::sort(metadata.ecosystems.begin(), metadata.ecosystems.end(), by_name);
  std::sort(metadata.sources.begin(), metadata.sources.end(), by_name);
  std::vector<std::pair<SectionKind, std::string>> sections;
  sections.emplace_back(SectionKind::kMetadata, WriteMetadata(metadata));
  sections.emplace_back(SectionKind::kPackageIndex, std::move(statements.second));
  sections.emplace_back(SectionKind::kStatements, std::move(statements.first));
  sections.emplace_back(SectionKind::kVersions, s.versions.Take());
  sections.emplace_back(SectionKind::kRecordIndex, std::move(offsets.out()));
  sections.emplace_back(SectionKind::kRecordHashes, std::move(hashes.out()));
  sections.emplace_back(SectionKind::kRecords, std::move(records));
  sections.emplace_back(SectionKind::kIdIndex, std::move(ids.second));
  sections.emplace_back(SectionKind::kIdPostings, std::move(ids.first));
  sections.emplace_back(SectionKind::kNames, s.names.Take());
  sections.emplace_back(SectionKind::kTexts, s.texts.Take());
  sections.emplace_back(SectionKind::kKev, EncodeKev(s.kev));
  sections.emplace_back(SectionKind::kEpss, EncodeEpss(s.epss));
  ASSIGN_OR_RETURN(std::string bytes, AssembleDatabase(sections));
  metadata.format_version = kDatabaseFormatVersion;
  metadata.bytes = bytes.size();
  return Output{std::move(bytes), std::move(metadata)};
}

}  // namespace narrows::advisories
