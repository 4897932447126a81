#include "registry/archive_source.h"

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/sha256.h"
#include "base/strings.h"
#include "registry/archived_image.h"
#include "registry/file_tree.h"
#include "registry/image_reference.h"
#include "registry/layout_source.h"
#include "registry/manifest.h"

namespace narrows::registry {
namespace {

namespace json = boost::json;

constexpr std::string_view kDockerLayerType = "application/vnd.docker.image.rootfs.diff.tar";

// One element of manifest.json (Docker image specification v1.2, "Combined Image JSON + Filesystem
// Changeset Format").
struct SavedImage {
  std::string config;
  std::vector<std::string> tags;
  std::vector<std::string> layers;
};

std::vector<std::string> Strings(const json::object& parent, std::string_view key) {
  std::vector<std::string> strings;
  if (const json::array* array = JsonArray(parent, key))
    for (const json::value& value : *array)
      if (const json::string* text = value.if_string()) strings.emplace_back(*text);
  return strings;
}

Result<std::vector<SavedImage>> ParseSavedImages(std::string_view text) {
  ASSIGN_OR_RETURN_WITHIN(const json::value document,
                          ParseJson(text, {.bytes = kMostManifestBytes, .depth = 32}),
                          "manifest.json");
  const json::array* array = document.if_array();
  if (array == nullptr) return InvalidArgument("manifest.json is not a list of images");
  std::vector<SavedImage> images;
  for (const json::value& value : *array) {
    const json::object* object = value.if_object();
    if (object == nullptr) return InvalidArgument("manifest.json is not a list of images");
    SavedImage image{JsonString(*object, "Config"), Strings(*object, "RepoTags"),
                     Strings(*object, "Layers")};
    if (image.config.empty()) return InvalidArgument("manifest.json names no configuration");
    if (image.layers.size() > kMostLayers)
      return ResourceExhausted("the image has too many layers");
    images.push_back(std::move(image));
  }
  if (images.empty()) return NotFound("manifest.json names no image");
  return images;
}

// The digest that a name such as "blobs/sha256/<hex>" or "<hex>.json" promises; empty when none.
std::string PromisedDigest(std::string_view name) {
  if (const size_t slash = name.rfind('/'); slash != std::string_view::npos)
    name.remove_prefix(slash + 1);
  if (name.ends_with(".json")) name.remove_suffix(5);
  const std::string digest = "sha256:" + std::string(name);
  return CheckDigest(digest).has_value() ? digest : "";
}

class DockerArchiveSource final : public ImageSource {
 public:
  DockerArchiveSource(std::unique_ptr<FileTree> tree, std::string name, std::string image)
      : tree_(std::move(tree)), name_(std::move(name)), image_(std::move(image)) {}

  // The archive has one platform an image, which is taken as it is.
  Result<ResolvedImage> Resolve(const model::Platform&, const CallContext& context) override {
    RETURN_IF_ERROR(context.Check());
    Result<ResolvedImage> image = Find();
    if (!image.has_value()) return image.error().Within(name_);
    return image;
  }

  Status ReadLayer(const model::Layer& layer, const CallContext& context,
                   const OnData& on_data) override {
    const auto file = files_.find(layer.diff_id);
    if (file == files_.end()) return NotFound("there is no layer " + layer.diff_id);
    return tree_->Stream(file->second, context, on_data);
  }

 private:
  Result<ResolvedImage> Find() {
    ASSIGN_OR_RETURN(const std::string text, tree_->Read("manifest.json", kMostManifestBytes));
    ASSIGN_OR_RETURN(const std::vector<SavedImage> images, ParseSavedImages(text));
    ASSIGN_OR_RETURN(const SavedImage* saved, Choose(images));
    ASSIGN_OR_RETURN(const std::string document, tree_->Read(saved->config, kMostConfigBytes));
    ResolvedImage image;
    image.reference = name_;
    image.digest = image.config_digest = "sha256:" + Sha256Hex(document);
    const std::string promised = PromisedDigest(saved->config);
    if (!promised.empty() && promised != image.digest) {
      return DataLoss("the configuration " + Printable(saved->config) +
                      " is damaged: its digest is " + image.digest);
    }
    ASSIGN_OR_RETURN(const ImageConfig config, ParseImageConfig(document));
    if (config.diff_ids.size() != saved->layers.size()) {
      return InvalidArgument("manifest.json has " + std::to_string(saved->layers.size()) +
                             " layers but the image configuration " +
                             std::to_string(config.diff_ids.size()));
    }
    image.platform = config.platform;
    files_.clear();
    for (size_t i = 0; i < saved->layers.size(); ++i) {
      const std::string& file = saved->layers[i];
      const std::optional<uint64_t> size = tree_->Size(file);
      if (!size) return NotFound("the layer " + Printable(file) + " is missing");
      files_[config.diff_ids[i]] = file;
      image.layers.push_back({config.diff_ids[i],
                              file.starts_with("blobs/sha256/") ? PromisedDigest(file) : "",
                              static_cast<int64_t>(*size), std::string(kDockerLayerType)});
    }
    return image;
  }

  Result<const SavedImage*> Choose(const std::vector<SavedImage>& images) const {
    std::vector<std::string> known;
    for (const SavedImage& image : images) {
      if (image_.empty() && images.size() == 1) return &image;
      if (!image_.empty() && PromisedDigest(image.config) == image_) return &image;
      for (const std::string& tag : image.tags) {
        if (!image_.empty() && IsNamed(tag, image_)) return &image;
        known.push_back(tag);
      }
      if (image.tags.empty()) known.push_back(PromisedDigest(image.config));
    }
    if (image_.empty())
      return InvalidArgument("there are several images; say which" + WhatThereIs(known));
    return NotFound("there is no image '" + Printable(image_) + "'" + WhatThereIs(known));
  }

  const std::unique_ptr<FileTree> tree_;
  const std::string name_;
  const std::string image_;
  std::map<std::string, std::string> files_;  // diffID → file; constant once resolved
};

}  // namespace

Result<std::unique_ptr<ImageSource>> MakeArchiveSource(const ArchiveOptions& options) {
  const std::string name = options.path.string();
  std::error_code error;
  const auto status = std::filesystem::status(options.path, error);
  if (!std::filesystem::exists(status)) return NotFound("there is no file or folder " + name);
  ASSIGN_OR_RETURN(std::unique_ptr<FileTree> tree, std::filesystem::is_directory(status)
                                                       ? OpenFolderTree(options.path)
                                                       : OpenTarTree(options.path));
  if (tree->Size("index.json") && tree->Size("oci-layout"))
    return MakeLayoutSource(std::move(tree), name, options.image);
  if (tree->Size("manifest.json")) {
    return std::unique_ptr<ImageSource>(
        std::make_unique<DockerArchiveSource>(std::move(tree), name, options.image));
  }
  return InvalidArgument(name +
                         " is neither a 'docker save' file nor an OCI image layout: it has neither "
                         "manifest.json nor index.json with oci-layout");
}

}  // namespace narrows::registry
