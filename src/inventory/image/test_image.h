#pragma once

// For tests only: an image in memory, and an extractor of a format that needs no specification.

#include <algorithm>
#include <atomic>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/sha256.h"
#include "base/strings.h"
#include "ecosystems/package_extractor.h"
#include "registry/image_source.h"

namespace narrows::inventory::image {

// Layers are tar streams, stored as they are.
class TestImage final : public registry::ImageSource {
 public:
  explicit TestImage(std::vector<std::string> tars) {
    for (std::string& tar : tars) {
      const std::string digest = "sha256:" + Sha256Hex(tar);
      layers.push_back({digest, digest, static_cast<int64_t>(tar.size()), "application/x-tar"});
      blobs_[digest] = std::move(tar);
    }
  }
  Result<registry::ResolvedImage> Resolve(const model::Platform& platform,
                                          const CallContext&) override {
    return registry::ResolvedImage{.reference = "test",
                                   .digest = "sha256:manifest",
                                   .config_digest = "sha256:config",
                                   .platform = platform,
                                   .layers = layers};
  }
  Status ReadLayer(const model::Layer& layer, const CallContext&, const OnData& on_data) override {
    ++reads;
    if (!failure.message.empty()) return failure;
    return on_data(blobs_.at(layer.diff_id));
  }

  std::vector<model::Layer> layers;
  std::atomic<int> reads = 0;
  Error failure;
  std::map<std::string, std::string> blobs_;
};

// "name version" a line, in db/list and in the files of db/list.d; "owns PATH NAME" says that the
// package NAME owns the file.
class TestExtractor final : public ecosystems::PackageExtractor {
 public:
  std::string_view Name() const override { return "test"; }
  int Version() const override { return version; }
  bool Claims(std::string_view path) const override {
    return path == "db/list" || (path.starts_with("db/list.d/") && !path.ends_with(".not"));
  }
  std::vector<std::string_view> Places() const override { return {"db/list", "db/list.d/"}; }
  bool Recognises(std::string_view head) const override { return head.starts_with("seen "); }
  size_t MostBytes() const override { return 1000; }
  Result<Extracted> Extract(std::string_view, std::string_view content) const override {
    if (content.starts_with("damaged")) return DataLoss("not a list");
    Extracted extracted;
    for (const std::string_view line : Split(content, '\n')) {
      if (const auto words = Split(line, ' '); words.size() == 3 && words[0] == "owns") {
        extracted.owned.push_back({std::string(words[2]), {}});
        extracted.owned.back().Add(words[1]);
        continue;
      }
      const size_t space = line.find(' ');
      if (space == std::string_view::npos) continue;
      model::Package package{.name = std::string(line.substr(0, space)),
                             .version = std::string(line.substr(space + 1))};
      if (package.version == "?") {
        extracted.statuses.push_back("no version of " + package.name);
      } else {
        extracted.packages.push_back(std::move(package));
      }
    }
    return extracted;
  }
  void Complete(model::Package& package, const model::Distribution& distribution) const override {
    package.ecosystem = "Test";
    package.purl = "pkg:test/" + distribution.id + "/" + package.name + "@" + package.version;
  }

  int version = 1;
};

// The same lists in files named *.pkg, wherever they are, and behind the first line of executables.
class LooseTestExtractor final : public ecosystems::PackageExtractor {
 public:
  std::string_view Name() const override { return "loose"; }
  int Version() const override { return 1; }
  bool Claims(std::string_view path) const override { return path.ends_with(".pkg"); }
  std::vector<std::string_view> Places() const override { return {}; }
  bool IsOfOperatingSystem() const override { return of_operating_system; }
  bool IsForUnownedFiles() const override { return for_unowned_files; }
  bool ClaimsExecutables() const override { return true; }
  size_t MostBytes() const override { return size_t{4} << 20; }
  Result<Extracted> Extract(std::string_view path, std::string_view content) const override {
    ++extracted;
    if (!path.ends_with(".pkg"))
      content.remove_prefix(std::min(content.find('\n'), content.size()));
    if (content.size() > 1000) content = content.substr(content.size() - 1000);
    return TestExtractor().Extract(path, content);
  }
  void Complete(model::Package& package, const model::Distribution&) const override {
    package.ecosystem = "Loose";
  }

  bool of_operating_system = false;
  bool for_unowned_files = false;
  mutable std::atomic<int> extracted = 0;
};

}  // namespace narrows::inventory::image
