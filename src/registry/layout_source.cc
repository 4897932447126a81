#include "registry/layout_source.h"

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/strings.h"
#include "registry/archived_image.h"
#include "registry/manifest.h"

namespace narrows::registry {
namespace {

namespace json = boost::json;

constexpr std::string_view kIndexType = "application/vnd.oci.image.index.v1+json";
constexpr std::string_view kReferenceName = "org.opencontainers.image.ref.name";
constexpr std::string_view kContainerdName = "io.containerd.image.name";

// Digest → the names that index.json gives it.
using Names = std::multimap<std::string, std::string>;

Result<Names> ReadNames(std::string_view index) {
  ASSIGN_OR_RETURN(const json::value document,
                   ParseJson(index, {.bytes = kMostManifestBytes, .depth = 32}));
  Names names;
  const auto* root = document.if_object();
  const auto* manifests = root ? JsonArray(*root, "manifests") : nullptr;
  if (manifests == nullptr) return names;
  for (const json::value& entry : *manifests) {
    const auto* object = entry.if_object();
    const auto* annotations = object ? JsonObject(*object, "annotations") : nullptr;
    if (annotations == nullptr) continue;
    for (const std::string_view key : {kContainerdName, kReferenceName}) {
      const std::string name = JsonString(*annotations, key);
      if (!name.empty()) names.emplace(JsonString(*object, "digest"), name);
    }
  }
  return names;
}

class LayoutSource final : public ImageSource {
 public:
  LayoutSource(std::unique_ptr<FileTree> tree, std::string name, std::string image)
      : tree_(std::move(tree)), name_(std::move(name)), image_(std::move(image)) {}

  Result<ResolvedImage> Resolve(const model::Platform& platform,
                                const CallContext& context) override {
    RETURN_IF_ERROR(context.Check());
    Result<ResolvedImage> image = Find(Normalized(platform));
    if (!image.has_value()) return image.error().Within(name_);
    return image;
  }

  Status ReadLayer(const model::Layer& layer, const CallContext& context,
                   const OnData& on_data) override {
    return tree_->Stream(BlobName(layer.digest), context, on_data);
  }

 private:
  Result<ResolvedImage> Find(const model::Platform& platform) {
    ASSIGN_OR_RETURN(const std::string bytes, tree_->Read("index.json", kMostManifestBytes));
    ASSIGN_OR_RETURN_WITHIN(const Manifest top, ParseManifest(bytes, kIndexType), "index.json");
    ASSIGN_OR_RETURN(const Names names, ReadNames(bytes));
    ASSIGN_OR_RETURN(const ImageIndex candidates, Choose(std::get<ImageIndex>(top), names));
    ASSIGN_OR_RETURN(Descriptor descriptor, candidates.manifests.size() == 1
                                                ? Result<Descriptor>(candidates.manifests.front())
                                                : ChoosePlatform(candidates, platform));
    ResolvedImage image;
    image.reference = name_;
    for (int depth = 0; depth <= kMostIndexDepth; ++depth) {
      ASSIGN_OR_RETURN(
          const std::string document,
          ReadVerified(*tree_, BlobName(descriptor.digest), descriptor.digest, kMostManifestBytes));
      ASSIGN_OR_RETURN(const Manifest manifest, ParseManifest(document, descriptor.media_type));
      if (const auto* found = std::get_if<ImageManifest>(&manifest)) {
        image.digest = descriptor.digest;
        return Complete(*found, std::move(image));
      }
      if (image.index_digest.empty()) image.index_digest = descriptor.digest;
      ASSIGN_OR_RETURN(descriptor, ChoosePlatform(std::get<ImageIndex>(manifest), platform));
    }
    return InvalidArgument("indexes nested too deeply");
  }

  Result<ResolvedImage> Complete(const ImageManifest& manifest, ResolvedImage image) const {
    ASSIGN_OR_RETURN(const std::string document,
                     ReadVerified(*tree_, BlobName(manifest.config.digest), manifest.config.digest,
                                  kMostConfigBytes));
    ASSIGN_OR_RETURN(const ImageConfig config, ParseImageConfig(document));
    ASSIGN_OR_RETURN(image.layers, JoinLayers(manifest, config));
    image.config_digest = manifest.config.digest;
    image.platform = config.platform;
    return image;
  }

  // The entries of the one image that is asked for: several when it is there for several platforms.
  Result<ImageIndex> Choose(const ImageIndex& index, const Names& names) const {
    if (index.manifests.empty()) return NotFound("index.json names no image");
    ImageIndex chosen;
    std::vector<std::string> known;
    for (const Descriptor& entry : index.manifests) {
      const auto [first, last] = names.equal_range(entry.digest);
      const bool is_wanted =
          image_.empty() || entry.digest == image_ ||
          std::any_of(first, last, [&](const auto& it) { return IsNamed(it.second, image_); });
      known.push_back(first == last ? entry.digest : first->second);
      if (is_wanted && std::none_of(chosen.manifests.begin(), chosen.manifests.end(),
                                    [&](const auto& it) { return it.digest == entry.digest; }))
        chosen.manifests.push_back(entry);
    }
    std::sort(known.begin(), known.end());
    known.erase(std::unique(known.begin(), known.end()), known.end());
    if (chosen.manifests.empty())
      return NotFound("there is no image '" + Printable(image_) + "'" + WhatThereIs(known));
    const bool unnamed = names.empty();
    if (image_.empty() && chosen.manifests.size() > 1 && known.size() > 1 && !unnamed)
      return InvalidArgument("there are several images; say which" + WhatThereIs(known));
    return chosen;
  }

  const std::unique_ptr<FileTree> tree_;
  const std::string name_;
  const std::string image_;
};

}  // namespace

std::unique_ptr<ImageSource> MakeLayoutSource(std::unique_ptr<FileTree> tree, std::string name,
                                              std::string image) {
  return std::make_unique<LayoutSource>(std::move(tree), std::move(name), std::move(image));
}

}  // namespace narrows::registry
