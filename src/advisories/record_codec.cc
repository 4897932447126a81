#include "advisories/record_codec.h"

#include <algorithm>
#include <string>
#include <vector>

namespace narrows::advisories {
namespace {

void PutInline(Encoder& out, std::string_view text) {
  out.Varint(text.size());
  out.Bytes(text);
}

// Times before 1970 do not occur in advisories and are written as none.
uint64_t Millis(TimePoint time) {
  return static_cast<uint64_t>(std::max<int64_t>(0, time.time_since_epoch().count()));
}

TimePoint Time(uint64_t millis) { return TimePoint(Duration(static_cast<int64_t>(millis))); }

template <typename Enum>
Enum ReadEnum(Decoder& decoder, Enum last) {
  const uint64_t value = decoder.Varint();
  if (value > static_cast<uint64_t>(last)) decoder.Fail();
  return decoder.failed() ? Enum{} : static_cast<Enum>(value);
}

std::vector<std::string> ReadTexts(Decoder& decoder, const GetText& text) {
  std::vector<std::string> texts;
  for (size_t left = decoder.Count(); left > 0 && !decoder.failed(); --left)
    texts.emplace_back(text(decoder));
  return texts;
}

Affected ReadAffected(Decoder& decoder, const GetText& text) {
  Affected affected;
  affected.ecosystem = text(decoder);
  affected.package = text(decoder);
  affected.unfixed = ReadEnum(decoder, model::FixStatus::kEndOfLife);
  affected.vendor_severity = text(decoder);
  affected.cvss_vector = text(decoder);
  for (size_t ranges = decoder.Count(); ranges > 0 && !decoder.failed(); --ranges) {
    Range& range = affected.ranges.emplace_back();
    for (size_t events = decoder.Count(); events > 0 && !decoder.failed(); --events) {
      const EventType type = ReadEnum(decoder, EventType::kLimit);
      range.events.push_back({type, std::string(text(decoder))});
    }
  }
  affected.versions = ReadTexts(decoder, text);
  return affected;
}

}  // namespace

void EncodeStatement(const Affected& affected, Encoder& out, const PutText& text,
                     const PutText& word) {
  out.Varint(static_cast<uint64_t>(affected.unfixed));
  word(out, affected.vendor_severity);
  word(out, affected.cvss_vector);
  out.Varint(affected.ranges.size());
  for (const Range& range : affected.ranges) {
    out.Varint(range.events.size());
    for (const Event& event : range.events) {
      out.Varint(static_cast<uint64_t>(event.type));
      text(out, event.version);
    }
  }
  out.Varint(affected.versions.size());
  for (const std::string& version : affected.versions) text(out, version);
}

void EncodeRecord(const AdvisoryRecord& record, Encoder& out, const PutText& text) {
  text(out, record.id);
  out.Varint(static_cast<uint64_t>(record.kind));
  for (const auto* list : {&record.vulnerabilities, &record.aliases}) {
    out.Varint(list->size());
    for (const std::string& id : *list) text(out, id);
  }
  out.Varint(Millis(record.modified));
  out.Varint(record.published.has_value() ? Millis(*record.published) : 0);
  out.Varint(record.withdrawn ? 1 : 0);
  for (const std::string* field : {&record.summary, &record.url, &record.vendor_severity,
                                   &record.cvss_vector, &record.severity_source})
    text(out, *field);
  out.Varint(record.affected.size());
  for (const Affected& affected : record.affected) {
    text(out, affected.ecosystem);
    text(out, affected.package);
    EncodeStatement(affected, out, text, text);
  }
}

void EncodeRecord(const AdvisoryRecord& record, Encoder& out) {
  EncodeRecord(record, out, PutInline);
}

AdvisoryRecord DecodeRecord(Decoder& decoder, const GetText& text) {
  AdvisoryRecord record;
  record.id = text(decoder);
  record.kind = ReadEnum(decoder, model::FindingKind::kSecret);
  record.vulnerabilities = ReadTexts(decoder, text);
  record.aliases = ReadTexts(decoder, text);
  record.modified = Time(decoder.Varint());
  if (const uint64_t published = decoder.Varint(); published != 0)
    record.published = Time(published);
  record.withdrawn = decoder.Varint() != 0;
  for (std::string* field : {&record.summary, &record.url, &record.vendor_severity,
                             &record.cvss_vector, &record.severity_source})
    *field = text(decoder);
  for (size_t left = decoder.Count(); left > 0 && !decoder.failed(); --left)
    record.affected.push_back(ReadAffected(decoder, text));
  return record;
}

AdvisoryRecord DecodeRecord(Decoder& decoder) {
  return DecodeRecord(decoder, [](Decoder& from) { return from.Bytes(from.Varint()); });
}

}  // namespace narrows::advisories
