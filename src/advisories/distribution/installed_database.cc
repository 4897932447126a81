#include "advisories/distribution/installed_database.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "base/sha256.h"

namespace narrows::advisories::distribution {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::string_view kPart = "part-";
constexpr size_t kMostKnown = 2;
constexpr size_t kMostKnownBytes = 64 << 10;

fs::path Beside(const fs::path& database, std::string_view suffix) {
  fs::path path = database;
  path += ".";
  path += suffix;
  return path;
}

// A second name for a file, in place of whatever has the name.
Status LinkOver(const fs::path& from, const fs::path& to) {
  const fs::path room = Beside(to, "new");
  (void)unlink(room.c_str());
  if (link(from.c_str(), room.c_str()) != 0) {
    // Some volumes have no hard links.
    std::error_code error;
    fs::copy_file(from, room, fs::copy_options::overwrite_existing, error);
    if (error) return FromErrno(error.value(), "cannot keep " + from.string());
  }
  if (rename(room.c_str(), to.c_str()) != 0)
    return FromErrno(errno, "cannot replace " + to.string());
  return Ok();
}

}  // namespace

Result<std::string> DigestOfFile(const fs::path& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return FromErrno(errno, "cannot open " + path.string());
  Sha256 hash;
  std::string buffer(256 << 10, '\0');
  while (true) {
    const ssize_t got = read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FromErrno(errno, "cannot read " + path.string());
    if (got == 0) return "sha256:" + hash.FinishHex();
    hash.Update({buffer.data(), static_cast<size_t>(got)});
  }
}

Status SyncFolder(const fs::path& folder) {
  const FileDescriptor fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || fsync(fd.get()) != 0)
    return FromErrno(errno, "cannot sync " + folder.string());
  return Ok();
}

Result<InstalledDatabase> InstalledDatabase::Lock(const fs::path& database) {
  std::error_code error;
  const fs::path path = fs::absolute(database, error);
  fs::create_directories(path.parent_path(), error);
  const fs::path lock_path = Beside(path, "lock");
  FileDescriptor lock(open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (lock.get() < 0) return FromErrno(errno, "cannot open " + lock_path.string());
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return Unavailable("another process is replacing " + path.string() + "; try again later");
  InstalledDatabase installed(path, std::move(lock));
  if (fs::exists(path, error)) {
    ASSIGN_OR_RETURN(installed.digest_, DigestOfFile(path));
  }
  RETURN_IF_ERROR(installed.ReadKnown());
  return installed;
}

// What is written there is for orders of releases only, so what cannot be read counts as nothing.
Status InstalledDatabase::ReadKnown() {
  const auto text = ReadFile(Beside(database_, "releases"), kMostKnownBytes);
  if (!text.has_value()) {
    if (text.error().code == ErrorCode::kNotFound) return Ok();
    return text.error();
  }
  const auto document = ParseJson(*text);
  if (!document.has_value() || !document->is_object()) return Ok();
  const json::array* list = JsonArray(document->get_object(), "releases");
  for (size_t i = 0; list != nullptr && i < list->size(); ++i) {
    if (!(*list)[i].is_object()) continue;
    const json::object& entry = (*list)[i].get_object();
    const auto published = ParseRfc3339(JsonString(entry, "published"));
    if (published.has_value()) known_.push_back({JsonString(entry, "digest"), *published});
  }
  return Ok();
}

std::optional<TimePoint> InstalledDatabase::published() const {
  if (!digest_.has_value()) return std::nullopt;
  for (const Known& known : known_) {
    if (known.digest == *digest_) return known.published;
  }
  return std::nullopt;
}

fs::path InstalledDatabase::Staged() const { return Beside(database_, "staged"); }

fs::path InstalledDatabase::Part(std::string_view digest) const {
  return Beside(database_, std::string(kPart) + std::string(digest.substr(7, 16)));
}

Status InstalledDatabase::KeepPresent() const {
  return digest_.has_value() ? LinkOver(database_, Beside(database_, "previous")) : Ok();
}

Status InstalledDatabase::Install(const fs::path& staged, const Release& release) {
  RETURN_IF_ERROR(KeepPresent());
  std::erase_if(known_, [&](const Known& one) { return one.digest == release.database.digest; });
  known_.insert(known_.begin(), {release.database.digest, release.published});
  if (known_.size() > kMostKnown) known_.resize(kMostKnown);
  json::array list;
  for (const Known& one : known_)
    list.push_back(
        json::object{{"digest", one.digest}, {"published", FormatRfc3339(one.published)}});
  RETURN_IF_ERROR(
      WriteFileAtomically(Beside(database_, "releases"),
                          json::serialize(json::object{{"releases", std::move(list)}}) + "\n"));
  if (rename(staged.c_str(), database_.c_str()) != 0)
    return FromErrno(errno, "cannot replace " + database_.string());
  digest_ = release.database.digest;
  RemoveParts();
  return SyncFolder(database_.parent_path());
}

// What interrupted fetches of other releases have left.
void InstalledDatabase::RemoveParts() const {
  const std::string beginning = database_.filename().string() + "." + std::string(kPart);
  std::vector<fs::path> parts;
  std::error_code error;
  for (fs::directory_iterator it(database_.parent_path(), error), end; !error && it != end;
       it.increment(error)) {
    if (it->path().filename().string().starts_with(beginning)) parts.push_back(it->path());
  }
  for (const fs::path& path : parts) fs::remove(path, error);
}

Status InstalledDatabase::Rollback() {
  const fs::path previous = Beside(database_, "previous");
  std::error_code error;
  if (!fs::exists(previous, error))
    return NotFound("there is no database before " + database_.string() +
                    "; `narrows db update` keeps one");
  const fs::path aside = Beside(database_, "aside");
  if (digest_.has_value()) RETURN_IF_ERROR(LinkOver(database_, aside));
  if (rename(previous.c_str(), database_.c_str()) != 0)
    return FromErrno(errno, "cannot replace " + database_.string());
  if (digest_.has_value() && rename(aside.c_str(), previous.c_str()) != 0)
    return FromErrno(errno, "cannot keep " + previous.string());
  ASSIGN_OR_RETURN(digest_, DigestOfFile(database_));
  return SyncFolder(database_.parent_path());
}

}  // namespace narrows::advisories::distribution
