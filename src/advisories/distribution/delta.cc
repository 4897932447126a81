#include "advisories/distribution/delta.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "advisories/cve_id.h"
#include "advisories/database_format.h"
#include "advisories/distribution/compression.h"
#include "advisories/record_codec.h"

namespace narrows::advisories::distribution {
namespace {

constexpr std::string_view kMagic = "NRWSDLT2";
constexpr uint64_t kMostUnpackedBytes = uint64_t{1} << 30;
constexpr int kLevel = 19;

enum class Step : uint8_t { kEnd = 0, kRemove = 1, kPut = 2 };

Error Malformed(std::string_view what) {
  return DataLoss("the delta is malformed (" + std::string(what) + ")");
}

void PutText(Encoder& out, std::string_view text) {
  out.Varint(text.size());
  out.Bytes(text);
}

std::string_view GetText(Decoder& decoder) { return decoder.Bytes(decoder.Varint()); }

Status EncodeTables(const AdvisoryDatabase& to, Encoder& out) {
  PutText(out, WriteMetadata(to.Metadata()));
  ASSIGN_OR_RETURN(const std::vector<std::string> exploited, to.ListKnownExploited());
  out.Varint(exploited.size());
  for (const std::string& cve : exploited) PutText(out, cve);
  ASSIGN_OR_RETURN(const std::vector<EpssRow> rows, to.ListEpss());
  out.Varint(rows.size());
  uint64_t before = 0;
  for (const EpssRow& row : rows) {
    out.Varint(row.cve - before);
    out.Varint(row.score);
    out.Varint(row.percentile);
    before = row.cve;
  }
  return Ok();
}

// Of what is stated only what has changed: per vulnerability what is stated now, or that nothing
// is any more. An entry is never empty.
Status EncodeStated(const AdvisoryDatabase& from, const AdvisoryDatabase& to, Encoder& out) {
  ASSIGN_OR_RETURN(const VexTable was, from.ListStated());
  ASSIGN_OR_RETURN(const VexTable is, to.ListStated());
  std::map<std::string_view, std::string_view> changes;
  for (const auto& [vulnerability, stated] : was.entries) {
    if (!is.entries.contains(vulnerability)) changes[vulnerability] = "";
  }
  for (const auto& [vulnerability, stated] : is.entries) {
    const auto before = was.entries.find(vulnerability);
    if (before == was.entries.end() || before->second != stated) changes[vulnerability] = stated;
  }
  out.Varint(changes.size());
  for (const auto& [vulnerability, stated] : changes) {
    PutText(out, vulnerability);
    PutText(out, stated);
  }
  return Ok();
}

Status DecodeStatedChanges(const AdvisoryDatabase& from, Decoder& decoder, VexTable& vex) {
  ASSIGN_OR_RETURN(VexTable before, from.ListStated());
  vex.entries = std::move(before.entries);
  for (size_t left = decoder.Count(); left > 0 && !decoder.failed(); --left) {
    const std::string vulnerability(GetText(decoder));
    const std::string_view stated = GetText(decoder);
    if (stated.empty()) {
      vex.entries.erase(vulnerability);
    } else {
      vex.entries.insert_or_assign(vulnerability, std::string(stated));
    }
  }
  if (decoder.failed()) return Malformed("what is stated");
  return Ok();
}

Result<SideTables> DecodeTables(Decoder& decoder) {
  ASSIGN_OR_RETURN(const DatabaseMetadata metadata, ReadMetadata(GetText(decoder)));
  SideTables tables;
  tables.sources = metadata.sources;
  tables.kev.version = metadata.kev_version;
  tables.kev.released = metadata.kev_released;
  tables.epss.model_version = metadata.epss_model;
  tables.epss.score_date = metadata.epss_date;
  tables.vex.documents = metadata.vex_documents;
  tables.vex.statements = metadata.vex_statements;
  for (size_t left = decoder.Count(); left > 0 && !decoder.failed(); --left)
    tables.kev.cves.emplace_back(GetText(decoder));
  EpssRow row;
  for (size_t left = decoder.Count(); left > 0 && !decoder.failed(); --left) {
    row.cve += decoder.Varint();
    row.score = decoder.Varint32();
    row.percentile = decoder.Varint32();
    tables.epss.rows.push_back(row);
  }
  if (decoder.failed()) return Malformed("side tables");
  return tables;
}

Result<std::string> Encoded(const AdvisoryDatabase& database, uint32_t record) {
  ASSIGN_OR_RETURN(const AdvisoryRecord whole, database.ReadWholeRecord(record));
  Encoder out;
  EncodeRecord(whole, out);
  return std::move(out.out());
}

// The id that a step concerns.
Result<std::string> IdOf(Step step, Decoder rest) {
  const std::string id(step == Step::kRemove ? GetText(rest) : DecodeRecord(rest).id);
  if (rest.failed() || id.empty()) return Malformed("a record");
  return id;
}

// Feeds the records of `from`, changed as the steps say, to an encoder.
class Merge {
 public:
  Merge(const AdvisoryDatabase& from, DatabaseEncoder& encoder) : from_(from), encoder_(encoder) {}

