#include "advisories/database_writer.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "advisories/database_format.h"
#include "advisories/record_codec.h"
#include "advisories/string_heap.h"

namespace narrows::advisories {
namespace {

struct Collected {
  StringRef id = 0;
  TimePoint modified;
  uint64_t offset = 0;
  bool alive = true;
};

}  // namespace

struct DatabaseWriter::State {
  StringHeap texts;
  Encoder bytes;
  std::vector<Collected> records;
  boost::unordered_flat_map<StringRef, uint32_t> latest;  // id → its entry of `records`
  SideTables tables;
};

DatabaseWriter::DatabaseWriter() : state_(std::make_unique<State>()) {}
DatabaseWriter::~DatabaseWriter() = default;

bool DatabaseWriter::Add(AdvisoryRecord record) {
  State& s = *state_;
  const StringRef id = s.texts.Intern(record.id);
  const auto [known, inserted] = s.latest.emplace(id, static_cast<uint32_t>(s.records.size()));
  if (!inserted) {
    Collected& before = s.records[known->second];
    if (before.modified >= record.modified) return false;
    before.alive = false;
    known->second = static_cast<uint32_t>(s.records.size());
  }
  SortAffected(record);
  s.records.push_back({.id = id, .modified = record.modified, .offset = s.bytes.out().size()});
  EncodeRecord(record, s.bytes,
               [&s](Encoder& out, std::string_view text) { out.Varint(s.texts.Intern(text)); });
  return inserted;
}

void DatabaseWriter::SetKev(KevCatalogue catalogue) { state_->tables.kev = std::move(catalogue); }
void DatabaseWriter::SetEpss(EpssTable table) { state_->tables.epss = std::move(table); }
void DatabaseWriter::SetVex(VexTable table) { state_->tables.vex = std::move(table); }
void DatabaseWriter::AddSource(SourceCount source) {
  state_->tables.sources.push_back(std::move(source));
}

Result<DatabaseWriter::Output> DatabaseWriter::Finish() {
  State& s = *state_;
  if (s.texts.overflowed()) return ResourceExhausted("the advisories have more than 4 GiB of text");
  std::erase_if(s.records, [](const Collected& record) { return !record.alive; });
  std::sort(s.records.begin(), s.records.end(), [&](const Collected& a, const Collected& b) {
    return s.texts.Get(a.id) < s.texts.Get(b.id);
  });
  const GetText text = [&s](Decoder& decoder) { return s.texts.Get(decoder.Varint32()); };
  DatabaseEncoder encoder;
  for (const Collected& record : s.records) {
    Decoder decoder(std::string_view(s.bytes.out()).substr(record.offset));
    encoder.Add(DecodeRecord(decoder, text));
  }
  const SideTables tables = std::move(s.tables);
  state_ = std::make_unique<State>();
  return encoder.Finish(tables);
}

}  // namespace narrows::advisories
