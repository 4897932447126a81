#include "advisories/database_encoder.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <limits>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "advisories/cve_id.h"
#include "advisories/database_format.h"
#include "advisories/record_codec.h"
#include "advisories/record_hash.h"
#include "advisories/string_heap.h"
#include "base/sha256.h"

namespace narrows::advisories {
namespace {

constexpr uint64_t kMostOffset = std::numeric_limits<uint32_t>::max();

uint64_t MillisOf(TimePoint time) {
  return static_cast<uint64_t>(std::max<int64_t>(0, time.time_since_epoch().count()));
}

// What all records say of one package.
struct PackageList {
  StringRef ecosystem = 0;
  StringRef package = 0;
  std::vector<std::pair<uint32_t, StringRef>> statements;  // record and body
  uint32_t offset = 0;                                     // once known
};

// A length and as many bytes, as in a heap.
void AppendBlob(Encoder& out, std::string_view bytes) {
  out.Varint(bytes.size());
  out.Bytes(bytes);
}

std::string EncodeIndex(std::vector<uint64_t>& index) {
  std::sort(index.begin(), index.end());
  Encoder encoder;
  for (const uint64_t entry : index) encoder.Fixed64(entry);
  return std::move(encoder.out());
}

std::string EncodeKev(const KevCatalogue& kev) {
  std::vector<uint64_t> packed;
  for (const std::string& cve : kev.cves) {
    if (const auto id = PackCveId(cve)) packed.push_back(*id);
  }
  return EncodeIndex(packed);
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

// The index and the heap. Offset 0 is the empty string.
Status EncodeVex(const VexTable& vex, std::string& index, std::string& heap) {
  std::vector<uint64_t> entries;
  Encoder out;
  out.Varint(0);
  for (const auto& [vulnerability, stated] : vex.entries) {
    if (out.out().size() > kMostOffset)
      return ResourceExhausted("what is stated of vulnerabilities takes more than 4 GiB");
    entries.push_back(IndexEntry(HashKey(vulnerability), static_cast<uint32_t>(out.out().size())));
    Encoder entry;
    AppendBlob(entry, vulnerability);
    entry.Bytes(stated);
    AppendBlob(out, entry.out());
  }
  index = EncodeIndex(entries);
  heap = std::move(out.out());
  return Ok();
}

std::string DigestOf(const VexTable& vex) {
  Encoder all;
  for (const auto& [vulnerability, stated] : vex.entries) {
    all.Fixed64(HashKey(vulnerability));
    all.Fixed64(Crc64(stated));
  }
  return Sha256Hex(all.out()).substr(0, 16);
}

}  // namespace

struct DatabaseEncoder::State {
  StringHeap names;
  StringHeap versions;
  StringHeap texts;
  StringHeap bodies;
  Encoder records;             // without their places
  std::vector<uint64_t> ends;  // of each record's bytes
  Encoder hashes;
  std::vector<PackageList> lists;
  boost::unordered_flat_map<uint64_t, uint32_t> list_of;  // ecosystem and package → lists
  std::vector<std::vector<uint32_t>> spoken_of;           // lists, by record
  std::vector<StringRef> own_ids;                         // of records
  std::vector<std::pair<StringRef, uint32_t>> ids;        // names of records
  DatabaseMetadata metadata;

