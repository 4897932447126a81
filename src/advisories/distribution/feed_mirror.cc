#include "advisories/distribution/feed_mirror.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <cerrno>
#include <set>
#include <utility>
#include <vector>

#include "advisories/distribution/http_transfer.h"
#include "base/file.h"
#include "base/file_descriptor.h"
#include "base/json.h"
#include "base/strings.h"

namespace narrows::advisories::distribution {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr uint64_t kMostFileBytes = uint64_t{8} << 30;
constexpr size_t kMostListBytes = 64 << 10;
constexpr size_t kMostEcosystems = 1000;
constexpr size_t kMostValidatorBytes = 16 << 10;
constexpr int kAttempts = 3;
constexpr std::chrono::milliseconds kDelay{500};

// What tells a server which version of a file we have (RFC 9110 §8.8).
struct Validators {
  std::string url;
  std::string etag;
  std::string last_modified;
};

fs::path Beside(const fs::path& path, std::string_view suffix) {
  fs::path other = path;
  other += suffix;
  return other;
}

// Nothing where the file itself is not there, or is of another URL.
Validators ReadValidators(const fs::path& path, std::string_view url) {
  std::error_code error;
  const auto text = ReadFile(Beside(path, ".validators"), kMostValidatorBytes);
  if (!text.has_value() || !fs::is_regular_file(path, error)) return {};
  const auto document = ParseJson(*text);
  if (!document.has_value() || !document->is_object()) return {};
  const json::object& root = document->get_object();
  if (JsonString(root, "url") != url) return {};
  return {std::string(url), JsonString(root, "etag"), JsonString(root, "lastModified")};
}

std::string WriteValidators(const Validators& validators) {
  return json::serialize(json::object{{"url", validators.url},
                                      {"etag", validators.etag},
                                      {"lastModified", validators.last_modified}}) +
         "\n";
}

// A body on its way to a file beside the one it will replace.
class Incoming {
 public:
  explicit Incoming(const fs::path& path) : path_(path) {}

  Status Open() {
    file_ = FileDescriptor(
        open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (file_.get() < 0) return FromErrno(errno, "cannot write " + path_.string());
    return Ok();
  }

  Status Write(std::string_view piece) {
    if (piece.size() > left_)
      return ResourceExhausted("the file is larger than " + std::to_string(kMostFileBytes) +
                               " bytes");
    left_ -= piece.size();
    while (!piece.empty()) {
      const ssize_t written = write(file_.get(), piece.data(), piece.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return FromErrno(errno, "cannot write " + path_.string());
      piece.remove_prefix(static_cast<size_t>(written));
    }
    return Ok();
  }

  Status MoveTo(const fs::path& path) {
    if (fsync(file_.get()) != 0 || rename(path_.c_str(), path.c_str()) != 0)
      return FromErrno(errno, "cannot write " + path.string());
    return Ok();
  }

 private:
  const fs::path path_;
  FileDescriptor file_;
  uint64_t left_ = kMostFileBytes;
};

// True when the file was fetched, false when it has not changed.
Result<bool> CopyOnce(http::HttpClient& client, const http::Url& url, const fs::path& path,
                      const CallContext& context) {
  const std::string name = url.ToString();
  const Validators before = ReadValidators(path, name);
  std::vector<http::Header> headers;
  if (!before.etag.empty()) headers.push_back({"If-None-Match", before.etag});
  if (before.etag.empty() && !before.last_modified.empty())
    headers.push_back({"If-Modified-Since", before.last_modified});
  Validators now{.url = name};
  bool unchanged = false;
  Incoming incoming(Beside(path, ".part"));
  const auto on_response = [&](const http::HttpResponse& head) -> Status {
    unchanged = head.status == 304 && !headers.empty();
    if (unchanged) return Ok();
    if (head.status != 200) return ErrorOfStatus(head.status);
    now.etag = head.HeaderValue("ETag");
    now.last_modified = head.HeaderValue("Last-Modified");
    return incoming.Open();
  };
  RETURN_IF_ERROR(Get(client, url, headers, context, on_response, [&](std::string_view piece) {
    return unchanged ? Ok() : incoming.Write(piece);
  }));
  if (unchanged) return false;
  // The old validators first: what they say must never be about another file.
  std::error_code error;
  fs::remove(Beside(path, ".validators"), error);
  RETURN_IF_ERROR(incoming.MoveTo(path));
  RETURN_IF_ERROR(WriteFileAtomically(Beside(path, ".validators"), WriteValidators(now)));
  return true;
}

// The lines of ecosystems.txt that become the names of folders.
Result<std::vector<std::string>> ReadEcosystems(const fs::path& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMostListBytes));
  std::vector<std::string> names;
  for (const std::string_view line : Split(text, '\n')) {
    const std::string name(Trim(line));
    if (name.empty() || name.find(':') != std::string::npos) continue;
    const bool is_plain = name.find('/') == std::string::npos && name.front() != '.' &&
                          name.size() <= 100 && Printable(name, 100) == name;
    if (!is_plain)
      return InvalidArgument("ecosystems.txt names \"" + Printable(name, 80) +
                             "\", which cannot be the name of a folder");
    names.push_back(name);
  }
  if (names.empty() || names.size() > kMostEcosystems)
    return InvalidArgument("ecosystems.txt names " + std::to_string(names.size()) +
                           " ecosystems; give the root of OSV's export");
  return names;
}

void RemoveOthers(const fs::path& folder, const std::vector<std::string>& names) {
  const std::set<std::string> wanted(names.begin(), names.end());
  std::vector<fs::path> others;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->is_directory(error) && wanted.count(it->path().filename().string()) == 0)
      others.push_back(it->path() / "all.zip");
  }
  for (const fs::path& path : others) fs::remove(path, error);
}

}  // namespace

Result<FeedMirror> FeedMirror::Make(http::HttpClientOptions options) {
  ASSIGN_OR_RETURN(auto client, http::MakeHttpClient(std::move(options)));
  return FeedMirror(std::move(client));
}

Status FeedMirror::CopyFile(std::string_view url, const fs::path& path, const CallContext& context,
                            MirrorStats& stats) {
  ASSIGN_OR_RETURN(const http::Url parsed, http::Url::Parse(url));
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  for (int attempt = 1;; ++attempt) {
    const auto fetched = CopyOnce(*client_, parsed, path, context);
    if (fetched.has_value()) {
      ++stats.files;
      stats.fetched += *fetched ? 1 : 0;
      return Ok();
    }
    if (fetched.error().code != ErrorCode::kUnavailable || attempt == kAttempts)
      return fetched.error();
    RETURN_IF_ERROR(context.SleepFor(kDelay * attempt));
  }
}

Status FeedMirror::CopyOsv(std::string_view url, const fs::path& folder, const CallContext& context,
                           const std::function<void(const std::string& ecosystem)>& progress,
                           MirrorStats& stats) {
  std::string root(url);
  if (!root.ends_with('/')) root += '/';
  const fs::path list = folder / "ecosystems.txt";
  MirrorStats not_counted;
  RETURN_IF_ERROR(CopyFile(root + "ecosystems.txt", list, context, not_counted));
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ReadEcosystems(list));
  for (const std::string& name : names) {
    if (progress) progress(name);
    RETURN_IF_ERROR(CopyFile(root + PercentEncode(name) + "/all.zip", folder / name / "all.zip",
                             context, stats));
  }
  RemoveOthers(folder, names);
  return Ok();
}

}  // namespace narrows::advisories::distribution
