#include "advisories/osv_archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <array>
#include <filesystem>
#include <memory>

#include "base/strings.h"

namespace narrows::advisories {
namespace {

constexpr size_t kReadBytes = 65536;

struct Free {
  void operator()(archive* a) const { archive_read_free(a); }
};
using Archive = std::unique_ptr<archive, Free>;

Error Fault(archive* a, const std::filesystem::path& path) {
  const char* text = archive_error_string(a);
  return DataLoss(path.string() + " is damaged or no archive: " +
                  Printable(text == nullptr ? "unknown fault" : text) + "; fetch it again");
}

// A missing file has an error of its own: libarchive's would call it damaged.
Status CheckExists(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    return NotFound(path.string() + " is not there or no file");
  return Ok();
}

// The current entry's content; false when it has more than `most` bytes.
Result<bool> ReadEntry(archive* a, const std::filesystem::path& path, size_t most,
                       std::string& content) {
  content.clear();
  std::array<char, kReadBytes> buffer;
  while (true) {
    const la_ssize_t n = archive_read_data(a, buffer.data(), buffer.size());
    if (n < 0) return Fault(a, path);
    if (n == 0) return true;
    if (content.size() + static_cast<size_t>(n) > most) return false;
    content.append(buffer.data(), static_cast<size_t>(n));
  }
}

}  // namespace

Status ReadOsvArchive(
    const std::filesystem::path& path, const ArchiveLimits& limits,
    const std::function<Status(std::string_view name, Result<std::string_view> content)>& visit) {
  RETURN_IF_ERROR(CheckExists(path));
  const Archive a(archive_read_new());
  // By the central directory, so that a truncated archive is never taken for a smaller one.
  archive_read_support_format_zip_seekable(a.get());
  if (archive_read_open_filename(a.get(), path.c_str(), kReadBytes) != ARCHIVE_OK)
    return Fault(a.get(), path);
  uint64_t entries = 0;
  uint64_t total = 0;
  std::string content;
  while (true) {
    archive_entry* entry = nullptr;
    const int result = archive_read_next_header(a.get(), &entry);
    if (result == ARCHIVE_EOF) return Ok();
    if (result < ARCHIVE_WARN) return Fault(a.get(), path);  // warnings concern names only
    const char* raw_name = archive_entry_pathname(entry);
    const std::string name = raw_name == nullptr ? "" : raw_name;
    if (++entries > limits.entries)
      return ResourceExhausted(path.string() + " has more than " + std::to_string(limits.entries) +
                               " entries");
    if (!name.ends_with(".json")) continue;
    ASSIGN_OR_RETURN(const bool whole, ReadEntry(a.get(), path, limits.entry_bytes, content));
    total += content.size();
    if (total > limits.total_bytes)
      return ResourceExhausted(path.string() + " unpacks to more than " +
                               std::to_string(limits.total_bytes) + " bytes");
    if (whole) {
      RETURN_IF_ERROR(visit(name, std::string_view(content)));
    } else {
      RETURN_IF_ERROR(
          visit(name, ResourceExhausted("larger than the limit of " +
                                        std::to_string(limits.entry_bytes) + " bytes")));
    }
  }
}

Result<std::string> ReadMaybeCompressed(const std::filesystem::path& path, size_t most) {
  RETURN_IF_ERROR(CheckExists(path));
  const Archive a(archive_read_new());
  archive_read_support_filter_gzip(a.get());
  archive_read_support_format_raw(a.get());
  archive_read_support_format_empty(a.get());
  archive_entry* entry = nullptr;
  if (archive_read_open_filename(a.get(), path.c_str(), kReadBytes) != ARCHIVE_OK)
    return Fault(a.get(), path);
  const int result = archive_read_next_header(a.get(), &entry);
  std::string content;
  if (result == ARCHIVE_EOF) return content;
  if (result != ARCHIVE_OK) return Fault(a.get(), path);
  ASSIGN_OR_RETURN(const bool whole, ReadEntry(a.get(), path, most, content));
  if (!whole)
    return ResourceExhausted(path.string() + " unpacks to more than " + std::to_string(most) +
                             " bytes");
  return content;
}

}  // namespace narrows::advisories