  void AddFields(const AdvisoryRecord& record);
  void AddStatements(const AdvisoryRecord& record, uint32_t number);
  Status EncodeLists(std::string& index, std::string& lists_section);
  Status EncodeIds(std::string& index, std::string& postings);
  Status EncodeRecords(std::string& offsets, std::string& section) const;
  void CountEcosystems(const std::vector<uint32_t>& order);
  void Describe(const SideTables& tables);
  bool overflowed() const {
    return names.overflowed() || versions.overflowed() || texts.overflowed() || bodies.overflowed();
  }
};

DatabaseEncoder::DatabaseEncoder() : state_(std::make_unique<State>()) {}
DatabaseEncoder::~DatabaseEncoder() = default;

void SortAffected(AdvisoryRecord& record) {
  const auto before = [](const Affected& a, const Affected& b) {
    return std::tie(a.ecosystem, a.package) < std::tie(b.ecosystem, b.package);
  };
  if (!std::is_sorted(record.affected.begin(), record.affected.end(), before))
    std::stable_sort(record.affected.begin(), record.affected.end(), before);
}

void DatabaseEncoder::State::AddFields(const AdvisoryRecord& record) {
  records.Varint(names.Intern(record.id));
  records.Varint(static_cast<uint64_t>(record.kind));
  records.Varint(MillisOf(record.modified));
  records.Varint(record.published.has_value() ? MillisOf(*record.published) : 0);  // 0: none
  records.Varint(texts.Intern(record.summary));
  // URLs of one source share their beginning, and most end with an id that is there already.
  const size_t slash = record.url.rfind('/') + 1;
  records.Varint(texts.Intern(record.url.substr(0, slash)));
  records.Varint(names.Intern(record.url.substr(slash)));
  records.Varint(names.Intern(record.vendor_severity));
  records.Varint(names.Intern(record.cvss_vector));
  records.Varint(names.Intern(record.severity_source));
  records.Varint(names.Intern(record.affected.empty() ? "" : record.affected.front().ecosystem));
  for (const auto* list : {&record.vulnerabilities, &record.aliases}) {
    records.Varint(list->size());
    for (const std::string& id : *list) records.Varint(names.Intern(id));
  }
}

void DatabaseEncoder::State::AddStatements(const AdvisoryRecord& record, uint32_t number) {
  const PutText version = [this](Encoder& out, std::string_view text) {
    out.Varint(versions.Intern(text));
  };
  const PutText word = [this](Encoder& out, std::string_view text) {
    out.Varint(names.Intern(text));
  };
  std::vector<uint32_t>& its_lists = spoken_of.emplace_back();
  for (const Affected& affected : record.affected) {
    const StringRef ecosystem = names.Intern(affected.ecosystem);
    const StringRef package = names.Intern(affected.package);
    const auto [at, is_new] = list_of.try_emplace(uint64_t{ecosystem} << 32 | package,
                                                  static_cast<uint32_t>(lists.size()));
    if (is_new) lists.push_back({.ecosystem = ecosystem, .package = package});
    Encoder body;
    EncodeStatement(affected, body, version, word);
    lists[at->second].statements.emplace_back(number, bodies.Intern(body.out()));
    if (its_lists.empty() || its_lists.back() != at->second) its_lists.push_back(at->second);
  }
}

void DatabaseEncoder::Add(const AdvisoryRecord& record) {
  State& s = *state_;
  const auto number = static_cast<uint32_t>(s.ends.size());
  s.AddFields(record);
  s.ends.push_back(s.records.out().size());
  s.hashes.Fixed64(HashRecord(record));
  s.AddStatements(record, number);
  s.own_ids.push_back(s.names.Intern(record.id));
  s.ids.emplace_back(s.own_ids.back(), number);
  for (const auto* list : {&record.vulnerabilities, &record.aliases}) {
    for (const std::string& name : *list) s.ids.emplace_back(s.names.Intern(name), number);
  }
  s.metadata.newest = std::max(s.metadata.newest, std::optional(record.modified));
}

void DatabaseEncoder::State::CountEcosystems(const std::vector<uint32_t>& order) {
  std::set<uint32_t> records_of;
  for (size_t i = 0; i < order.size(); ++i) {
    const PackageList& list = lists[order[i]];
    const bool is_first = i == 0 || lists[order[i - 1]].ecosystem != list.ecosystem;
    if (is_first) {
      records_of.clear();
      metadata.ecosystems.push_back({std::string(names.Get(list.ecosystem)), 0, 0});
    }
    for (const auto& [record, body] : list.statements) records_of.insert(record);
    metadata.ecosystems.back().advisories = records_of.size();
    ++metadata.ecosystems.back().packages;
  }
}

// Sorted by ecosystem and package, so that what one image asks for lies together.
Status DatabaseEncoder::State::EncodeLists(std::string& index, std::string& lists_section) {
  std::vector<uint32_t> order(lists.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    if (lists[a].ecosystem != lists[b].ecosystem)
      return names.Get(lists[a].ecosystem) < names.Get(lists[b].ecosystem);
    return names.Get(lists[a].package) < names.Get(lists[b].package);
  });
  CountEcosystems(order);
  Encoder out;
  std::vector<uint64_t> entries;
  for (const uint32_t i : order) {
    PackageList& list = lists[i];
    Encoder content;
    content.Varint(list.ecosystem);
    content.Varint(list.package);
    content.Varint(list.statements.size());
    uint32_t before = 0;
    for (const auto& [record, body] : list.statements) {
      content.Varint(record - before);
      content.Varint(body);
      before = record;
    }
    list.offset = static_cast<uint32_t>(out.out().size());
    AppendBlob(out, content.out());
    if (out.out().size() > kMostOffset)
      return ResourceExhausted("the advisories have more than 4 GiB of statements");
    entries.push_back(
        IndexEntry(HashKey(names.Get(list.ecosystem), names.Get(list.package)), list.offset));
  }
  lists_section = std::move(out.out());
  index = EncodeIndex(entries);
  return Ok();
}

Status DatabaseEncoder::State::EncodeIds(std::string& index, std::string& postings) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  Encoder out;
  std::vector<uint64_t> entries;
  for (size_t i = 0; i < ids.size();) {
    const StringRef id = ids[i].first;
    size_t end = i;
    while (end < ids.size() && ids[end].first == id) ++end;
    const uint64_t hash = HashKey(names.Get(id));
    const uint32_t record = ids[i].second;
    if (end - i == 1 && own_ids[record] == id) {
      entries.push_back(IndexEntry(hash, kRecordItself | record));
      ++i;
      continue;
    }
    Encoder content;
    content.Varint(id);
    content.Varint(end - i);
    for (; i < end; ++i) content.Varint(ids[i].second);
    entries.push_back(IndexEntry(hash, static_cast<uint32_t>(out.out().size())));
    AppendBlob(out, content.out());
    if (out.out().size() >= kRecordItself)
      return ResourceExhausted("the advisories have more than 2 GiB of ids");
  }
  postings = std::move(out.out());
  index = EncodeIndex(entries);
  return Ok();
}

