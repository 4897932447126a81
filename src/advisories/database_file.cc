#include "advisories/database_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace narrows::advisories {
namespace {

constexpr std::string_view kRemedy = "; build it again with `narrows db build`";
constexpr size_t kFixedHeaderBytes = 32;
constexpr size_t kSectionEntryBytes = 24;
constexpr uint32_t kMostSections = 256;
constexpr size_t kMostLengthBytes = 5;  // of a string's length

}  // namespace

Result<std::unique_ptr<DatabaseFile>> DatabaseFile::Open(const std::filesystem::path& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    Error error = FromErrno(errno, "cannot open the advisory database " + path.string());
    if (error.code == ErrorCode::kNotFound)
      error.message += "; build it with `narrows db build` or name another with --db";
    return error;
  }
  std::unique_ptr<DatabaseFile> file(new DatabaseFile(path.string(), ""));
  struct stat status = {};
  const bool known = fstat(fd, &status) == 0;
  const auto size = static_cast<size_t>(status.st_size);
  if (known && S_ISREG(status.st_mode) && size > 0) {
    void* const mapping = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (mapping != MAP_FAILED) {
      file->mapping_ = mapping;
      file->content_ = {static_cast<const char*>(mapping), size};
    }
  }
  const int error_number = errno;
  close(fd);
  if (known && !S_ISREG(status.st_mode))
    return InvalidArgument(path.string() + " is not a file" + std::string(kRemedy));
  if (!known || (size > 0 && file->mapping_ == nullptr))
    return FromErrno(error_number, "cannot map " + path.string());
  RETURN_IF_ERROR(file->ReadHeader());
  return file;
}

Result<std::unique_ptr<DatabaseFile>> DatabaseFile::FromBytes(std::string bytes) {
  std::unique_ptr<DatabaseFile> file(new DatabaseFile("database", std::move(bytes)));
  file->content_ = file->owned_;
  RETURN_IF_ERROR(file->ReadHeader());
  return file;
}

DatabaseFile::~DatabaseFile() {
  if (mapping_ != nullptr) munmap(mapping_, content_.size());
}

Error DatabaseFile::Damaged(std::string_view what) const {
  return DataLoss("the advisory database " + name_ + " is damaged (" + std::string(what) + ")" +
                  std::string(kRemedy));
}

Status DatabaseFile::ReadHeader() {
  const size_t common = std::min(content_.size(), kDatabaseMagic.size());
  if (content_.substr(0, common) != kDatabaseMagic.substr(0, common))
    return InvalidArgument(name_ + " is not an advisory database of Narrows" +
                           std::string(kRemedy));
  if (content_.size() < kFixedHeaderBytes) return Damaged("truncated");
  Decoder decoder(content_.substr(kDatabaseMagic.size()));
  const uint32_t version = decoder.Fixed32();
  if (version > kDatabaseFormatVersion)
    return Unimplemented("the advisory database " + name_ + " has format " +
                         std::to_string(version) + ", this Narrows reads format " +
                         std::to_string(kDatabaseFormatVersion) +
                         "; update Narrows or build the database with this one");
  if (version < kDatabaseFormatVersion && !decoder.failed())
    return Unimplemented("the advisory database " + name_ + " has the old format " +
                         std::to_string(version) + ", this Narrows reads format " +
                         std::to_string(kDatabaseFormatVersion) + std::string(kRemedy));
  header_bytes_ = decoder.Fixed32();
  const uint64_t file_bytes = decoder.Fixed64();
  const uint32_t block_bytes = decoder.Fixed32();
  const uint32_t section_count = decoder.Fixed32();
  if (content_.size() < file_bytes)
    return Damaged("truncated: " + std::to_string(content_.size()) + " of " +
                   std::to_string(file_bytes) + " bytes");
  const uint64_t table_end = kFixedHeaderBytes + kSectionEntryBytes * uint64_t{section_count};
  if (content_.size() != file_bytes || header_bytes_ > file_bytes ||
      block_bytes != kDatabaseBlockBytes || section_count > kMostSections ||
      header_bytes_ < table_end + 8)
    return Damaged("header");
  const uint64_t blocks =
      (file_bytes - header_bytes_ + kDatabaseBlockBytes - 1) / kDatabaseBlockBytes;
  if (header_bytes_ != table_end + 8 * blocks + 8) return Damaged("header");
  Decoder checksum(content_.substr(header_bytes_ - 8, 8));
  if (Crc64(content_.substr(0, header_bytes_ - 8)) != checksum.Fixed64())
    return Damaged("checksum of the header");
  checksums_ = content_.substr(table_end, 8 * blocks);
  checked_ = std::make_unique<std::atomic<bool>[]>(blocks);
  return CheckSections(decoder, section_count);
}

Status DatabaseFile::CheckSections(Decoder& decoder, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    const auto kind = static_cast<SectionKind>(decoder.Fixed32());
    decoder.Fixed32();
    Section section;
    section.offset = decoder.Fixed64();
    section.bytes = decoder.Fixed64();
    if (section.offset < header_bytes_ || section.offset > content_.size() ||
        section.bytes > content_.size() - section.offset ||
        !sections_.emplace(kind, section).second)
      return Damaged("sections");
  }
  return Ok();
}

size_t DatabaseFile::SectionBytes(SectionKind kind) const {
  const auto found = sections_.find(kind);
  return found == sections_.end() ? 0 : found->second.bytes;
}

Status DatabaseFile::CheckBlocks(uint64_t offset, uint64_t bytes) const {
  if (bytes == 0) return Ok();
  const uint64_t first = (offset - header_bytes_) / kDatabaseBlockBytes;
  const uint64_t last = (offset + bytes - 1 - header_bytes_) / kDatabaseBlockBytes;
  for (uint64_t block = first; block <= last; ++block) {
    if (checked_[block].load(std::memory_order_relaxed)) continue;
    const std::string_view content =
        content_.substr(header_bytes_ + block * kDatabaseBlockBytes, kDatabaseBlockBytes);
    Decoder expected(checksums_.substr(8 * block, 8));
    if (Crc64(content) != expected.Fixed64())
      return Damaged("checksum of block " + std::to_string(block));
    checked_[block].store(true, std::memory_order_relaxed);
  }
  return Ok();
}

Result<std::string_view> DatabaseFile::Read(SectionKind kind, size_t offset, size_t bytes) const {
  const auto found = sections_.find(kind);
  const Section section = found == sections_.end() ? Section{} : found->second;
  if (offset > section.bytes || bytes > section.bytes - offset)
    return Damaged("a reference out of its section");
  if (bytes == 0) return std::string_view();
  RETURN_IF_ERROR(CheckBlocks(section.offset + offset, bytes));
  return content_.substr(section.offset + offset, bytes);
}

Result<std::string_view> DatabaseFile::ReadAll(SectionKind kind) const {
  return Read(kind, 0, SectionBytes(kind));
}

Result<std::string_view> DatabaseFile::ReadString(SectionKind heap, StringRef ref) const {
  if (ref == 0) return std::string_view();
  const size_t size = SectionBytes(heap);
  if (ref >= size) return Damaged("a reference out of its section");
  ASSIGN_OR_RETURN(const std::string_view head,
                   Read(heap, ref, std::min<size_t>(kMostLengthBytes, size - ref)));
  Decoder decoder(head);
  const uint32_t length = decoder.Varint32();
  if (decoder.failed()) return Damaged("the length of a string");
  return Read(heap, ref + (head.size() - decoder.left()), length);
}

}  // namespace narrows::advisories
