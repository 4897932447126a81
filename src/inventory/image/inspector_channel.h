#pragma once

// Internal to the sandboxed inspector: how it and its worker talk. A worker has three descriptors:
// the channel, for the task, the layer's bytes and what was found; another for requests of its own,
// each with one answer; and memory that both share, through which the bytes go.

#include <sys/mman.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_descriptor.h"
#include "base/handle.h"
#include "base/result.h"
#include "inventory/image/byte_encoding.h"
#include "registry/layer_reader.h"

namespace narrows::inventory::image {

// The first byte of every message. What follows is encoded by ByteWriter.
enum class ChannelMessage : char {
  // To the worker. First places and left-out files, then the task, then bytes up to their end.
  kPlace = 'p',     // a Watchlist::Place that links brought: path, folder, extractor, as
  kLeaveOut = 'x',  // path of a file that is not to be parsed
  kTask = 't',      // InspectorTask
  kBytes = 'b',     // slot, size
  kEnd = 'e',
  // From it.
  kSlotFree = 's',  // slot
  kFound = 'f',     // bytes of pieces of LayerEncoder, each with its size before it
  kDone = 'd',      // InspectorResult
};

// On the other connection. Ranges of a blob can be asked for here once somebody reads layers so.
enum class InspectorRequest : char {
  kTakeSpace = 't',      // bytes of the spool; answered when they are free
  kGiveSpaceBack = 'g',  // bytes; not answered
  kOpenFile = 'o',       // answered with a descriptor
};
enum class InspectorAnswer : char { kYes = 'y', kNo = 'n' };  // kNo: an Error

struct InspectorTask {
  std::string diff_id;
  std::string fingerprint;  // the worker's watchlist must be the same
  registry::LayerLimits limits;
  bool verify_diff_id = true;  // not when the stored bytes are the unpacked ones
  unsigned file_cpu_seconds = 0;
};

struct InspectorResult {
  std::optional<Error> error;  // then nothing else
  uint64_t unpacked_bytes = 0;
  std::optional<Error> fault;
};

std::string Encode(const InspectorTask& task);
Result<InspectorTask> DecodeTask(std::string_view bytes);
std::string Encode(const InspectorResult& result);
Result<InspectorResult> DecodeResult(std::string_view bytes);
void WriteError(ByteWriter& writer, const Error& error);
Error ReadError(ByteReader& reader);

// The shared memory. The worker may write anything at any time: what it says is copied once, and
// checked.
struct SharedMemory {
  static constexpr size_t kSlots = 4;
  static constexpr size_t kSlotBytes = size_t{128} << 10;
  static constexpr size_t kMostPathBytes = 4096;

  // Which file is being parsed, 0 for none; else the length of its path and one more.
  std::atomic<uint32_t> parsing;
  std::array<char, kMostPathBytes> path;
  std::array<std::array<char, kSlotBytes>, kSlots> slots;

  // nullopt where no file is being parsed.
  std::optional<std::string> Parsing() const;
};
static_assert(std::atomic<uint32_t>::is_always_lock_free);

inline void Unmap(SharedMemory* memory) { munmap(memory, sizeof(SharedMemory)); }
using MappedMemory = Handle<SharedMemory, Unmap>;

// Makes some, of a size that cannot be changed.
Result<FileDescriptor> MakeSharedMemory();
Result<MappedMemory> MapSharedMemory(int fd);

}  // namespace narrows::inventory::image
