#include "inventory/image/layer_loader.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "inventory/image/layer_inspector.h"

namespace narrows::inventory::image {
namespace {

// Of layers that wait for one below them.
constexpr size_t kMostWaitingBytes = size_t{16} << 20;

// Counts what flows from a source to a reader.
class CountedSource final : public registry::ImageSource {
 public:
  CountedSource(registry::ImageSource& source, std::function<void(uint64_t)> count)
      : source_(source), count_(std::move(count)) {}

  Result<registry::ResolvedImage> Resolve(const model::Platform& platform,
                                          const CallContext& context) override {
    return source_.Resolve(platform, context);
  }
  Status ReadLayer(const model::Layer& layer, const CallContext& context,
                   const OnData& on_data) override {
    return source_.ReadLayer(layer, context, [&](std::string_view piece) -> Status {
      count_(piece.size());
      return on_data(piece);
    });
  }

 private:
  registry::ImageSource& source_;
  const std::function<void(uint64_t)> count_;
};

size_t WaitingBytes(const LayerAnalysis& layer) {
  return KeptBytes(layer) + layer.hides.size() * sizeof(uint64_t);
}

class LayerLoader {
 public:
  using OnLayer = std::function<void(size_t, ReadLayerResult)>;

  LayerLoader(registry::ImageSource& source, const std::vector<model::Layer>& layers,
              const Watchlist& watchlist, const AnalyserOptions& options, Spool& spool,
              const CallContext& context, const OnLayer& on_layer)
      : counted_(source, [this](uint64_t bytes) { Count(bytes); }),
        layers_(layers),
        watchlist_(watchlist),
        options_(options),
        spool_(spool),
        context_(context),
        on_layer_(on_layer),
        fingerprint_(watchlist.Fingerprint()),
        own_inspector_(options.inspector ? nullptr : MakeInProcessInspector()),
        inspector_(options.inspector ? *options.inspector : *own_inspector_),
        limits_(options.limits) {
    limits_.unpacked_bytes = std::min(limits_.unpacked_bytes, options.most_unpacked_bytes);
    for (const model::Layer& layer : layers) total_ += static_cast<uint64_t>(layer.size);
  }

  Status Run() {
    // Ends the other threads when one fails, or all when the caller does.
    const std::stop_callback on_stop(context_.stop, [this] { Stop(); });
    const size_t threads = std::min(std::max<size_t>(options_.threads, 1), layers_.size());
    std::vector<std::thread> others;
    for (size_t i = 1; i < threads; ++i) others.emplace_back([this] { Work(); });
    Work();
    for (std::thread& thread : others) thread.join();
    RETURN_IF_ERROR(context_.stop.stop_requested() ? context_.Check() : Ok());
    if (error_) return *error_;
    return Ok();
  }

 private:
  void Stop() {
    stop_.request_stop();
    // So that nobody misses it between looking and waiting.
    { const std::lock_guard lock(mutex_); }
    delivered_one_.notify_all();
  }

  void Work() {
    while (const std::optional<size_t> number = Next()) {
      Result<ReadLayerResult> result = Load(layers_[*number]);
      if (result.has_value()) {
        Deliver(*number, *std::move(result));
        continue;
      }
      {
        const std::lock_guard lock(mutex_);
        if (!error_) error_ = std::move(result).error();
      }
      Stop();
    }
  }

  // The next layer to be read. The one that the others wait for is never held up.
  std::optional<size_t> Next() {
    std::unique_lock lock(mutex_);
    if (next_ == layers_.size()) return std::nullopt;
    const size_t number = next_++;
    delivered_one_.wait(lock, [&] {
      return stop_.stop_requested() || number == delivered_ || waiting_bytes_ < kMostWaitingBytes;
    });
    if (stop_.stop_requested()) return std::nullopt;
    return number;
  }

