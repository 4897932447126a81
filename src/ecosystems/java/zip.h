#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace narrows::ecosystems::java {

struct ZipEntry {
  std::string_view name;
  uint64_t size = 0;  // unpacked, as the archive claims
  uint64_t packed_size = 0;
  uint64_t header = 0;  // place of the local header
  uint32_t crc = 0;
  uint16_t method = 0;
  bool encrypted = false;
};

// The entries of a zip archive in memory, by its central directory (PKWARE's APPNOTE.TXT 6.3.10),
// zip64 and bytes before the archive included. It keeps nothing and reads only what is asked for,
// so of a mapped file only those pages are touched. The content must outlive it. Thread-safe.
class ZipArchive {
 public:
  // Nothing when it is no zip archive; kDataLoss for one that is cut off or damaged.
  static Result<std::optional<ZipArchive>> Open(std::string_view content);

  // Calls visit for each entry until it fails or gives false. kDataLoss when the directory is
  // damaged.
  Status ForEach(const std::function<Result<bool>(const ZipEntry&)>& visit) const;

  // A stored entry as it lies in the archive; nothing for a compressed one.
  std::optional<std::string_view> Stored(const ZipEntry& entry) const;

  // The content of an entry, checked against its CRC. kResourceExhausted above `most` bytes,
  // kUnimplemented for what is encrypted or compressed by another method than deflate.
  Result<std::string> Read(const ZipEntry& entry, size_t most) const;

 private:
  ZipArchive(std::string_view content, std::string_view directory, uint64_t offset)
      : content_(content), directory_(directory), offset_(offset) {}

  Result<std::string_view> Packed(const ZipEntry& entry) const;

  std::string_view content_;
  std::string_view directory_;
  uint64_t offset_;  // of the archive within the content
};

}  // namespace narrows::ecosystems::java
