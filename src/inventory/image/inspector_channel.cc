#include "inventory/image/inspector_channel.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace narrows::inventory::image {
namespace {

constexpr size_t kMostErrorBytes = 4096;

void WriteOptional(ByteWriter& writer, const std::optional<Error>& error) {
  writer.Number(error ? 1 : 0);
  if (error) WriteError(writer, *error);
}

std::optional<Error> ReadOptional(ByteReader& reader) {
  if (reader.Number() == 0) return std::nullopt;
  return ReadError(reader);
}

}  // namespace

void WriteError(ByteWriter& writer, const Error& error) {
  writer.Number(static_cast<size_t>(error.code));
  writer.Text(std::string_view(error.message).substr(0, kMostErrorBytes));
}

Error ReadError(ByteReader& reader) {
  const size_t code = reader.Number();
  Error error{static_cast<ErrorCode>(code), reader.Text()};
  if (code > static_cast<size_t>(ErrorCode::kInternal)) reader.Fault();
  return error;
}

std::string Encode(const InspectorTask& task) {
  ByteWriter writer;
  writer.Text(task.diff_id);
  writer.Text(task.fingerprint);
  writer.Long(task.limits.unpacked_bytes);
  const registry::TarLimits& tar = task.limits.tar;
  for (const uint64_t limit :
       {tar.entries, uint64_t{tar.path_bytes}, uint64_t{tar.depth}, tar.total_bytes,
        uint64_t{tar.header_bytes}, uint64_t{tar.sparse_extents}})
    writer.Long(limit);
  writer.Number(task.verify_diff_id ? 1 : 0);
  writer.Number(task.file_cpu_seconds);
  return writer.Take();
}

Result<InspectorTask> DecodeTask(std::string_view bytes) {
  ByteReader reader(bytes);
  InspectorTask task;
  task.diff_id = reader.Text();
  task.fingerprint = reader.Text();
  task.limits.unpacked_bytes = reader.Long();
  task.limits.tar = {.entries = reader.Long(),
                     .path_bytes = reader.Long(),
                     .depth = reader.Long(),
                     .total_bytes = reader.Long(),
                     .header_bytes = reader.Long(),
                     .sparse_extents = reader.Long()};
  task.verify_diff_id = reader.Number() != 0;
  task.file_cpu_seconds = static_cast<unsigned>(reader.Number());
  if (!reader.ReadAll()) return DataLoss("a task of the sandbox is damaged");
  return task;
}

std::string Encode(const InspectorResult& result) {
  ByteWriter writer;
  WriteOptional(writer, result.error);
  writer.Long(result.unpacked_bytes);
  WriteOptional(writer, result.fault);
  return writer.Take();
}

Result<InspectorResult> DecodeResult(std::string_view bytes) {
  ByteReader reader(bytes);
  InspectorResult result;
  result.error = ReadOptional(reader);
  result.unpacked_bytes = reader.Long();
  result.fault = ReadOptional(reader);
  if (!reader.ReadAll()) return DataLoss("what the sandbox says of a layer is damaged");
  return result;
}

std::optional<std::string> SharedMemory::Parsing() const {
  const size_t size = parsing.load(std::memory_order_acquire);
  if (size == 0) return std::nullopt;
  return std::string(path.data(), std::min(size - 1, path.size()));
}

Result<FileDescriptor> MakeSharedMemory() {
  FileDescriptor fd(memfd_create("narrows-layer", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (fd.get() < 0 || ftruncate(fd.get(), sizeof(SharedMemory)) != 0 ||
      fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
    return FromErrno(errno, "cannot make memory to share");
  return fd;
}

Result<MappedMemory> MapSharedMemory(int fd) {
  void* const memory =
      mmap(nullptr, sizeof(SharedMemory), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return FromErrno(errno, "cannot map shared memory");
  return MappedMemory(static_cast<SharedMemory*>(memory));  // made of zeros
}

}  // namespace narrows::inventory::image
