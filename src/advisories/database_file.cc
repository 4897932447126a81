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
constexpr uint32_t kMostSections = 256;
constexpr size_t kMostLengthBytes = 5;  // of a string's length
// A damaged header must not ask for memory without end.
constexpr uint64_t kMostFileBytes = uint64_t{64} << 30;

}  // namespace

Result<std::unique_ptr<DatabaseFile>> DatabaseFile::Open(const std::filesystem::path& path) {
  FileDescriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) {
    Error error = FromErrno(errno, "cannot open the advisory database " + path.string());
    if (error.code == ErrorCode::kNotFound)
      error.message += "; build it with `narrows db build` or name another with --db";
    return error;
  }
  struct stat status = {};
  if (fstat(fd.get(), &status) != 0) return FromErrno(errno, "cannot read " + path.string());
  if (!S_ISREG(status.st_mode))
    return InvalidArgument(path.string() + " is not a file" + std::string(kRemedy));
  return Load(std::unique_ptr<DatabaseFile>(new DatabaseFile(path.string(), std::move(fd), "")),
              static_cast<uint64_t>(status.st_size));
}

Result<std::unique_ptr<DatabaseFile>> DatabaseFile::FromBytes(std::string bytes) {
  const uint64_t size = bytes.size();
  return Load(std::unique_ptr<DatabaseFile>(
                  new DatabaseFile("database", FileDescriptor(), std::move(bytes))),
              size);
}

Result<std::unique_ptr<DatabaseFile>> DatabaseFile::Load(std::unique_ptr<DatabaseFile> file,
                                                         uint64_t bytes) {
  file->file_bytes_ = bytes;
  if (bytes > kMostFileBytes)
    return ResourceExhausted(file->name_ + " has " + std::to_string(bytes) +
                             " bytes, more than an advisory database can have");
  if (bytes > 0) {
    void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return FromErrno(errno, "no memory to read " + file->name_);
    // Where huge pages are always given, a few reads would take up the whole file's memory.
    static_cast<void>(madvise(memory, bytes, MADV_NOHUGEPAGE));
    file->memory_ = static_cast<char*>(memory);
  }
  RETURN_IF_ERROR(file->ReadHeader());
  return file;
}

DatabaseFile::~DatabaseFile() {
  if (memory_ != nullptr) munmap(memory_, file_bytes_);
}

Error DatabaseFile::Damaged(std::string_view what) const {
  return DataLoss("the advisory database " + name_ + " is damaged (" + std::string(what) + ")" +
                  std::string(kRemedy));
}

Status DatabaseFile::ReadStored(uint64_t offset, char* into, size_t bytes) const {
  if (file_.get() < 0) {
    std::copy_n(owned_.data() + offset, bytes, into);
    return Ok();
  }
  while (bytes > 0) {
    const ssize_t got = pread(file_.get(), into, bytes, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FromErrno(errno, "cannot read the advisory database " + name_);
    if (got == 0)
      return Damaged("truncated while it was open: replace it by a rename, not in place");
    into += got;
    offset += static_cast<uint64_t>(got);
    bytes -= static_cast<size_t>(got);
  }
  return Ok();
}

Status DatabaseFile::ReadHeader() {
  const size_t fixed = std::min<uint64_t>(file_bytes_, kFixedHeaderBytes);
  RETURN_IF_ERROR(ReadStored(0, memory_, fixed));
  const std::string_view start(memory_, fixed);
  const size_t common = std::min(start.size(), kDatabaseMagic.size());
  if (start.substr(0, common) != kDatabaseMagic.substr(0, common))
    return InvalidArgument(name_ + " is not an advisory database of Narrows" +
                           std::string(kRemedy));
  if (start.size() < kFixedHeaderBytes) return Damaged("truncated");
  Decoder decoder(start.substr(kDatabaseMagic.size()));
  return CheckHeader(decoder, start);
}

Status DatabaseFile::CheckHeader(Decoder& decoder, std::string_view start) {
  const uint32_t version = decoder.Fixed32();
  if (version != kDatabaseFormatVersion)
    return Unimplemented("the advisory database " + name_ + " has the " +
                         (version < kDatabaseFormatVersion ? "old format " : "newer format ") +
                         std::to_string(version) + ", this Narrows reads format " +
                         std::to_string(kDatabaseFormatVersion) +
                         (version < kDatabaseFormatVersion
                              ? std::string(kRemedy)
                              : "; update Narrows or build the database with this one"));
  header_bytes_ = decoder.Fixed32();
  const uint64_t file_bytes = decoder.Fixed64();
  const uint32_t block_bytes = decoder.Fixed32();
  const uint32_t section_count = decoder.Fixed32();
  if (file_bytes_ < file_bytes)
    return Damaged("truncated: " + std::to_string(file_bytes_) + " of " +
                   std::to_string(file_bytes) + " bytes");
  const uint64_t table_end = kFixedHeaderBytes + kSectionEntryBytes * uint64_t{section_count};
  if (file_bytes_ != file_bytes || header_bytes_ > file_bytes ||
      block_bytes != kDatabaseBlockBytes || section_count > kMostSections ||
      header_bytes_ < table_end + 8)
    return Damaged("header");
  blocks_ = (file_bytes - header_bytes_ + kDatabaseBlockBytes - 1) / kDatabaseBlockBytes;
  if (header_bytes_ != DatabaseHeaderBytes(section_count, blocks_)) return Damaged("header");
  RETURN_IF_ERROR(ReadStored(start.size(), memory_ + start.size(), header_bytes_ - start.size()));
  const std::string_view header(memory_, header_bytes_);
  Decoder checksum(header.substr(header_bytes_ - 8));
  if (Crc64(header.substr(0, header_bytes_ - 8)) != checksum.Fixed64())
    return Damaged("checksum of the header");
  checksums_ = header.substr(table_end, 8 * blocks_);
  loaded_ = std::make_unique<std::atomic<bool>[]>(blocks_);
  Decoder table(header.substr(kFixedHeaderBytes));
  return CheckSections(table, section_count);
}

Status DatabaseFile::CheckSections(Decoder& decoder, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t kind = decoder.Fixed32();
    decoder.Fixed32();
    Section section;
    section.offset = decoder.Fixed64();
    section.bytes = decoder.Fixed64();
    if (section.offset < header_bytes_ || section.offset > file_bytes_ ||
        section.bytes > file_bytes_ - section.offset)
      return Damaged("sections");
    if (kind > kLastSection) continue;
    if (sections_[kind].offset != 0) return Damaged("sections");
    sections_[kind] = section;
  }
  return Ok();
}

