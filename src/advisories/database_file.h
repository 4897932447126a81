#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "advisories/database_format.h"
#include "base/file_descriptor.h"
#include "base/result.h"

namespace narrows::advisories {

// The bytes of a database file by section. Blocks are read from the file, and checked, when they
// are first asked for, into memory of this object: a file that is overwritten in place gives an
// error for the blocks not read before, never a fault. const members are thread-safe.
class DatabaseFile {
 public:
  // kNotFound, kInvalidArgument (another kind of file), kUnimplemented (another format), kDataLoss
  // (truncated or damaged); the message names the file and the remedy.
  static Result<std::unique_ptr<DatabaseFile>> Open(const std::filesystem::path& path);
  // The same over bytes in memory, for tests and fuzzers.
  static Result<std::unique_ptr<DatabaseFile>> FromBytes(std::string bytes);
  ~DatabaseFile();
  DatabaseFile(const DatabaseFile&) = delete;
  DatabaseFile& operator=(const DatabaseFile&) = delete;

  // 0 for a section that is not there.
  size_t SectionBytes(SectionKind kind) const { return SectionOf(kind).bytes; }

  // A view that lives as long as this object; kDataLoss when it is damaged or reaches outside.
  Result<std::string_view> Read(SectionKind kind, size_t offset, size_t bytes) const;
  Result<std::string_view> ReadAll(SectionKind kind) const;

  // A string of a heap.
  Result<std::string_view> ReadString(SectionKind heap, StringRef ref) const;

  // Reads and checks every block, keeping none.
  Status Verify() const;

  uint64_t bytes() const { return file_bytes_; }

 private:
  struct Section {
    uint64_t offset = 0;
    uint64_t bytes = 0;
  };

  DatabaseFile(std::string name, FileDescriptor file, std::string owned)
      : name_(std::move(name)), file_(std::move(file)), owned_(std::move(owned)) {}
  static Result<std::unique_ptr<DatabaseFile>> Load(std::unique_ptr<DatabaseFile> file,
                                                    uint64_t bytes);
  Status ReadHeader();
  Status CheckHeader(Decoder& decoder, std::string_view start);
  Status CheckSections(Decoder& decoder, uint32_t count);
  Status LoadBlocks(uint64_t offset, uint64_t bytes) const;
  Status LoadBlock(uint64_t block) const;
  // Reads from the file, not from memory.
  Status ReadStored(uint64_t offset, char* into, size_t bytes) const;
  Status CheckBlock(uint64_t block, std::string_view content) const;
  size_t BlockBytes(uint64_t block) const;
  const Section& SectionOf(SectionKind kind) const;
  Error Damaged(std::string_view what) const;

  std::string name_;
  FileDescriptor file_;
  std::string owned_;
  uint64_t file_bytes_ = 0;
  char* memory_ = nullptr;  // as long as the file; filled block by block
  std::array<Section, kLastSection + 1> sections_;
  uint64_t header_bytes_ = 0;
  uint64_t blocks_ = 0;
  std::string_view checksums_;
  std::unique_ptr<std::atomic<bool>[]> loaded_;  // a block
  mutable std::mutex loading_;
};

}  // namespace narrows::advisories
