#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <set>
#include <utility>

#include "base/file_descriptor.h"
#include "inventory/image/directory_walk.h"
#include "inventory/image/image_analyser.h"
#include "inventory/image/package_list.h"
#include "inventory/image/spool.h"
#include "registry/tar_reader.h"

namespace narrows::inventory::image {
namespace {

constexpr size_t kMostFilesOfAFolder = 100'000;
constexpr size_t kPieceBytes = size_t{256} * 1024;

// Fills `buffer` from where the file stands, less at its end.
Result<std::string_view> ReadSome(int fd, std::string& buffer) {
  size_t filled = 0;
  while (filled < buffer.size()) {
    const ssize_t n = read(fd, buffer.data() + filled, buffer.size() - filled);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FromErrno(errno, "cannot be read");
    if (n == 0) break;
    filled += static_cast<size_t>(n);
  }
  return std::string_view(buffer).substr(0, filled);
}

class DirectoryAnalyser {
 public:
  DirectoryAnalyser(int root, const DirectoryOptions& options, model::ImageAnalysis& analysis)
      : root_(root),
        watchlist_(options.extractors),
        list_(watchlist_, analysis),
        content_(spool_),
        buffer_(kPieceBytes, '\0') {
    for (const std::string& skipped : options.skip_dirs) {
      std::string path;
      registry::NormalisePath(skipped, path);
      if (!path.empty()) skipped_.push_back(path + "/");
    }
  }

  Status Run(const CallContext& context) {
    for (const Watchlist::Place& place : watchlist_.well_known()) {
      RETURN_IF_ERROR(context.Check());
      if (place.folder) {
        RETURN_IF_ERROR(ReadFolder(place, context));
      } else {
        RETURN_IF_ERROR(ReadOne({place.extractor, place.as}));
      }
    }
    RETURN_IF_ERROR(ReadLoose(context));
    std::move(list_).Finish();
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
  Status ReadOne(const Watchlist::Target& target) {
    if (IsSkipped(target.as)) return Ok();
    const FileDescriptor file = OpenInRoot(root_, target.as, 0);
    if (file.get() < 0) {
      const Result<bool> absent = IsAbsent(errno, target.as);
      if (absent.has_value()) return Ok();
      if (absent.error().code == ErrorCode::kUnimplemented) return absent.error();
      list_.Add(Unreadable(target, absent.error()), target.as);
      return Ok();
    }
    struct stat status {};
    if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return Ok();
    if (!seen_.emplace(status.st_dev, status.st_ino).second) return Ok();
    ReadBy({target}, file.get(), static_cast<uint64_t>(status.st_size));
    return Ok();
  }

  // Reads an open file for each of the targets.
  void ReadBy(const std::vector<Watchlist::Target>& targets, int file, uint64_t size) {
    std::vector<Watchlist::Target> fitting;
    for (const Watchlist::Target& target : targets) {
      if (size > MostBytesOf(watchlist_, target)) {
        list_.Add(TooLarge(watchlist_, target), target.as);
      } else {
        fitting.push_back(target);
      }
    }
    if (fitting.empty()) return;
    const Result<std::string_view> content = Content(file, size);
    for (const Watchlist::Target& target : fitting) {
      list_.Add(content.has_value() ? AnalyseFile(watchlist_, target, *content)
                                    : Unreadable(target, content.error()),
                target.as);
    }
    content_.Clear();
  }

  // Of a file that may be written to meanwhile: what is mapped is a copy.
  Result<std::string_view> Content(int file, uint64_t size) {
    if (lseek(file, 0, SEEK_SET) != 0) return FromErrno(errno, "cannot be read");
    RETURN_IF_ERROR(content_.Start(size));
    while (true) {
      ASSIGN_OR_RETURN(const std::string_view piece, ReadSome(file, buffer_));
      if (piece.empty()) return content_.View();
      RETURN_IF_ERROR(content_.Append(piece));
    }
  }

  // All files that extractors without places claim.
  Status ReadLoose(const CallContext& context) {
    const WalkVisitor visitor{[this](const std::string& path) { return !IsSkipped(path + "/"); },
                              [this](const std::string& path, int folder, const char* name) {
                                return OnFile(path, folder, name);
                              },
                              [this](std::string why) { list_.AddFault(std::move(why)); }};
    return WalkDirectory(root_, visitor, context);
  }

  Status OnFile(const std::string& path, int folder, const char* name) {
    std::vector<int> extractors;
    watchlist_.ClaimedBy(path, extractors);
    if (extractors.empty() && !watchlist_.ClaimsExecutables()) return Ok();
    const FileDescriptor file(
        openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (file.get() < 0) {
      if (errno != ENOENT) AddUnopened(path, extractors, errno);
      return Ok();
    }
    struct stat status {};
    if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return Ok();
    if (extractors.empty()) {
      std::string head(Watchlist::kHeadBytes, '\0');
      const Result<std::string_view> begin = ReadSome(file.get(), head);
      if (begin.has_value()) watchlist_.ClaimedAsExecutable(*begin, extractors);
    }
    if (extractors.empty()) return Ok();
    if (status.st_nlink > 1 && !seen_.emplace(status.st_dev, status.st_ino).second) return Ok();
    std::vector<Watchlist::Target> targets;
    for (const int extractor : extractors) targets.push_back({extractor, path});
    ReadBy(targets, file.get(), static_cast<uint64_t>(status.st_size));
    return Ok();
  }

  // What nobody claims by its path might be an executable; that is not worth a word.
  void AddUnopened(const std::string& path, const std::vector<int>& extractors, int error) {
    for (const int extractor : extractors)
      list_.Add(Unreadable({extractor, path}, FromErrno(error, "cannot be opened")), path);
  }

  Status ReadFolder(const Watchlist::Place& place, const CallContext& context) {
    FileDescriptor folder = OpenInRoot(root_, place.path, O_DIRECTORY);
    if (folder.get() < 0) {
      const Result<bool> absent = IsAbsent(errno, place.path);
      if (absent.has_value()) return Ok();
      if (absent.error().code == ErrorCode::kUnimplemented) return absent.error();
      list_.Add(Unreadable({place.extractor, place.as}, absent.error()), place.as);
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
        list_.AddFault("/" + place.path + " has more than " + std::to_string(kMostFilesOfAFolder) +
                       " files");
        break;
      }
      names.push_back(as);
    }
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      RETURN_IF_ERROR(context.Check());
      RETURN_IF_ERROR(ReadOne({place.extractor, name}));
    }
    return Ok();
  }

  const int root_;
  const Watchlist watchlist_;
  PackageList list_;
  DiskSpool spool_;
  SpooledContent content_;
  std::string buffer_;
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
  DirectoryAnalyser analyser(folder.get(), options, analysis);
  RETURN_IF_ERROR(analyser.Run(context));
  return analysis;
}

}  // namespace narrows::inventory::image
