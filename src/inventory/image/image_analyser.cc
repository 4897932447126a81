#include "inventory/image/image_analyser.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "inventory/image/image_tree.h"
#include "inventory/image/layer_loader.h"
#include "inventory/image/loose_files.h"
#include "inventory/image/package_list.h"
#include "inventory/image/spool.h"
#include "inventory/image/watchlist.h"

namespace narrows::inventory::image {
namespace {

constexpr int kMostRounds = 5;  // links that lead to links, each time outside the watchlist
// What links lead to is watched in turn, with every folder on the way.
constexpr size_t kMostLinkedPlaces = 200;
constexpr size_t kMostLinkedPathBytes = 1024;

// Name, architecture, version.
using PackageKey = std::tuple<std::string, std::string, std::string>;

PackageKey KeyOf(const model::Package& package) {
  return {package.name, package.architecture, package.version};
}

// Puts the layers of an image together, from the base up: first Add for each, then Finish.
class Merger {
 public:
  // `analysis` has the layers' names and is filled in.
  Merger(const Watchlist& watchlist, const CallContext& context, model::ImageAnalysis& analysis)
      : watchlist_(watchlist),
        context_(context),
        analysis_(analysis),
        list_(watchlist, analysis),
        layers_(analysis.layers.size()),
        tree_(watchlist, loose_) {}

  void Add(size_t number, ReadLayerResult result) {
    for (std::string& fault : result.faults) list_.AddFault(std::move(fault));
    if (out_of_time_) return;
    if (!context_.Check().has_value()) {
      out_of_time_ = true;
      list_.AddFault("layer " + DiffId(number) + " was not looked at: the time was up");
      return;
    }
    LayerAnalysis& layer = layers_[number];
    layer = std::move(result.analysis);
    const bool loose_below = !loose_.files().empty();
    loose_.Apply(layer, static_cast<int>(number));
    if (loose_below && !layer.hides_all_known) {
      list_.AddFault("layer " + DiffId(number) +
                     " has too many files to tell which of lower layers they replace");
    }
    for (const auto& [extractor, files] : layer.uncounted) list_.CountFaults(extractor, files);
    if (!layer.entries.empty()) {
      tree_.Apply(layer, static_cast<int>(number));
      Look(static_cast<int>(number));
    }
    // The tree has what it needs of these.
    layer.entries = {};
    layer.hides = {};
  }

  // What must be watched to know more.
  std::vector<Watchlist::Place> Finish() && {
    if (tree_.exhausted()) list_.AddFault("the image's links lead through too many others");
    for (const ImageTree::VisibleFile& visible : view_.files)
      list_.Add(FileOf(visible), visible.as);
    for (const LooseFiles::File& file : loose_.files()) {
      AnalysedFile& content = FileOf(file.layer, file.file);
      if (watchlist_.HasPlaces(content.extractor)) continue;  // no link led there
      list_.Add(content, content.as, DiffId(static_cast<size_t>(file.introduced)));
      content.packages = {};  // so that both forms of all packages are never there at once
    }
    std::move(list_).Finish();
    for (model::Package& package : analysis_.packages) {
      if (!package.layer.empty()) continue;
      const auto by = introduced_.find(KeyOf(package));
      if (by != introduced_.end()) package.layer = DiffId(static_cast<size_t>(by->second));
    }
    return std::move(view_.wanted);
  }

 private:
  const std::string& DiffId(size_t layer) const { return analysis_.layers[layer].diff_id; }
  AnalysedFile& FileOf(int layer, int file) {
    return layers_[static_cast<size_t>(layer)].files[static_cast<size_t>(file)];
  }
  const AnalysedFile& FileOf(const ImageTree::VisibleFile& visible) {
    return FileOf(visible.layer, visible.file);
  }

  // Which layer brought the packages that are visible on top now: those that were there below keep
  // theirs.
  void Look(int layer) {
    ImageTree::View view = tree_.Look();
    const auto same = [](const ImageTree::VisibleFile& a, const ImageTree::VisibleFile& b) {
      return a.layer == b.layer && a.file == b.file;
    };
    const bool unchanged = std::equal(view.files.begin(), view.files.end(), view_.files.begin(),
                                      view_.files.end(), same);
    view_ = std::move(view);
    if (unchanged) return;
    std::map<PackageKey, int> now;
    for (const ImageTree::VisibleFile& visible : view_.files) {
      if (now.size() > kMostPackages) break;  // PackageList says so
      const auto packages = DecodePackages(FileOf(visible).packages);
      if (!packages.has_value()) continue;  // PackageList says so
      for (const model::Package& package : *packages) {
        PackageKey key = KeyOf(package);
        const auto before = introduced_.find(key);
        now.emplace(std::move(key), before == introduced_.end() ? layer : before->second);
      }
    }
    introduced_ = std::move(now);
  }

  const Watchlist& watchlist_;
  const CallContext& context_;
  model::ImageAnalysis& analysis_;
  PackageList list_;
  std::vector<LayerAnalysis> layers_;
  LooseFiles loose_;
  ImageTree tree_;
  ImageTree::View view_;
  std::map<PackageKey, int> introduced_;
  bool out_of_time_ = false;
};

// Watches what links lead to; false when none of it can be.
bool WatchMore(std::vector<Watchlist::Place> wanted, Watchlist& watchlist, size_t& linked) {
  bool more = false;
  for (Watchlist::Place& place : wanted) {
    if (linked == kMostLinkedPlaces || place.path.size() > kMostLinkedPathBytes) continue;
    const bool added = watchlist.Add(std::move(place));
    linked += added ? 1 : 0;
    more = more || added;
  }
  return more;
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
  DiskSpool spool;
  size_t linked = 0;
  for (int round = 1;; ++round) {
    model::ImageAnalysis analysis = nothing;
    Merger merger(watchlist, context, analysis);
    RETURN_IF_ERROR(LoadLayers(
        source, resolved.layers, watchlist, options, spool, context,
        [&](size_t number, ReadLayerResult layer) { merger.Add(number, std::move(layer)); }));
    std::vector<Watchlist::Place> wanted = std::move(merger).Finish();
    if (wanted.empty()) return analysis;
    // A data base that is there but not read is not the same as none.
    analysis.has_package_database =
        analysis.has_package_database ||
        std::any_of(wanted.begin(), wanted.end(),
                    [](const auto& place) { return place.extractor != Watchlist::kOsRelease; });
    const std::string path = "/" + wanted.front().path;
    if (!WatchMore(std::move(wanted), watchlist, linked) || round == kMostRounds) {
      analysis.complete = false;
      analysis.statuses.push_back("links could not be followed to " + path);
      return analysis;
    }
  }
}

}  // namespace narrows::inventory::image