// Each with where it is spoken of: the offsets of its packages' lists, each from the one before.
Status DatabaseEncoder::State::EncodeRecords(std::string& offsets, std::string& section) const {
  Encoder index;
  Encoder out;
  uint64_t begin = 0;
  for (size_t i = 0; i < ends.size(); ++i) {
    index.Fixed32(static_cast<uint32_t>(out.out().size()));
    out.Bytes(std::string_view(records.out()).substr(begin, ends[i] - begin));
    begin = ends[i];
    out.Varint(spoken_of[i].size());
    std::vector<uint32_t> places;
    for (const uint32_t list : spoken_of[i]) places.push_back(lists[list].offset);
    std::sort(places.begin(), places.end());
    uint32_t before = 0;
    for (const uint32_t place : places) {
      out.Varint(place - before);
      before = place;
    }
    if (out.out().size() > kMostOffset)
      return ResourceExhausted("the advisories' records have more than 4 GiB");
  }
  index.Fixed32(static_cast<uint32_t>(out.out().size()));
  offsets = std::move(index.out());
  section = std::move(out.out());
  return Ok();
}

void DatabaseEncoder::State::Describe(const SideTables& tables) {
  metadata.advisories = ends.size();
  metadata.kev_version = tables.kev.version;
  metadata.kev_released = tables.kev.released;
  metadata.kev_entries = tables.kev.cves.size();
  metadata.epss_model = tables.epss.model_version;
  metadata.epss_date = tables.epss.score_date;
  metadata.epss_entries = tables.epss.rows.size();
  metadata.vex_documents = tables.vex.documents;
  metadata.vex_statements = tables.vex.statements;
  if (tables.vex.documents > 0) metadata.vex_digest = DigestOf(tables.vex);
  metadata.sources = tables.sources;
  const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
  std::sort(metadata.ecosystems.begin(), metadata.ecosystems.end(), by_name);
  std::sort(metadata.sources.begin(), metadata.sources.end(), by_name);
}

Result<EncodedDatabase> DatabaseEncoder::Finish(const SideTables& tables) {
  State& s = *state_;
  std::string package_index;
  std::string statements;
  std::string id_index;
  std::string postings;
  std::string offsets;
  std::string records;
  RETURN_IF_ERROR(s.EncodeLists(package_index, statements));
  RETURN_IF_ERROR(s.EncodeIds(id_index, postings));
  RETURN_IF_ERROR(s.EncodeRecords(offsets, records));
  if (s.overflowed()) return ResourceExhausted("the advisories have more than 4 GiB of text");
  s.Describe(tables);
  std::vector<std::pair<SectionKind, std::string>> sections;
  const auto add = [&](SectionKind kind, std::string bytes) {
    sections.emplace_back(kind, std::move(bytes));
  };
  add(SectionKind::kMetadata, WriteMetadata(s.metadata));
  add(SectionKind::kPackageIndex, std::move(package_index));
  add(SectionKind::kStatements, std::move(statements));
  add(SectionKind::kBodies, s.bodies.Take());
  add(SectionKind::kVersions, s.versions.Take());
  add(SectionKind::kRecordIndex, std::move(offsets));
  add(SectionKind::kRecordHashes, std::move(s.hashes.out()));
  add(SectionKind::kRecords, std::move(records));
  add(SectionKind::kIdIndex, std::move(id_index));
  add(SectionKind::kIdPostings, std::move(postings));
  add(SectionKind::kNames, s.names.Take());
  add(SectionKind::kTexts, s.texts.Take());
  add(SectionKind::kKev, EncodeKev(tables.kev));
  add(SectionKind::kEpss, EncodeEpss(tables.epss));
  if (!tables.vex.entries.empty()) {
    std::string vex_index;
    std::string vex;
    RETURN_IF_ERROR(EncodeVex(tables.vex, vex_index, vex));
    add(SectionKind::kVexIndex, std::move(vex_index));
    add(SectionKind::kVex, std::move(vex));
  }
  EncodedDatabase result;
  result.metadata = std::move(s.metadata);
  state_ = std::make_unique<State>();  // its memory is not needed while the file is put together
  ASSIGN_OR_RETURN(result.bytes, AssembleDatabase(std::move(sections)));
  result.metadata.format_version = kDatabaseFormatVersion;
  result.metadata.bytes = result.bytes.size();
  return result;
}

}  // namespace narrows::advisories
