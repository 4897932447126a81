#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace narrows::advisories {

// The advisory database file, little-endian:
//
//   magic "\x89NRWSDB\n" · u32 format version · u32 header bytes · u64 file bytes ·
//   u32 block bytes · u32 sections · {u32 kind, u32 0, u64 offset, u64 bytes} a section ·
//   u64 CRC-64 of each block · zeros, to fill a whole number of blocks · u64 CRC-64 of the header
//   so far · the sections
//
// Blocks count from the end of the header. A reader checks a block when it first reads from it, and
// passes over sections of a kind it does not know. docs/adr/0002-advisory-database.md says why.
constexpr std::string_view kDatabaseMagic = "\x89NRWSDB\n";
constexpr uint32_t kDatabaseFormatVersion = 4;
// A page of memory: what is read goes into as few of them as can be.
constexpr uint32_t kDatabaseBlockBytes = 4096;
constexpr size_t kFixedHeaderBytes = 32;
constexpr size_t kSectionEntryBytes = 24;

enum class SectionKind : uint32_t {
  kMetadata = 1,       // JSON
  kNames = 2,          // heap: ids, ecosystems, packages, words, vectors
  kVersions = 3,       // heap
  kTexts = 4,          // heap: summaries, beginnings of URLs
  kRecords = 5,        // records, sorted by id
  kRecordIndex = 6,    // u32 offset of each record, and the end
  kPackageIndex = 7,   // index of kStatements
  kStatements = 8,     // heap: which records speak of a package, sorted by ecosystem and package
  kIdIndex = 9,        // index of kIdPostings, or kRecordItself and a record's number
  kIdPostings = 10,    // heap: which records an id names
  kKev = 11,           // u64 packed CVE id, sorted
  kEpss = 12,          // u64 packed CVE id, u32 score and u32 percentile in 1/100000, sorted
  kRecordHashes = 13,  // u64 HashRecord of each record
  kBodies = 14,        // heap: what may be said of a package: status, severity, ranges, versions
  kVexIndex = 15,      // index of kVex; with kVex only where anything is stated
  kVex = 16,           // heap: a vulnerability in lower case, and what DecodeStated reads
};
constexpr uint32_t kLastSection = 16;

// A heap is a run of strings, each preceded by its length; a reference is the offset of one. The
// string at 0 is empty.
using StringRef = uint32_t;

// An index is a sorted run of u64: the upper half of a key's hash, and the offset in a heap of what
// begins with that key.
constexpr size_t kIndexEntryBytes = 8;
constexpr uint64_t IndexEntry(uint64_t hash, uint32_t offset) {
  return (hash & 0xFFFFFFFF00000000) | offset;
}

// In place of an offset: nothing else has the id but the record whose own it is.
constexpr uint32_t kRecordItself = 0x80000000;

constexpr size_t kKevEntryBytes = 8;
constexpr size_t kEpssEntryBytes = 16;
constexpr size_t kHashBytes = 8;

uint64_t HashKey(std::string_view text);
uint64_t HashKey(std::string_view ecosystem, std::string_view package);

uint64_t Crc64(std::string_view bytes);

// Appends little-endian base-128 numbers and fixed-size ones.
class Encoder {
 public:
  void Varint(uint64_t value);
  void Fixed32(uint32_t value);
  void Fixed64(uint64_t value);
  void Bytes(std::string_view bytes) { out_ += bytes; }
  const std::string& out() const { return out_; }
  std::string& out() { return out_; }

 private:
  std::string out_;
};

// Reads what Encoder wrote. After the first read past the end everything reads as 0 and failed() is
// true.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : rest_(bytes) {}

  uint64_t Varint() {
    // Nearly all numbers have one byte, and matching reads hundreds of thousands.
    if (!rest_.empty() && static_cast<unsigned char>(rest_.front()) < 0x80) {
      const auto value = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      return value;
    }
    return LongVarint();
  }
  // A number that must be below 2^32.
  uint32_t Varint32();
  // A number of items that each take at least one byte: fails when more than there can be.
  size_t Count();
  uint32_t Fixed32();
  uint64_t Fixed64();
  std::string_view Bytes(uint64_t count);

  size_t left() const { return rest_.size(); }
  bool failed() const { return failed_; }
  void Fail() {
    failed_ = true;
    rest_ = {};
  }

 private:
  uint64_t LongVarint();

  std::string_view rest_;
  bool failed_ = false;
};

// Of a file with so many sections and blocks.
uint64_t DatabaseHeaderBytes(uint64_t sections, uint64_t blocks);

// The whole file out of its sections, in the order given. kResourceExhausted when a number of the
// header does not hold it.
Result<std::string> AssembleDatabase(std::vector<std::pair<SectionKind, std::string>> sections);

}  // namespace narrows::advisories
