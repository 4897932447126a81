#include "registry/file_tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <utility>

#include "base/file_descriptor.h"
#include "base/strings.h"
#include "registry/inflater.h"
#include "registry/tar_reader.h"

namespace narrows::registry {
namespace {

constexpr size_t kPiece = size_t{256} * 1024;
constexpr int kMostLinks = 8;  // one after the other
constexpr uint64_t kMostIndexed = 200'000;

// As much of [offset, offset + size) as there is.
Result<size_t> ReadAt(int fd, char* buffer, size_t size, uint64_t offset, const std::string& name) {
  size_t done = 0;
  while (done < size) {
    const ssize_t n = pread(fd, buffer + done, size - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FromErrno(errno, "cannot read " + name);
    if (n == 0) break;
    done += static_cast<size_t>(n);
  }
  return done;
}

Result<std::string> ReadRange(int fd, uint64_t offset, uint64_t size, size_t most,
                              const std::string& name) {
  if (size > most) {
    return ResourceExhausted(name + " is larger than the limit of " + std::to_string(most) +
                             " bytes");
  }
  std::string content(static_cast<size_t>(size), '\0');
  ASSIGN_OR_RETURN(const size_t n, ReadAt(fd, content.data(), content.size(), offset, name));
  if (n < content.size()) return DataLoss(name + " is truncated");
  return content;
}

Status StreamRange(int fd, uint64_t offset, uint64_t size, const std::string& name,
                   const CallContext& context, const FileTree::OnData& on_data) {
  posix_fadvise(fd, static_cast<off_t>(offset), static_cast<off_t>(size), POSIX_FADV_SEQUENTIAL);
  std::string buffer(static_cast<size_t>(std::min<uint64_t>(size, kPiece)), '\0');
  while (size > 0) {
    RETURN_IF_ERROR(context.Check());
    const auto wanted = static_cast<size_t>(std::min<uint64_t>(size, buffer.size()));
    ASSIGN_OR_RETURN(const size_t n, ReadAt(fd, buffer.data(), wanted, offset, name));
    if (n == 0) return DataLoss(name + " is truncated");
    RETURN_IF_ERROR(on_data(std::string_view(buffer).substr(0, n)));
    offset += n;
    size -= n;
  }
  return Ok();
}

class FolderTree final : public FileTree {
 public:
  explicit FolderTree(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::optional<uint64_t> Size(std::string_view name) const override {
    struct stat status {};
    if (stat(PathOf(name).c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    return static_cast<uint64_t>(status.st_size);
  }

  Result<std::string> Read(std::string_view name, size_t most) const override {
    ASSIGN_OR_RETURN(const Opened file, Open(name));
    return ReadRange(file.descriptor.get(), 0, file.size, most, PathOf(name));
  }

  Status Stream(std::string_view name, const CallContext& context,
                const OnData& on_data) const override {
    ASSIGN_OR_RETURN(const Opened file, Open(name));
    return StreamRange(file.descriptor.get(), 0, file.size, PathOf(name), context, on_data);
  }

 private:
  struct Opened {
    FileDescriptor descriptor;
    uint64_t size;
  };

  // The names come from the image itself: "/etc/shadow" and ".." are taken as below the folder.
  std::string PathOf(std::string_view name) const {
    std::string path;
    NormalisePath(name, path);
    return (folder_ / path).string();
  }

  Result<Opened> Open(std::string_view name) const {
    const std::string path = PathOf(name);
    FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0) return FromErrno(errno, "cannot open " + path);
    struct stat status {};
    if (fstat(file.get(), &status) != 0) return FromErrno(errno, "cannot read " + path);
    if (!S_ISREG(status.st_mode)) return InvalidArgument(path + " is not a regular file");
    return Opened{std::move(file), static_cast<uint64_t>(status.st_size)};
  }

  const std::filesystem::path folder_;
};

struct Place {
  uint64_t offset = 0;
  uint64_t size = 0;
  std::string link;  // the file it stands for
};
using Index = std::map<std::string, Place, std::less<>>;

class Indexer final : public TarVisitor {
 public:
  explicit Indexer(Index& index) : index_(index) {}

  Result<bool> OnEntry(const TarEntry& entry) override {
    NormalisePath(entry.path, path_);
    if (entry.type == TarType::kFile) {
      index_[path_] = {entry.offset, entry.size, ""};
    } else if (entry.type == TarType::kHardLink) {
      NormalisePath(entry.link, target_);
      index_[path_] = {0, 0, target_};
    } else if (entry.type == TarType::kSymlink) {
      const size_t slash = path_.rfind('/');
      const std::string folder = slash == std::string::npos ? "" : path_.substr(0, slash + 1);
      NormalisePath(
          entry.link.starts_with('/') ? std::string(entry.link) : folder + std::string(entry.link),
          target_);
      index_[path_] = {0, 0, target_};
    }
    return false;
  }
  Status OnContent(std::string_view) override { return Ok(); }
  Status OnEnd() override { return Ok(); }

 private:
  Index& index_;
  std::string path_, target_;
};

class TarTree final : public FileTree {
 public:
  TarTree(FileDescriptor file, std::string name, Index index)
      : file_(std::move(file)), name_(std::move(name)), index_(std::move(index)) {}

  std::optional<uint64_t> Size(std::string_view name) const override {
    const Place* place = Find(name);
    return place == nullptr ? std::nullopt : std::optional(place->size);
  }

  Result<std::string> Read(std::string_view name, size_t most) const override {
    const Place* place = Find(name);
    if (place == nullptr) return NotFound("there is no " + Shown(name));
    return ReadRange(file_.get(), place->offset, place->size, most, Shown(name));
  }

  Status Stream(std::string_view name, const CallContext& context,
                const OnData& on_data) const override {
    const Place* place = Find(name);
    if (place == nullptr) return NotFound("there is no " + Shown(name));
    return StreamRange(file_.get(), place->offset, place->size, Shown(name), context, on_data);
  }

 private:
  std::string Shown(std::string_view name) const { return Printable(name) + " in " + name_; }

  const Place* Find(std::string_view name) const {
    std::string path;
    NormalisePath(name, path);
    for (int links = 0; links <= kMostLinks; ++links) {
      const auto it = index_.find(path);
      if (it == index_.end()) return nullptr;
      if (it->second.link.empty()) return &it->second;
      path = it->second.link;
    }
    return nullptr;
  }

  const FileDescriptor file_;
  const std::string name_;
  const Index index_;
};

Result<Index> IndexTar(int fd, uint64_t size, const std::string& name) {
  Index index;
  Indexer indexer(index);
  TarReader reader(indexer, {.entries = kMostIndexed});
  std::array<char, 4096> buffer;
  uint64_t at = 0;
  while (at < size) {
    if (const uint64_t skip = reader.Skippable(); skip > 0) {
      if (skip > size - at) return DataLoss(name + " is truncated");
      RETURN_IF_ERROR(reader.Skip(skip));
      at += skip;
      continue;
    }
    ASSIGN_OR_RETURN(const size_t n, ReadAt(fd, buffer.data(), buffer.size(), at, name));
    if (n == 0) break;
    RETURN_IF_ERROR(reader.Push({buffer.data(), n}));
    at += n;
  }
  RETURN_IF_ERROR(reader.Finish());
  return index;
}

}  // namespace

Result<std::unique_ptr<FileTree>> OpenFolderTree(const std::filesystem::path& folder) {
  return std::unique_ptr<FileTree>(std::make_unique<FolderTree>(folder));
}

Result<std::unique_ptr<FileTree>> OpenTarTree(const std::filesystem::path& file) {
  const std::string name = file.string();
  FileDescriptor descriptor(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (descriptor.get() < 0) return FromErrno(errno, "cannot open " + name);
  struct stat status {};
  if (fstat(descriptor.get(), &status) != 0) return FromErrno(errno, "cannot read " + name);
  if (!S_ISREG(status.st_mode)) {
    return InvalidArgument(name + " is not a regular file; save the image to a file first");
  }
  std::array<char, kMagicBytes> head{};
  ASSIGN_OR_RETURN(const size_t n, ReadAt(descriptor.get(), head.data(), head.size(), 0, name));
  if (DetectCompression({head.data(), n}) != Compression::kNone)
    return InvalidArgument(name + " is compressed; unpack it first (gunzip, unzstd, …)");
  Result<Index> index = IndexTar(descriptor.get(), static_cast<uint64_t>(status.st_size), name);
  if (!index.has_value()) return index.error().Within(name + " is no usable tar file");
  return std::unique_ptr<FileTree>(
      std::make_unique<TarTree>(std::move(descriptor), name, *std::move(index)));
}

}  // namespace narrows::registry
