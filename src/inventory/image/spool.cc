#include "inventory/image/spool.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace narrows::inventory::image {
namespace {

// Of a file that is used again the disk space stays, up to this.
constexpr uint64_t kMostLeftOnDisk = uint64_t{64} << 20;

}  // namespace

Status DiskSpool::Take(uint64_t bytes) {
  if (bytes > most_bytes_) {
    return ResourceExhausted("it needs " + std::to_string(bytes) +
                             " bytes of temporary space, of " + std::to_string(most_bytes_));
  }
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [&] { return taken_ + bytes <= most_bytes_; });
  taken_ += bytes;
  return Ok();
}

void DiskSpool::GiveBack(uint64_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    taken_ -= bytes;
  }
  freed_.notify_all();
}

Result<FileDescriptor> DiskSpool::Open() {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::temp_directory_path(error);
  if (error) return FailedPrecondition("there is no folder for temporary files; set TMPDIR to one");
  FileDescriptor file(open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file.get() < 0) {  // not every file system has files without a name
    std::string name = (folder / "narrows-XXXXXX").string();
    file = FileDescriptor(mkostemp(name.data(), O_CLOEXEC));
    if (file.get() >= 0) unlink(name.c_str());
  }
  if (file.get() >= 0) return file;
  return FromErrno(errno, "no temporary file can be made in " + folder.string() +
                              " (set TMPDIR to a folder that can be written to)");
}

Status SpooledContent::Start(uint64_t size) {
  Clear();
  told_ = size;
  if (size <= kMostInMemory) {
    memory_.reserve(static_cast<size_t>(size));
    return Ok();
  }
  RETURN_IF_ERROR(spool_.Take(size));
  taken_ = size;
  if (file_.get() < 0) {
    ASSIGN_OR_RETURN(file_, spool_.Open());
  }
  on_disk_ = true;
  return Ok();
}

Status SpooledContent::Append(std::string_view piece) {
  const uint64_t gathered = on_disk_ ? size_ : memory_.size();
  if (piece.size() > told_ - gathered) return DataLoss("it is longer than it was said to be");
  if (!on_disk_) {
    memory_ += piece;
    return Ok();
  }
  while (!piece.empty()) {
    const ssize_t n = pwrite(file_.get(), piece.data(), piece.size(), static_cast<off_t>(size_));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FromErrno(errno, "the temporary file cannot be written");
    piece.remove_prefix(static_cast<size_t>(n));
    size_ += static_cast<uint64_t>(n);
  }
  return Ok();
}

Result<std::string_view> SpooledContent::View() {
  if (!on_disk_) return std::string_view(memory_);
  if (size_ == 0) return std::string_view();
  if (mapping_ == nullptr) {
    void* const mapping =
        mmap(nullptr, static_cast<size_t>(size_), PROT_READ, MAP_SHARED, file_.get(), 0);
    if (mapping == MAP_FAILED) return FromErrno(errno, "the temporary file cannot be mapped");
    mapping_ = mapping;
  }
  return std::string_view(static_cast<const char*>(mapping_), static_cast<size_t>(size_));
}

void SpooledContent::Clear() {
  if (memory_.capacity() > kMostInMemory + 64) memory_ = std::string();
  memory_.clear();
  if (mapping_ != nullptr) munmap(mapping_, static_cast<size_t>(size_));
  mapping_ = nullptr;
  // Where that fails the space is merely kept for longer.
  if (size_ > kMostLeftOnDisk && ftruncate(file_.get(), 0) != 0) errno = 0;
  on_disk_ = false;
  size_ = 0;
  told_ = 0;
  if (taken_ > 0) spool_.GiveBack(taken_);
  taken_ = 0;
}

}  // namespace narrows::inventory::image
