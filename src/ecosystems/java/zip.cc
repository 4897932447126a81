#include "ecosystems/java/zip.h"

#include <isa-l/crc.h>

#include <algorithm>

#include "ecosystems/inflate.h"

namespace narrows::ecosystems::java {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kLocalHeader = "PK\3\4"sv;
constexpr std::string_view kDirectoryEntry = "PK\1\2"sv;
constexpr std::string_view kDirectoryEnd = "PK\5\6"sv;
constexpr std::string_view kDirectoryEnd64 = "PK\6\6"sv;
constexpr std::string_view kLocator64 = "PK\6\7"sv;
constexpr size_t kLocalHeaderBytes = 30, kDirectoryEntryBytes = 46, kDirectoryEndBytes = 22;
constexpr size_t kDirectoryEnd64Bytes = 56, kLocator64Bytes = 20;
constexpr size_t kMostCommentBytes = 65'535;
constexpr uint16_t kStoredMethod = 0, kDeflateMethod = 8;
constexpr uint64_t kNone32 = 0xffffffff;

uint64_t Number(std::string_view bytes, size_t offset, size_t width) {
  uint64_t value = 0;
  for (size_t i = width; i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[offset + i]);
  return value;
}

Error Damaged(const std::string& what) { return DataLoss("damaged zip archive: " + what); }

// Where the central directory ends and how long it is.
struct DirectoryEnd {
  uint64_t place = 0;
  uint64_t size = 0;
  uint64_t start = 0;  // as if the archive began with the content
};

// The end record, which a comment may follow.
std::optional<size_t> FindEnd(std::string_view content) {
  if (content.size() < kDirectoryEndBytes) return std::nullopt;
  const size_t last = content.size() - kDirectoryEndBytes;
  const size_t first = last - std::min(last, kMostCommentBytes);
  for (size_t at = last + 1; at-- > first;) {
    if (content[at] == 'P' && content.substr(at).starts_with(kDirectoryEnd) &&
        at + kDirectoryEndBytes + Number(content, at + 20, 2) <= content.size())
      return at;
  }
  return std::nullopt;
}

Result<DirectoryEnd> ReadEnd(std::string_view content, size_t at) {
  DirectoryEnd end{at, Number(content, at + 12, 4), Number(content, at + 16, 4)};
  if (end.size != kNone32 && end.start != kNone32 && Number(content, at + 10, 2) != 0xffff)
    return end;
  // Zip64: a locator stands before the end record, and the longer record, mostly, before that.
  if (at < kLocator64Bytes + kDirectoryEnd64Bytes ||
      !content.substr(at - kLocator64Bytes).starts_with(kLocator64))
    return end;
  const size_t place = at - kLocator64Bytes - kDirectoryEnd64Bytes;
  if (!content.substr(place).starts_with(kDirectoryEnd64))
    return Damaged("its end record of 64 bits is not where it should be");
  return DirectoryEnd{place, Number(content, place + 40, 8), Number(content, place + 48, 8)};
}

// The sizes and the place that are too large for the entry itself.
void ReadExtra64(std::string_view extra, ZipEntry& entry) {
  while (extra.size() >= 4) {
    const uint64_t id = Number(extra, 0, 2);
    const size_t size = std::min<size_t>(Number(extra, 2, 2), extra.size() - 4);
    std::string_view field = extra.substr(4, size);
    extra.remove_prefix(4 + size);
    if (id != 1) continue;
    for (uint64_t* value : {&entry.size, &entry.packed_size, &entry.header}) {
      if (*value != kNone32 || field.size() < 8) continue;
      *value = Number(field, 0, 8);
      field.remove_prefix(8);
    }
    return;
  }
}

}  // namespace