  Result<ReadLayerResult> Load(const model::Layer& layer) {
    if (over_limit_) return ReadLayerResult();
    const LayerKey key{layer.diff_id, layer.digest, fingerprint_};
    if (options_.cache != nullptr) {
      if (const auto stored = options_.cache->Get(key)) {
        Result<LayerAnalysis> analysis = DecodeLayer(*stored);
        if (analysis.has_value()) {
          Count(static_cast<uint64_t>(layer.size));
          return ReadLayerResult{*std::move(analysis), {}};
        }
      }
    }
    const CallContext context{stop_.get_token(), context_.deadline};
    auto inspected = inspector_.Inspect({counted_, layer, watchlist_, limits_, spool_}, context);
    if (!inspected.has_value()) {
      if (inspected.error().code != ErrorCode::kDeadlineExceeded) return inspected.error();
      return ReadLayerResult{{}, {"layer " + layer.diff_id + " was not read: the time was up"}};
    }
    // A cache that keeps nothing costs time, not truth.
    if (inspected->may_be_kept && options_.cache != nullptr)
      static_cast<void>(options_.cache->Put(key, EncodeLayer(inspected->analysis)).has_value());
    return ReadLayerResult{std::move(inspected->analysis), std::move(inspected->faults)};
  }

  void Deliver(size_t number, ReadLayerResult result) {
    {
      const std::lock_guard lock(mutex_);
      Bound(result, layers_[number]);
      waiting_bytes_ += WaitingBytes(result.analysis);
      waiting_.emplace(number, std::move(result));
      while (!waiting_.empty() && waiting_.begin()->first == delivered_) {
        ReadLayerResult layer = std::move(waiting_.begin()->second);
        waiting_.erase(waiting_.begin());
        waiting_bytes_ -= WaitingBytes(layer.analysis);
        BoundUnpacked(layer, layers_[delivered_]);
        on_layer_(delivered_, std::move(layer));
        ++delivered_;
      }
    }
    delivered_one_.notify_all();
  }

  // Drops what is too much: an image has up to a thousand layers.
  void Bound(ReadLayerResult& result, const model::Layer& layer) {
    const size_t bytes = KeptBytes(result.analysis);
    if (bytes <= options_.most_kept_bytes - kept_bytes_) {
      kept_bytes_ += bytes;
      return;
    }
    result = {{},
              {"layer " + layer.diff_id +
               " was left out: the layers have unreasonably many packages, or entries near "
               "package data bases"}};
  }

  // The same from the layer on with which there is too much to unpack, whichever was read first.
  void BoundUnpacked(ReadLayerResult& result, const model::Layer& layer) {
    const uint64_t bytes = result.analysis.unpacked_bytes;
    if (!over_limit_ && bytes <= options_.most_unpacked_bytes - unpacked_bytes_) {
      unpacked_bytes_ += bytes;
      return;
    }
    over_limit_ = true;
    result = {{},
              {"layer " + layer.diff_id + " was left out: the image unpacks to more than " +
               std::to_string(options_.most_unpacked_bytes) + " bytes"}};
  }

  void Count(uint64_t bytes) {
    if (!options_.on_progress) return;
    const std::lock_guard lock(progress_mutex_);
    done_ = std::min(done_ + bytes, total_);  // what is read again counts once
    options_.on_progress(done_, total_);
  }

  CountedSource counted_;
  const std::vector<model::Layer>& layers_;
  const Watchlist& watchlist_;
  const AnalyserOptions& options_;
  Spool& spool_;
  const CallContext& context_;
  const OnLayer& on_layer_;
  const std::string fingerprint_;
  const std::unique_ptr<LayerInspector> own_inspector_;
  LayerInspector& inspector_;
  registry::LayerLimits limits_;
  std::atomic<bool> over_limit_ = false;  // the layers that are still to come are not wanted
  std::stop_source stop_;
  std::mutex mutex_;  // of all below but progress
  std::condition_variable delivered_one_;
  std::optional<Error> error_;
  size_t next_ = 0, delivered_ = 0;
  size_t kept_bytes_ = 0, waiting_bytes_ = 0;
  uint64_t unpacked_bytes_ = 0;
  std::map<size_t, ReadLayerResult> waiting_;
  std::mutex progress_mutex_;
  uint64_t done_ = 0, total_ = 0;
};

}  // namespace

Status LoadLayers(registry::ImageSource& source, const std::vector<model::Layer>& layers,
                  const Watchlist& watchlist, const AnalyserOptions& options, Spool& spool,
                  const CallContext& context,
                  const std::function<void(size_t number, ReadLayerResult layer)>& on_layer) {
  return LayerLoader(source, layers, watchlist, options, spool, context, on_layer).Run();
}

}  // namespace narrows::inventory::image
