#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "advisories/database_format.h"
#include "base/result.h"

namespace narrows::advisories {

// The bytes of a database file by section, each block checked before the first read from it. const
// members are thread-safe. A file must be replaced by a rename, never written in place.
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
  size_t SectionBytes(SectionKind kind) const;

  // A view that lives as long as this object; kDataLoss when it is damaged or reaches outside.
  Result<std::string_view> Read(SectionKind kind, size_t offset, size_t bytes) const;
  Result<std::string_view> ReadAll(SectionKind kind) const;

  // A string of a heap.
  Result<std::string_view> ReadString(SectionKind heap, StringRef ref) const;

  uint64_t bytes() const { return content_.size(); }

 private:
  struct Section {
    uint64_t offset = 0;
    uint64_t bytes = 0;
  };

  DatabaseFile(std::string name, std::string owned)
      : name_(std::move(name)), owned_(std::move(owned)) {}
  Status ReadHeader();
  Status CheckSections(Decoder& decoder, uint32_t count);
  Status CheckBlocks(uint64_t offset, uint64_t bytes) const;
  Error Damaged(std::string_view what) const;

  std::string name_;
  std::string owned_;
  void* mapping_ = nullptr;
  std::string_view content_;
  std::map<SectionKind, Section> sections_;
  uint64_t header_bytes_ = 0;
  std::string_view checksums_;
  std::unique_ptr<std::atomic<bool>[]> checked_;  // a block
};

}  // namespace narrows::advisories
