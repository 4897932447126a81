#include "inventory/image/image_analyser.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <tuple>
#include <utility>

#include "inventory/image/image_tree.h"
#include "inventory/image/layer_analysis.h"
#include "inventory/image/package_list.h"
#include "inventory/image/watchlist.h"

namespace narrows::inventory::image {
namespace {

constexpr int kMostRounds = 5;  // links that lead to links, each time outside the watchlist
// What links lead to is watched in turn, with every folder on the way.
constexpr size_t kMostLinkedPlaces = 200;
constexpr size_t kMostLinkedPathBytes = 1024;

// One layer, as far as it could be read.
struct ReadLayerResult {
  LayerAnalysis analysis;
  std::string status;  // why not all of it
};

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

// Reads the layers of one image with a few threads.
class LayerLoader {
 public:
  LayerLoader(registry::ImageSource& source, const std::vector<model::Layer>& layers,
              const Watchlist& watchlist, const AnalyserOptions& options,
              const CallContext& context)
      : counted_(source, [this](uint64_t bytes) { Count(bytes); }),
        layers_(layers),
        watchlist_(watchlist),
        options_(options),
        context_(context),
        fingerprint_(watchlist.Fingerprint()),
        results_(layers.size()) {
    for (const model::Layer& layer : layers) total_ += static_cast<uint64_t>(layer.size);
  }

  Result<std::vector<ReadLayerResult>> Run() {
    // Ends the other threads when one fails, or all when the caller does.
    const std::stop_callback on_stop(context_.stop, [this] { stop_.request_stop(); });
    const size_t threads = std::min(std::max<size_t>(options_.threads, 1), layers_.size());
    std::vector<std::thread> others;
    for (size_t i = 1; i < threads; ++i) others.emplace_back([this] { Work(); });
    Work();
    for (std::thread& thread : others) thread.join();
    RETURN_IF_ERROR(context_.stop.stop_requested() ? context_.Check() : Ok());
    if (error_) return *error_;
    return std::move(results_);
  }

 private:
  void Work() {
    while (!stop_.stop_requested()) {
      const size_t number = next_++;
      if (number >= layers_.size()) return;
      Result<ReadLayerResult> result = Load(layers_[number]);
      if (result.has_value()) {
        results_[number] = Bounded(*std::move(result), layers_[number]);
        continue;
      }
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::move(result).error();
      stop_.request_stop();
    }
  }

  Result<ReadLayerResult> Load(const model::Layer& layer) {
    const LayerKey key{layer.diff_id, fingerprint_};
    if (options_.cache != nullptr) {
      if (const auto stored = options_.cache->Get(key)) {
        Result<LayerAnalysis> analysis = DecodeLayer(*stored);
        if (analysis.has_value()) {
          Count(static_cast<uint64_t>(layer.size));
          return ReadLayerResult{*std::move(analysis), ""};
        }
      }
    }
    LayerAnalyser analyser(watchlist_);
    const CallContext context{stop_.get_token(), context_.deadline};
    const auto reading = registry::ReadLayer(counted_, layer, analyser, options_.limits, context);
    if (!reading.has_value()) {
      if (reading.error().code != ErrorCode::kDeadlineExceeded) return reading.error();
      return ReadLayerResult{{}, "layer " + layer.diff_id + " was not read: the time was up"};
    }
    ReadLayerResult result{analyser.Take(), ""};
    if (reading->fault) {
      result.status = "layer " + layer.diff_id + ": " + reading->fault->message;
    } else if (options_.cache != nullptr) {
      // A cache that keeps nothing costs time, not truth.
      static_cast<void>(options_.cache->Put(key, EncodeLayer(result.analysis)).has_value());
    }
    return result;
  }

  // Drops what is too much: an image has up to a thousand layers.
  ReadLayerResult Bounded(ReadLayerResult result, const model::Layer& layer) {
    const size_t bytes = KeptBytes(result.analysis);
    const std::lock_guard lock(mutex_);
    if (bytes <= options_.most_kept_bytes - kept_bytes_) {
      kept_bytes_ += bytes;
      return result;
    }
    return {{},
            "layer " + layer.diff_id +
                " was left out: the layers have unreasonably many "
                "entries near package data bases"};
  }

  void Count(uint64_t bytes) {
    if (!options_.on_progress) return;
    const std::lock_guard lock(mutex_);
    done_ += bytes;
    options_.on_progress(done_, total_);
  }

