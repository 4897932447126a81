#include "registry/layer_reader.h"

#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/sha256.h"
#include "registry/inflater.h"

namespace narrows::registry {
namespace {

constexpr size_t kBufferBytes = size_t{256} * 1024;
constexpr size_t kBuffers = 4;

// What happens to the unpacked bytes.
class Unpacked {
 public:
  Unpacked(TarVisitor& visitor, const TarLimits& limits, Verify verify)
      : verify_(verify), tar_(visitor, limits) {}

  void Take(std::string_view bytes) {
    if (verify_ == Verify::kYes) hash_.Update(bytes);
    size_ += bytes.size();
    if (fault_) return;
    if (Status status = tar_.Push(bytes); !status.has_value()) fault_ = std::move(status).error();
  }

  std::string Finish() {
    if (!fault_) {
      if (Status status = tar_.Finish(); !status.has_value()) fault_ = std::move(status).error();
    }
    return "sha256:" + hash_.FinishHex();
  }

  uint64_t size() const { return size_; }
  uint64_t entries() const { return tar_.entries(); }
  const std::optional<Error>& fault() const { return fault_; }

 private:
  const Verify verify_;
  Sha256 hash_;
  TarReader tar_;
  uint64_t size_ = 0;
  std::optional<Error> fault_;
};

// A few buffers that one thread fills and another empties, in order. The thread that empties them
// is started with the second buffer, so that a small layer costs none.
class Pipeline {
 public:
  explicit Pipeline(Unpacked& unpacked) : unpacked_(unpacked) {}
  ~Pipeline() { Drain(); }
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // The buffer to fill; waits until one is free.
  std::span<char> Room() {
    Buffer& buffer = buffers_[filled_ % kBuffers];
    if (worker_.joinable()) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return filled_ - emptied_ < kBuffers; });
    }
    if (!buffer.bytes) buffer.bytes = std::make_unique<char[]>(kBufferBytes);
    return {buffer.bytes.get() + buffer.size, kBufferBytes - buffer.size};
  }

  // So much of Room() has been filled.
  void Filled(size_t size) {
    Buffer& buffer = buffers_[filled_ % kBuffers];
    buffer.size += size;
    if (buffer.size < kBufferBytes) return;
    {
      const std::lock_guard lock(mutex_);
      ++filled_;
    }
    changed_.notify_all();
    if (!worker_.joinable()) worker_ = std::thread([this] { Work(); });
  }

  // Lets the rest through and waits for it.
  void Drain() {
    if (worker_.joinable()) {
      {
        const std::lock_guard lock(mutex_);
        done_ = true;
      }
      changed_.notify_all();
      worker_.join();
    }
    Buffer& last = buffers_[filled_ % kBuffers];
    unpacked_.Take({last.bytes.get(), std::exchange(last.size, 0)});
  }

 private:
  struct Buffer {
    std::unique_ptr<char[]> bytes;
    size_t size = 0;
  };

  void Work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return done_ || emptied_ < filled_; });
      if (emptied_ == filled_) return;
      Buffer& buffer = buffers_[emptied_ % kBuffers];
      lock.unlock();
      unpacked_.Take({buffer.bytes.get(), buffer.size});
      buffer.size = 0;
      lock.lock();
      ++emptied_;
      changed_.notify_all();
    }
  }

  Unpacked& unpacked_;
  std::array<Buffer, kBuffers> buffers_;
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t filled_ = 0, emptied_ = 0;
  bool done_ = false;
  std::thread worker_;
};

std::string Named(const model::Layer& layer) { return "layer " + layer.diff_id; }

class LayerStream {
 public:
  LayerStream(const model::Layer& layer, TarVisitor& visitor, const LayerLimits& limits,
              Verify verify)
      : layer_(layer),
        limits_(limits),
        verify_(verify),
        unpacked_(visitor, limits.tar, verify),
        pipeline_(unpacked_) {}

  Status OnStored(std::string_view piece) {
    stored_ += piece.size();
    if (detected_) return OnDetected(piece);
    head_ += piece;
    return head_.size() < kMagicBytes ? Ok() : Detect();
  }

