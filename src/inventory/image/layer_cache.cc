#include "inventory/image/layer_cache.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <list>
#include <mutex>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/sha256.h"

namespace narrows::inventory::image {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostFileBytes = 64u << 20;
constexpr size_t kChecksumBytes = 64;  // SHA-256 in hexadecimal, before the analysis
constexpr std::string_view kSuffix = ".layer";

// All parts are digests or hexadecimal, but a name must be safe whatever they are.
std::string NameFor(const LayerKey& key) {
  return Sha256Hex(key.diff_id + "\n" + key.digest + "\n" + key.fingerprint) + std::string(kSuffix);
}

class MemoryLayerCache final : public LayerCache {
 public:
  explicit MemoryLayerCache(uint64_t most_bytes) : most_bytes_(most_bytes) {}

  std::optional<std::string> Get(const LayerKey& key) override {
    const std::lock_guard lock(mutex_);
    const auto it = by_name_.find(NameFor(key));
    if (it == by_name_.end()) return std::nullopt;
    order_.splice(order_.begin(), order_, it->second);
    return it->second->second;
  }

  Status Put(const LayerKey& key, std::string_view analysis) override {
    if (analysis.size() > most_bytes_)
      return ResourceExhausted("the analysis is too large to be kept");
    const std::lock_guard lock(mutex_);
    const std::string name = NameFor(key);
    if (const auto it = by_name_.find(name); it != by_name_.end()) Forget(it->second);
    order_.emplace_front(name, analysis);
    by_name_[name] = order_.begin();
    bytes_ += analysis.size();
    while (bytes_ > most_bytes_) Forget(std::prev(order_.end()));
    return Ok();
  }

 private:
  using Order = std::list<std::pair<std::string, std::string>>;  // most recently used first

  void Forget(Order::iterator it) {
    bytes_ -= it->second.size();
    by_name_.erase(it->first);
    order_.erase(it);
  }

  const uint64_t most_bytes_;
  std::mutex mutex_;
  Order order_;
  std::unordered_map<std::string, Order::iterator> by_name_;
  uint64_t bytes_ = 0;
};

class FileLayerCache final : public LayerCache {
 public:
  FileLayerCache(fs::path folder, uint64_t most_bytes)
      : folder_(std::move(folder)), most_bytes_(most_bytes) {}

  std::optional<std::string> Get(const LayerKey& key) override {
    const fs::path path = folder_ / NameFor(key);
    Result<std::string> content = ReadFile(path, kMostFileBytes);
    if (!content.has_value()) return std::nullopt;
    const std::string_view whole = *content;
    if (whole.size() < kChecksumBytes ||
        Sha256Hex(whole.substr(kChecksumBytes)) != whole.substr(0, kChecksumBytes))
      return std::nullopt;
    utimensat(AT_FDCWD, path.c_str(), nullptr, 0);  // the time of the last use
    content->erase(0, kChecksumBytes);
    return *std::move(content);
  }

  Status Put(const LayerKey& key, std::string_view analysis) override {
    if (analysis.size() > kMostFileBytes - kChecksumBytes || analysis.size() > most_bytes_)
      return ResourceExhausted("the analysis is too large to be kept");
    std::error_code error;
    fs::create_directories(folder_, error);
    if (error) return FromErrno(error.value(), "cannot make " + folder_.string());
    std::string content = Sha256Hex(analysis);
    content += analysis;
    RETURN_IF_ERROR(WriteFileAtomically(folder_ / NameFor(key), content, 0600));
    const std::lock_guard lock(mutex_);
    bytes_ += content.size();
    if (!known_ || bytes_ > most_bytes_) Trim();
    return Ok();
  }

 private:
  struct Kept {
    fs::file_time_type used;
    uint64_t size;
    fs::path path;
  };

  // Looks at what is there, which other processes change too, and removes the least recently used
  // down to nine tenths of the limit, so that not each Put must look.
  void Trim() {
    known_ = true;
    bytes_ = 0;
    std::vector<Kept> all;
    std::error_code error;
    for (fs::directory_iterator it(folder_, error), end; !error && it != end; it.increment(error)) {
      std::error_code gone_time, gone_size;
      const Kept kept{it->last_write_time(gone_time), it->file_size(gone_size), it->path()};
      if (gone_time || gone_size) continue;
      bytes_ += kept.size;
      all.push_back(kept);
    }
    if (bytes_ <= most_bytes_) return;
    std::sort(all.begin(), all.end(), [](const Kept& a, const Kept& b) { return a.used < b.used; });
    for (const Kept& kept : all) {
      if (bytes_ <= most_bytes_ / 10 * 9) break;
      fs::remove(kept.path, error);
      bytes_ -= kept.size;
    }
  }

  const fs::path folder_;
  const uint64_t most_bytes_;
  std::mutex mutex_;
  bool known_ = false;
  uint64_t bytes_ = 0;
};

}  // namespace

std::unique_ptr<LayerCache> MakeMemoryLayerCache(uint64_t most_bytes) {
  return std::make_unique<MemoryLayerCache>(most_bytes);
}

std::unique_ptr<LayerCache> MakeFileLayerCache(fs::path folder, uint64_t most_bytes) {
  return std::make_unique<FileLayerCache>(std::move(folder), most_bytes);
}

}  // namespace narrows::inventory::image
