#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace narrows::registry {

enum class TarType { kFile, kDirectory, kSymlink, kHardLink, kOther };

struct TarEntry {
  std::string_view path;  // as the archive has it
  std::string_view link;  // of kSymlink and kHardLink
  TarType type = TarType::kOther;
  uint64_t size = 0;    // of the content a visitor gets; of a sparse file with its holes
  uint64_t offset = 0;  // in the archive, of the stored content
};

// What is told of an archive. The views live for the call. An error ends the reading.
class TarVisitor {
 public:
  virtual ~TarVisitor() = default;
  // True when the content is wanted: then OnContent as often as needed, and OnEnd in any case.
  virtual Result<bool> OnEntry(const TarEntry& entry) = 0;
  virtual Status OnContent(std::string_view piece) = 0;
  virtual Status OnEnd() = 0;
};

struct TarLimits {
  uint64_t entries = 20'000'000;
  size_t path_bytes = 4096;  // PATH_MAX
  size_t depth = 512;        // components of a path
  uint64_t total_bytes = uint64_t{64} << 30;
  size_t header_bytes = 1u << 20;  // of one PAX header
  size_t sparse_extents = 65536;
};

// Reads a tar stream pushed to it in pieces of any size: V7, ustar, PAX (POSIX.1-2017 pax), GNU
// long names and links, GNU base-256 numbers, sparse files in GNU's old format and in PAX 0.0
// to 1.0. Where readers differ it does as Go's archive/tar, because that is what unpacks images: it
// stops at two blocks of zeros, ignores global PAX headers, and takes links to have no content.
// Errors: kDataLoss for a damaged archive, kResourceExhausted above a limit, or the visitor's own;
// after one the reader is of no more use. Not thread-safe.
class TarReader {
 public:
  explicit TarReader(TarVisitor& visitor, const TarLimits& limits = {});

  Status Push(std::string_view bytes);

  // After the last piece: kDataLoss when the archive ends within an entry.
  Status Finish() const;

  // How many of the bytes that come next are of no interest; whoever can seek may leave them out
  // and say so by Skip(that many or fewer).
  uint64_t Skippable() const;
  Status Skip(uint64_t bytes);

  uint64_t entries() const { return entries_; }

 private:
  enum class State { kHeader, kMeta, kSparseBlock, kSparseMap, kContent, kPadding, kEnd };
  struct Extent {
    uint64_t offset;
    uint64_t size;
  };
  // What extended headers say of the next entry.
  struct Overrides {
    std::string path, link, sparse_name, sparse_map;
    bool has_path = false, has_link = false, has_size = false, sparse_1_0 = false,
         sparse_0_x = false;
    uint64_t size = 0, sparse_size = 0;
  };

  Status OnBlock(std::string_view block);
  Status OnHeader(std::string_view block);
  Status StartEntry(std::string_view block);
  Status StartMeta(char type, uint64_t size);
  Status EndMeta();
  Status ParsePax(std::string_view records);
  Status OnPaxRecord(std::string_view key, std::string_view value);
  Status OnSparseBlock(std::string_view block);
  Status OnSparseMapBlock(std::string_view block);
  Status ParseSparseList(std::string_view map);
  Status AddExtent(uint64_t offset, uint64_t size);
  Status AddOldGnuExtents(std::string_view table);
  Status Announce();
  Status OnContentPiece(std::string_view piece);
  Status EmitZeros(uint64_t count);
  Status EndContent();
  std::string_view TakeBlock(std::string_view& bytes);

  TarVisitor& visitor_;
  const TarLimits limits_;
  State state_ = State::kHeader;
  std::string block_;  // a block that came in several pieces
  std::string meta_;   // an extended header, or the last line of a sparse map, being gathered
  char meta_type_ = 0;
  bool zero_block_ = false;
  uint64_t position_ = 0;   // in the archive
  uint64_t remaining_ = 0;  // stored bytes of meta or content to come
  uint64_t padding_ = 0;
  uint64_t entries_ = 0;
  uint64_t total_ = 0;

  Overrides overrides_;
  std::string path_, link_;
  TarEntry entry_;
  bool wanted_ = false;
  bool sparse_ = false;
  std::vector<uint64_t> sparse_numbers_;  // of a map in the content, as far as it was read
  std::vector<Extent> extents_;
  size_t extent_ = 0;     // the one being read
  uint64_t emitted_ = 0;  // of a sparse file's content
};

// The path as the analysis uses it: no leading, trailing or doubled "/", no "."; ".." goes up, but
// never above the root. "" is the root itself. `out` is overwritten (and reused: no allocation a
// path).
void NormalisePath(std::string_view raw, std::string& out);

}  // namespace narrows::registry