Result<std::optional<ZipArchive>> ZipArchive::Open(std::string_view content) {
  const std::optional<size_t> found = FindEnd(content);
  if (!found) {
    if (content.starts_with(kLocalHeader)) return Damaged("its directory is missing");
    return std::optional<ZipArchive>();
  }
  ASSIGN_OR_RETURN(const DirectoryEnd end, ReadEnd(content, *found));
  if (end.size > end.place || end.start > end.place - end.size)
    return Damaged("its directory lies outside of it");
  const uint64_t start = end.place - end.size;
  return std::optional<ZipArchive>(
      ZipArchive(content, content.substr(static_cast<size_t>(start), static_cast<size_t>(end.size)),
                 start - end.start));
}

Status ZipArchive::ForEach(const std::function<Result<bool>(const ZipEntry&)>& visit) const {
  std::string_view rest = directory_;
  while (!rest.empty()) {
    if (rest.size() < kDirectoryEntryBytes || !rest.starts_with(kDirectoryEntry))
      return Damaged("an entry of its directory");
    const size_t name = Number(rest, 28, 2);
    const size_t extra = Number(rest, 30, 2);
    const size_t whole = kDirectoryEntryBytes + name + extra + Number(rest, 32, 2);
    if (rest.size() < whole) return Damaged("its directory is cut off");
    ZipEntry entry{.name = rest.substr(kDirectoryEntryBytes, name),
                   .size = Number(rest, 24, 4),
                   .packed_size = Number(rest, 20, 4),
                   .header = Number(rest, 42, 4),
                   .crc = static_cast<uint32_t>(Number(rest, 16, 4)),
                   .method = static_cast<uint16_t>(Number(rest, 10, 2)),
                   .encrypted = (Number(rest, 8, 2) & 1) != 0};
    ReadExtra64(rest.substr(kDirectoryEntryBytes + name, extra), entry);
    ASSIGN_OR_RETURN(const bool further, visit(entry));
    if (!further) return Ok();
    rest.remove_prefix(whole);
  }
  return Ok();
}

Result<std::string_view> ZipArchive::Packed(const ZipEntry& entry) const {
  const std::string_view archive = content_.substr(static_cast<size_t>(offset_));
  if (entry.header > archive.size() || archive.size() - entry.header < kLocalHeaderBytes)
    return Damaged("an entry lies outside of it");
  std::string_view local = archive.substr(static_cast<size_t>(entry.header));
  if (!local.starts_with(kLocalHeader)) return Damaged("an entry is not where it should be");
  const size_t head = kLocalHeaderBytes + Number(local, 26, 2) + Number(local, 28, 2);
  if (local.size() < head || local.size() - head < entry.packed_size)
    return Damaged("an entry lies outside of it");
  return local.substr(head, static_cast<size_t>(entry.packed_size));
}

std::optional<std::string_view> ZipArchive::Stored(const ZipEntry& entry) const {
  if (entry.method != kStoredMethod || entry.encrypted || entry.size != entry.packed_size)
    return std::nullopt;
  const Result<std::string_view> bytes = Packed(entry);
  if (!bytes.has_value()) return std::nullopt;
  return *bytes;
}

Result<std::string> ZipArchive::Read(const ZipEntry& entry, size_t most) const {
  if (entry.encrypted) return Unimplemented("an encrypted entry of a zip archive");
  if (entry.method != kStoredMethod && entry.method != kDeflateMethod)
    return Unimplemented("a zip archive's compression method " + std::to_string(entry.method));
  if (entry.size > most)
    return ResourceExhausted("larger than the limit of " + std::to_string(most) + " bytes");
  ASSIGN_OR_RETURN(const std::string_view packed, Packed(entry));
  const auto size = static_cast<size_t>(entry.size);
  std::string text;
  if (entry.method == kDeflateMethod) {
    ASSIGN_OR_RETURN(text, Inflate(packed, DeflateFraming::kNone, size));
  } else {
    text = packed;
  }
  if (text.size() != size) return Damaged("an entry has another size than it claims");
  const uint32_t crc =
      crc32_gzip_refl(0, reinterpret_cast<const uint8_t*>(text.data()), text.size());
  if (crc != entry.crc) return Damaged("the checksum of an entry is wrong");
  return text;
}

}  // namespace narrows::ecosystems::java