  Status Apply(Decoder& decoder) {
    std::string before;
    while (true) {
      const uint64_t value = decoder.Varint();
      if (decoder.failed() || value > static_cast<uint64_t>(Step::kPut)) return Malformed("a step");
      const auto step = static_cast<Step>(value);
      if (step == Step::kEnd) break;
      ASSIGN_OR_RETURN(const std::string id, IdOf(step, decoder));
      if (id <= before) return Malformed("the order of its steps");
      RETURN_IF_ERROR(KeepUntil(id));
      if (step == Step::kRemove) {
        GetText(decoder);
      } else {
        AdvisoryRecord record = DecodeRecord(decoder);
        SortAffected(record);
        encoder_.Add(record);
      }
      before = id;
    }
    if (decoder.left() > 0) return Malformed("more than its end");
    while (next_ < from_.RecordCount()) RETURN_IF_ERROR(KeepNext());
    return Ok();
  }

 private:
  // Passes on what comes before the id, and over the record that has it.
  Status KeepUntil(std::string_view id) {
    while (next_ < from_.RecordCount()) {
      ASSIGN_OR_RETURN(const auto key, from_.ReadRecordKey(next_));
      if (key.id > id) break;
      if (key.id == id) {
        ++next_;
        break;
      }
      RETURN_IF_ERROR(KeepNext());
    }
    return Ok();
  }

  Status KeepNext() {
    ASSIGN_OR_RETURN(const AdvisoryRecord record, from_.ReadWholeRecord(next_));
    encoder_.Add(record);
    ++next_;
    return Ok();
  }

  const AdvisoryDatabase& from_;
  DatabaseEncoder& encoder_;
  uint32_t next_ = 0;
};

}  // namespace

Result<std::string> MakeDelta(const AdvisoryDatabase& from, const AdvisoryDatabase& to) {
  Encoder out;
  out.Bytes(kMagic);
  RETURN_IF_ERROR(EncodeTables(to, out));
  RETURN_IF_ERROR(EncodeStated(from, to, out));
  uint32_t old_record = 0;
  uint32_t new_record = 0;
  while (old_record < from.RecordCount() || new_record < to.RecordCount()) {
    std::string_view old_id;
    std::string_view new_id;
    if (old_record < from.RecordCount()) {
      ASSIGN_OR_RETURN(const auto key, from.ReadRecordKey(old_record));
      old_id = key.id;
    }
    if (new_record < to.RecordCount()) {
      ASSIGN_OR_RETURN(const auto key, to.ReadRecordKey(new_record));
      new_id = key.id;
    }
    if (new_id.empty() || (!old_id.empty() && old_id < new_id)) {
      out.Varint(static_cast<uint64_t>(Step::kRemove));
      PutText(out, old_id);
      ++old_record;
      continue;
    }
    ASSIGN_OR_RETURN(const std::string wanted, Encoded(to, new_record));
    bool same = false;
    if (old_id == new_id) {
      ASSIGN_OR_RETURN(const std::string present, Encoded(from, old_record));
      same = present == wanted;
      ++old_record;
    }
    ++new_record;
    if (same) continue;
    out.Varint(static_cast<uint64_t>(Step::kPut));
    out.Bytes(wanted);
  }
  out.Varint(static_cast<uint64_t>(Step::kEnd));
  return Compress(out.out(), kLevel);
}

Result<EncodedDatabase> ApplyDelta(const AdvisoryDatabase& from, std::string_view delta) {
  ASSIGN_OR_RETURN_WITHIN(const std::string steps, Decompress(delta, kMostUnpackedBytes), "delta");
  Decoder decoder(steps);
  if (decoder.Bytes(kMagic.size()) != kMagic) return Malformed("no delta of a database");
  ASSIGN_OR_RETURN(SideTables tables, DecodeTables(decoder));
  RETURN_IF_ERROR(DecodeStatedChanges(from, decoder, tables.vex));
  DatabaseEncoder encoder;
  RETURN_IF_ERROR(Merge(from, encoder).Apply(decoder));
  return encoder.Finish(tables);
}

}  // namespace narrows::advisories::distribution
