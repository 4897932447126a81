#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "base/file_descriptor.h"
namespace narrows {
namespace {

Status WriteAll(int fd, std::string_view content, const std::string& name) {
  while (!content.empty()) {
    const ssize_t n = write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FromErrno(errno, "cannot write " + name);
    content.remove_prefix(static_cast<size_t>(n));
  }
  return Ok();
}

}  // namespace

Result<std::string> ReadFile(const std::filesystem::path& path, size_t most) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return FromErrno(errno, "cannot open " + path.string());
  std::string content;
  std::array<char, 65536> buffer;
  while (true) {
    const ssize_t n = read(file.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FromErrno(errno, "cannot read " + path.string());
    if (n == 0) return content;
    if (content.size() + static_cast<size_t>(n) > most) {
      return ResourceExhausted(path.string() + " is larger than the limit of " +
                               std::to_string(most) + " bytes");
    }
    content.append(buffer.data(), static_cast<size_t>(n));
  }
}

Status WriteFileAtomically(const std::filesystem::path& path, std::string_view content,
                           unsigned mode) {
  std::string temporary = path.string() + ".XXXXXX";
  const FileDescriptor file(mkostemp(temporary.data(), O_CLOEXEC));
  if (file.get() < 0) return FromErrno(errno, "cannot create a file beside " + path.string());
  const auto fail = [&](Error error) -> Status {
    unlink(temporary.c_str());
    return error;
  };
  const mode_t mask = umask(0);
  umask(mask);
  if (Status written = WriteAll(file.get(), content, path.string()); !written.has_value())
    return fail(written.error());
  if (fchmod(file.get(), static_cast<mode_t>(mode) & ~mask) != 0 || fsync(file.get()) != 0 ||
      rename(temporary.c_str(), path.c_str()) != 0)
    return fail(FromErrno(errno, "cannot write " + path.string()));
  return Ok();
}

Result<ScopedTempDir> ScopedTempDir::Create() {
  std::error_code error;
  const std::filesystem::path base = std::filesystem::temp_directory_path(error);
  if (error) return FromErrno(error.value(), "no temporary folder");
  std::string name = (base / "narrows-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    return FromErrno(errno, "cannot create a folder in " + base.string());
  return ScopedTempDir(name);
}

ScopedTempDir::~ScopedTempDir() {
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

ScopedTempDir::ScopedTempDir(ScopedTempDir&& other) noexcept : path_(std::move(other.path_)) {
  other.path_.clear();
}

Result<std::filesystem::path> UserCacheDir() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache)
    return std::filesystem::path(cache) / "narrows";
  if (const char* home = std::getenv("HOME"); home && *home)
    return std::filesystem::path(home) / ".cache" / "narrows";
  return FailedPrecondition("no folder for the cache: set XDG_CACHE_HOME or HOME");
}

}  // namespace narrows