  CountedSource counted_;
  const std::vector<model::Layer>& layers_;
  const Watchlist& watchlist_;
  const AnalyserOptions& options_;
  const CallContext& context_;
  const std::string fingerprint_;
  std::stop_source stop_;
  std::atomic<size_t> next_ = 0;
  std::mutex mutex_;
  std::optional<Error> error_;
  uint64_t done_ = 0, total_ = 0;
  size_t kept_bytes_ = 0;
  std::vector<ReadLayerResult> results_;
};

// Name, architecture, version.
using PackageKey = std::tuple<std::string, std::string, std::string>;
using IntroducedBy = std::map<PackageKey, int>;

PackageKey KeyOf(const model::Package& package) {
  return {package.name, package.architecture, package.version};
}

// Which layer brought the packages that are visible on top: those that were there below keep
// theirs.
IntroducedBy Attribute(const ImageTree::View& view, const std::vector<ReadLayerResult>& layers,
                       const IntroducedBy& below, int layer) {
  IntroducedBy now;
  for (const ImageTree::VisibleFile& visible : view.files) {
    if (now.size() > kMostPackages) break;  // PackageList says so
    const LayerAnalysis& analysis = layers[static_cast<size_t>(visible.layer)].analysis;
    const auto packages =
        DecodePackages(analysis.files[static_cast<size_t>(visible.file)].packages);
    if (!packages.has_value()) continue;  // PackageList says so
    for (const model::Package& package : *packages) {
      PackageKey key = KeyOf(package);
      const auto before = below.find(key);
      now.emplace(std::move(key), before == below.end() ? layer : before->second);
    }
  }
  return now;
}

// Fills in what the layers say; gives what must be watched to know more.
std::vector<Watchlist::Place> Merge(const std::vector<ReadLayerResult>& layers,
                                    const Watchlist& watchlist, const CallContext& context,
                                    model::ImageAnalysis& analysis) {
  ImageTree tree(watchlist);
  ImageTree::View view;
  IntroducedBy introduced;
  for (size_t i = 0; i < layers.size(); ++i) {
    if (!layers[i].status.empty()) MarkIncomplete(analysis, layers[i].status);
    if (layers[i].analysis.entries.empty()) continue;
    if (!context.Check().has_value()) {
      MarkIncomplete(analysis,
                     "layer " + analysis.layers[i].diff_id + " was not looked at: the time was up");
      break;
    }
    tree.Apply(layers[i].analysis, static_cast<int>(i));
    view = tree.Look();
    introduced = Attribute(view, layers, introduced, static_cast<int>(i));
  }
  if (tree.exhausted()) MarkIncomplete(analysis, "the image's links lead through too many others");
  PackageList list(watchlist);
  for (const ImageTree::VisibleFile& visible : view.files) {
    const LayerAnalysis& layer = layers[static_cast<size_t>(visible.layer)].analysis;
    list.Add(layer.files[static_cast<size_t>(visible.file)], visible.as, analysis);
  }
  std::move(list).Finish(analysis);
  for (model::Package& package : analysis.packages) {
    const auto by = introduced.find(KeyOf(package));
    if (by != introduced.end())
      package.layer = analysis.layers[static_cast<size_t>(by->second)].diff_id;
  }
  return std::move(view.wanted);
}

}  // namespace

Result<model::ImageAnalysis> Analyse(registry::ImageSource& source, const model::Platform& platform,
                                     const AnalyserOptions& options, const CallContext& context) {
  ASSIGN_OR_RETURN(const registry::ResolvedImage resolved, source.Resolve(platform, context));
  const model::ImageAnalysis nothing{.digest = resolved.digest,
                                     .index_digest = resolved.index_digest,
                                     .config_digest = resolved.config_digest,
                                     .reference = resolved.reference,
                                     .platform = resolved.platform,
                                     .layers = resolved.layers};
  Watchlist watchlist(options.extractors);
  model::ImageAnalysis analysis;
  size_t linked = 0;
  for (int round = 0; round < kMostRounds; ++round) {
    LayerLoader loader(source, resolved.layers, watchlist, options, context);
    ASSIGN_OR_RETURN(const std::vector<ReadLayerResult> layers, loader.Run());
    analysis = nothing;
    std::vector<Watchlist::Place> wanted = Merge(layers, watchlist, context, analysis);
    if (wanted.empty()) return analysis;
    // A data base that is there but not read is not the same as none.
    const auto last = std::find_if(wanted.begin(), wanted.end(), [](const auto& place) {
      return place.extractor != Watchlist::kOsRelease;
    });
    analysis.has_package_database = analysis.has_package_database || last != wanted.end();
    const std::string path = "/" + wanted.front().path;
    bool more = false;
    for (Watchlist::Place& place : wanted) {
      if (linked == kMostLinkedPlaces || place.path.size() > kMostLinkedPathBytes) continue;
      const bool added = watchlist.Add(std::move(place));
      linked += added ? 1 : 0;
      more = more || added;
    }
    if (!more || round + 1 == kMostRounds) {
      MarkIncomplete(analysis, "links could not be followed to " + path);
      break;
    }
  }
  return analysis;
}

}  // namespace narrows::inventory::image