  Result<LayerReading> Finish() {
    if (!detected_ && !over_limit_) RETURN_IF_ERROR(Detect());
    pipeline_.Drain();
    LayerReading reading{stored_, unpacked_.size(), unpacked_.entries(), unpacked_.fault()};
    if (over_limit_) {
      reading.fault = ResourceExhausted("unpacked it is larger than the limit of " +
                                        std::to_string(limits_.unpacked_bytes) + " bytes");
      return reading;
    }
    if (hash_stored_)
      RETURN_IF_ERROR(
          CompareDigest(layer_, "digest", layer_.digest, "sha256:" + stored_hash_.FinishHex()));
    if (inflater_ && !damage_) {
      if (Status whole = inflater_->Finish(); !whole.has_value()) damage_ = whole.error();
    }
    if (damage_ && damage_->code == ErrorCode::kResourceExhausted) {
      reading.fault = damage_;
      return reading;
    }
    if (damage_) return damage_->Within(Named(layer_));
    const std::string diff_id = unpacked_.Finish();
    if (verify_ == Verify::kYes)
      RETURN_IF_ERROR(CompareDigest(layer_, "diffID", layer_.diff_id, diff_id));
    reading.fault = unpacked_.fault();
    return reading;
  }

  bool over_limit() const { return over_limit_; }

 private:
  Status Detect() {
    detected_ = true;
    const Compression compression =
        DetectCompression(std::string_view(head_).substr(0, kMagicBytes));
    // Stored as it is, one digest is the other.
    hash_stored_ = verify_ == Verify::kYes && !layer_.digest.empty() &&
                   (compression != Compression::kNone || layer_.digest != layer_.diff_id);
    if (compression != Compression::kNone) {
      ASSIGN_OR_RETURN_WITHIN(inflater_, MakeInflater(compression), Named(layer_));
    }
    return OnDetected(head_);
  }

  Status OnDetected(std::string_view piece) {
    if (hash_stored_) stored_hash_.Update(piece);
    if (!inflater_) {
      written_ += piece.size();
      unpacked_.Take(piece);
    } else {
      Inflate(piece);
    }
    if (written_ <= limits_.unpacked_bytes) return Ok();
    over_limit_ = true;
    return ResourceExhausted("over the limit");  // ends the download; Finish says it properly
  }

  // Damage ends the unpacking only: the stored digest, which tells what went wrong, needs the rest.
  void Inflate(std::string_view piece) {
    while (!damage_ && written_ <= limits_.unpacked_bytes) {
      const std::span<char> room = pipeline_.Room();
      Result<size_t> size = inflater_->Step(piece, room);
      if (!size.has_value()) {
        damage_ = std::move(size).error();
        return;
      }
      written_ += *size;
      pipeline_.Filled(*size);
      if (*size < room.size()) return;
    }
  }

  const model::Layer& layer_;
  const LayerLimits& limits_;
  const Verify verify_;
  std::string head_;  // until there is enough of it to see the compression
  bool detected_ = false;
  bool hash_stored_ = false;
  bool over_limit_ = false;
  Sha256 stored_hash_;
  uint64_t stored_ = 0, written_ = 0;
  std::unique_ptr<Inflater> inflater_;
  std::optional<Error> damage_;
  Unpacked unpacked_;
  Pipeline pipeline_;
};

}  // namespace

Status CompareDigest(const model::Layer& layer, std::string_view what, const std::string& promised,
                     const std::string& actual) {
  if (promised == actual) return Ok();
  return DataLoss(Named(layer) + " is not what the image promises: its " + std::string(what) +
                  " is " + actual + " instead of " + promised);
}

Result<LayerReading> ReadLayer(ImageSource& source, const model::Layer& layer, TarVisitor& visitor,
                               const LayerLimits& limits, const CallContext& context,
                               Verify verify) {
  LayerStream stream(layer, visitor, limits, verify);
  const Status status = source.ReadLayer(layer, context, [&](std::string_view piece) -> Status {
    RETURN_IF_ERROR(context.Check());
    return stream.OnStored(piece);
  });
  if (!status.has_value() && !stream.over_limit()) return status.error();
  return stream.Finish();
}

}  // namespace narrows::registry