const DatabaseFile::Section& DatabaseFile::SectionOf(SectionKind kind) const {
  return sections_[static_cast<uint32_t>(kind)];
}

size_t DatabaseFile::BlockBytes(uint64_t block) const {
  return std::min<uint64_t>(kDatabaseBlockBytes,
                            file_bytes_ - header_bytes_ - block * kDatabaseBlockBytes);
}

Status DatabaseFile::CheckBlock(uint64_t block, std::string_view content) const {
  Decoder expected(checksums_.substr(8 * block, 8));
  if (Crc64(content) != expected.Fixed64())
    return Damaged("checksum of block " + std::to_string(block));
  return Ok();
}

Status DatabaseFile::LoadBlock(uint64_t block) const {
  // One at a time: nobody may see bytes that are not checked, or change them under a reader.
  const std::lock_guard lock(loading_);
  if (loaded_[block].load(std::memory_order_relaxed)) return Ok();
  const uint64_t offset = header_bytes_ + block * kDatabaseBlockBytes;
  const size_t bytes = BlockBytes(block);
  RETURN_IF_ERROR(ReadStored(offset, memory_ + offset, bytes));
  RETURN_IF_ERROR(CheckBlock(block, {memory_ + offset, bytes}));
  loaded_[block].store(true, std::memory_order_release);
  return Ok();
}

Status DatabaseFile::LoadBlocks(uint64_t offset, uint64_t bytes) const {
  const uint64_t first = (offset - header_bytes_) / kDatabaseBlockBytes;
  const uint64_t last = (offset + bytes - 1 - header_bytes_) / kDatabaseBlockBytes;
  for (uint64_t block = first; block <= last; ++block) {
    if (loaded_[block].load(std::memory_order_acquire)) continue;
    RETURN_IF_ERROR(LoadBlock(block));
  }
  return Ok();
}

Result<std::string_view> DatabaseFile::Read(SectionKind kind, size_t offset, size_t bytes) const {
  const Section& section = SectionOf(kind);
  if (offset > section.bytes || bytes > section.bytes - offset)
    return Damaged("a reference out of its section");
  if (bytes == 0) return std::string_view();
  RETURN_IF_ERROR(LoadBlocks(section.offset + offset, bytes));
  return std::string_view(memory_ + section.offset + offset, bytes);
}

Result<std::string_view> DatabaseFile::ReadAll(SectionKind kind) const {
  return Read(kind, 0, SectionBytes(kind));
}

Result<std::string_view> DatabaseFile::ReadString(SectionKind heap, StringRef ref) const {
  if (ref == 0 && heap != SectionKind::kStatements && heap != SectionKind::kIdPostings)
    return std::string_view();
  const size_t size = SectionBytes(heap);
  if (ref >= size) return Damaged("a reference out of its section");
  ASSIGN_OR_RETURN(const std::string_view head,
                   Read(heap, ref, std::min<size_t>(kMostLengthBytes, size - ref)));
  Decoder decoder(head);
  const uint32_t length = decoder.Varint32();
  if (decoder.failed()) return Damaged("the length of a string");
  return Read(heap, ref + (head.size() - decoder.left()), length);
}

Status DatabaseFile::Verify() const {
  std::string content;
  for (uint64_t block = 0; block < blocks_; ++block) {
    content.resize(BlockBytes(block));
    RETURN_IF_ERROR(
        ReadStored(header_bytes_ + block * kDatabaseBlockBytes, content.data(), content.size()));
    RETURN_IF_ERROR(CheckBlock(block, content));
  }
  return Ok();
}

}  // namespace narrows::advisories
