#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <set>
#include <utility>

#include "base/file_descriptor.h"
#include "inventory/image/image_analyser.h"
#include "inventory/image/package_list.h"
#include "registry/tar_reader.h"

namespace narrows::inventory::image {
namespace {

constexpr size_t kMostFilesOfAFolder = 100'000;

// Opens `path` as a process would whose root is `root`: the kernel itself keeps every link within.
// A descriptor below 0, with errno, when it cannot.
FileDescriptor OpenInRoot(int root, const std::string& path, uint64_t flags) {
  open_how how{};
  how.flags = flags | O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  long fd = -1;
  do {
    fd = syscall(SYS_openat2, root, path.c_str(), &how, sizeof how);
  } while (fd < 0 && (errno == EINTR || errno == EAGAIN));
  return FileDescriptor(static_cast<int>(fd));
}

// At most one byte more than `most`, so that the reader sees that there is more.
Result<std::string> ReadAll(int fd, size_t most) {
  std::string content;
  std::string buffer(size_t{64} * 1024, '\0');
  while (content.size() <= most) {
    const ssize_t n = read(fd, buffer.data(), std::min(buffer.size(), most + 1 - content.size()));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FromErrno(errno, "cannot be read");
    if (n == 0) break;
    content.append(buffer, 0, static_cast<size_t>(n));
  }
  return content;
}

class DirectoryAnalyser {
 public:
  DirectoryAnalyser(int root, const DirectoryOptions& options)
      : root_(root), watchlist_(options.extractors), list_(watchlist_) {
    for (const std::string& skipped : options.skip_dirs) {
      std::string path;
      registry::NormalisePath(skipped, path);
      if (!path.empty()) skipped_.push_back(path + "/");
    }
  }

  Status Run(model::ImageAnalysis& analysis, const CallContext& context) {
    for (const Watchlist::Place& place : watchlist_.well_known()) {
      RETURN_IF_ERROR(context.Check());
      if (place.folder) {
        RETURN_IF_ERROR(ReadFolder(place, analysis, context));
      } else {
        RETURN_IF_ERROR(ReadOne({place.extractor, place.as}, analysis));
      }
    }
    std::move(list_).Finish(analysis);
    return Ok();
  }

 private:
  bool IsSkipped(const std::string& path) const {
    return std::any_of(skipped_.begin(), skipped_.end(),
                       [&](const std::string& folder) { return path.starts_with(folder); });
  }

  // True when a failed open only says that nothing is there.
  static Result<bool> IsAbsent(int error, const std::string& path) {
    if (error == ENOSYS)
      return Unimplemented("following links safely needs openat2, which Linux has since 5.6");
    if (error == ENOENT || error == ENOTDIR || error == ELOOP || error == ENXIO) return true;
    return FromErrno(error, "cannot open /" + path + " below the root");
  }

  // A file that may not be read is a hole in the analysis, not its end.
  Status ReadOne(const Watchlist::Target& target, model::ImageAnalysis& analysis) {
    if (IsSkipped(target.as)) return Ok();
    const FileDescriptor file = OpenInRoot(root_, target.as, 0);
    if (file.get() < 0) {
      const Result<bool> absent = IsAbsent(errno, target.as);
      if (absent.has_value()) return Ok();
      if (absent.error().code == ErrorCode::kUnimplemented) return absent.error();
      AddUnreadable(target, absent.error(), analysis);
      return Ok();
    }
    struct stat status {};
    if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return Ok();
    if (!seen_.emplace(status.st_dev, status.st_ino).second) return Ok();
    const Result<std::string> content = ReadAll(file.get(), MostBytesOf(watchlist_, target));
    if (content.has_value()) {
      list_.Add(AnalyseFile(watchlist_, target, *content), target.as, analysis);
    } else {
      AddUnreadable(target, content.error().Within("/" + target.as), analysis);
    }
    return Ok();
  }

  void AddUnreadable(const Watchlist::Target& target, const Error& error,
                     model::ImageAnalysis& analysis) {
    list_.Add({.extractor = target.extractor,
               .as = target.as,
               .failed = true,
               .statuses = {error.message}},
              target.as, analysis);
  }

  Status ReadFolder(const Watchlist::Place& place, model::ImageAnalysis& analysis,
                    const CallContext& context) {
    FileDescriptor folder = OpenInRoot(root_, place.path, O_DIRECTORY);
    if (folder.get() < 0) {
      const Result<bool> absent = IsAbsent(errno, place.path);
      if (absent.has_value()) return Ok();
      if (absent.error().code == ErrorCode::kUnimplemented) return absent.error();
      AddUnreadable({place.extractor, place.as}, absent.error(), analysis);
      return Ok();
    }
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(fdopendir(folder.get()), closedir);
    if (!stream) return FromErrno(errno, "cannot list /" + place.path);
    folder.Release();  // the stream's now
    std::vector<std::string> names;
    while (const dirent* entry = readdir(stream.get())) {
      const std::string as = place.as + "/" + entry->d_name;
      if (!watchlist_.extractor(place.extractor)->Claims(as)) continue;
      if (names.size() == kMostFilesOfAFolder) {
        MarkIncomplete(analysis, "/" + place.path + " has more than " +
                                     std::to_string(kMostFilesOfAFolder) + " files");
        break;
      }
      names.push_back(as);
    }
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      RETURN_IF_ERROR(context.Check());
      RETURN_IF_ERROR(ReadOne({place.extractor, name}, analysis));
    }
    return Ok();
  }

  const int root_;
  const Watchlist watchlist_;
  PackageList list_;
  std::vector<std::string> skipped_;
  std::set<std::pair<dev_t, ino_t>> seen_;  // one file at two places is read once
};

}  // namespace

Result<model::ImageAnalysis> AnalyseDirectory(const std::filesystem::path& root,
                                              const DirectoryOptions& options,
                                              const CallContext& context) {
  const FileDescriptor folder(open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0) return FromErrno(errno, "cannot open the folder " + root.string());
  model::ImageAnalysis analysis{.reference = root.string()};
  DirectoryAnalyser analyser(folder.get(), options);
  RETURN_IF_ERROR(analyser.Run(analysis, context));
  return analysis;
}

}  // namespace narrows::inventory::image
