#include <string>

#include "ecosystems/rpm/bytes.h"
#include "ecosystems/rpm/header_database.h"

namespace narrows::ecosystems::rpm {
namespace {

constexpr std::string_view kFileMagic = "RpmP";
constexpr std::string_view kSlotMagic = "Slot";
constexpr std::string_view kRecordMagic = "BlbS";
constexpr std::string_view kRecordEndMagic = "BlbE";

constexpr size_t kPageBytes = 4096;
constexpr size_t kSlotBytes = 16;
constexpr size_t kFileHeaderBytes = 32;
constexpr size_t kBlockBytes = 16;
constexpr size_t kRecordHeadBytes = 16;  // magic, package, generation, size
constexpr size_t kRecordTailBytes = 12;  // checksum, size, magic

uint32_t Number(std::string_view file, size_t at) {
  return ReadNumber<uint32_t>(file, at, ByteOrder::kLittle);
}

// The record of package `package` in the blocks from `block` on; empty when it is damaged.
std::string_view RecordAt(std::string_view file, uint32_t package, uint32_t block,
                          uint32_t blocks) {
  const size_t at = size_t{block} * kBlockBytes;
  const std::string_view whole = Slice(file, at, size_t{blocks} * kBlockBytes);
  if (!whole.starts_with(kRecordMagic) || Number(whole, 4) != package) return {};
  const size_t size = Number(whole, 12);
  if (whole.size() < kRecordHeadBytes + kRecordTailBytes ||
      size > whole.size() - kRecordHeadBytes - kRecordTailBytes)
    return {};
  if (!whole.ends_with(kRecordEndMagic)) return {};
  return whole.substr(kRecordHeadBytes, size);
}

}  // namespace

Status ReadNdb(std::string_view file, const HeaderVisitor& visit, Complaints& complaints) {
  if (!file.starts_with(kFileMagic) || file.size() < kFileHeaderBytes)
    return DataLoss("it is no ndb database of rpm");
  if (const uint32_t version = Number(file, 4); version != 0)
    return Unimplemented("it is an ndb database of version " + std::to_string(version) +
                         ", and only version 0 is known");
  const size_t slot_bytes = size_t{Number(file, 12)} * kPageBytes;
  if (slot_bytes > file.size()) complaints.Add("the file ends within its table of packages");
  for (size_t at = kFileHeaderBytes; at < slot_bytes && at + kSlotBytes <= file.size();
       at += kSlotBytes) {
    const uint32_t package = Number(file, at + 4);
    if (!Slice(file, at, 4).starts_with(kSlotMagic)) {
      complaints.Add("the table of packages is damaged at byte " + std::to_string(at));
      continue;
    }
    if (package == 0) continue;  // a free slot
    const std::string_view record =
        RecordAt(file, package, Number(file, at + 8), Number(file, at + 12));
    if (record.empty()) {
      complaints.Add("the record of package number " + std::to_string(package) + " is damaged");
      continue;
    }
    RETURN_IF_ERROR(visit(record));
  }
  return Ok();
}

}  // namespace narrows::ecosystems::rpm
