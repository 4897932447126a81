#include "registry/manifest.h"

#include <algorithm>
#include <boost/json.hpp>
#include <set>
#include <utility>

#include "base/json.h"
#include "base/strings.h"
#include "registry/image_reference.h"

namespace narrows::registry {
namespace {

namespace json = boost::json;

constexpr std::string_view kOciManifest = "application/vnd.oci.image.manifest.v1+json";
constexpr std::string_view kOciIndex = "application/vnd.oci.image.index.v1+json";
constexpr std::string_view kOciConfig = "application/vnd.oci.image.config.v1+json";
constexpr std::string_view kDockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
constexpr std::string_view kDockerList =
    "application/vnd.docker.distribution.manifest.list.v2+json";
constexpr std::string_view kDockerConfig = "application/vnd.docker.container.image.v1+json";
constexpr std::string_view kDockerSchema1 = "application/vnd.docker.distribution.manifest.v1+";

bool IsIndexType(std::string_view type) { return type == kOciIndex || type == kDockerList; }
bool IsManifestType(std::string_view type) {
  return type == kOciManifest || type == kDockerManifest;
}

// "application/json; charset=utf-8" → "application/json".
std::string_view WithoutParameters(std::string_view media_type) {
  return Trim(media_type.substr(0, media_type.find(';')));
}

model::Platform ReadPlatform(const json::object& object) {
  return {.os = JsonString(object, "os"),
          .architecture = JsonString(object, "architecture"),
          .variant = JsonString(object, "variant")};
}

Result<Descriptor> ReadDescriptor(const json::object& object, std::string_view what) {
  Descriptor descriptor;
  descriptor.media_type = JsonString(object, "mediaType");
  descriptor.digest = JsonString(object, "digest");
  if (Status status = CheckDigest(descriptor.digest); !status.has_value())
    return status.error().Within(what);
  const auto size = JsonInt(object, "size");
  if (!size || *size < 0)
    return InvalidArgument(std::string(what) + " " + descriptor.digest + " has no valid size");
  descriptor.size = *size;
  if (const auto* platform = JsonObject(object, "platform"))
    descriptor.platform = ReadPlatform(*platform);
  return descriptor;
}

Error NotAnImage(std::string_view kind) {
  return FailedPrecondition("it is no container image but an artifact of type \"" +
                            Printable(kind, 120) + "\"; only images can be inspected");
}

Result<Manifest> ReadManifest(const json::object& root) {
  ImageManifest manifest;
  const auto* config = JsonObject(root, "config");
  if (!config) return InvalidArgument("the manifest has no \"config\"");
  ASSIGN_OR_RETURN(manifest.config, ReadDescriptor(*config, "the manifest's configuration"));
  const std::string& type = manifest.config.media_type;
  if (type != kOciConfig && type != kDockerConfig) {
    const std::string artifact = JsonString(root, "artifactType");
    return NotAnImage(artifact.empty() ? type : artifact);
  }
  const auto* layers = JsonArray(root, "layers");
  if (!layers) return InvalidArgument("the manifest has no \"layers\"");
  if (layers->size() > kMostLayers)
    return ResourceExhausted("the manifest has " + std::to_string(layers->size()) +
                             " layers, limit " + std::to_string(kMostLayers));
  manifest.layers.reserve(layers->size());
  for (const json::value& value : *layers) {
    const auto* object = value.if_object();
    if (!object) return InvalidArgument("a layer of the manifest is not an object");
    ASSIGN_OR_RETURN(Descriptor layer, ReadDescriptor(*object, "a layer of the manifest"));
    manifest.layers.push_back(std::move(layer));
  }
  return manifest;
}

// BuildKit's attestations have the platform unknown/unknown and an annotation; other artifacts an
// artifactType or a media type of their own.
bool IsImageEntry(const json::object& object, const Descriptor& descriptor) {
  const auto* annotations = JsonObject(object, "annotations");
  if (annotations && annotations->contains("vnd.docker.reference.type")) return false;
  if (!JsonString(object, "artifactType").empty()) return false;
  if (descriptor.platform && descriptor.platform->os == "unknown") return false;
  return IsManifestType(descriptor.media_type) || IsIndexType(descriptor.media_type);
}

Result<Manifest> ReadIndex(const json::object& root) {
  const auto* entries = JsonArray(root, "manifests");
  if (!entries) return InvalidArgument("the index has no \"manifests\"");
  if (entries->size() > kMostIndexEntries)
    return ResourceExhausted("the index has " + std::to_string(entries->size()) +
                             " entries, limit " + std::to_string(kMostIndexEntries));
  ImageIndex index;
  for (const json::value& value : *entries) {
    const auto* object = value.if_object();
    if (!object) return InvalidArgument("an entry of the index is not an object");
    ASSIGN_OR_RETURN(Descriptor entry, ReadDescriptor(*object, "an entry of the index"));
    if (IsImageEntry(*object, entry)) index.manifests.push_back(std::move(entry));
  }
  return index;
}

// The platforms `wanted` can execute, best first (containerd's platform vector).
std::vector<model::Platform> Executable(const model::Platform& wanted) {
  std::vector<model::Platform> all = {wanted};
  const auto add = [&](std::string architecture, std::string variant) {
    all.push_back(Normalized({wanted.os, std::move(architecture), std::move(variant)}));
  };
  const auto version = [&](std::string_view variant) {
    return variant.starts_with('v') ? ParseInt(variant.substr(1)).value_or(0) : 0;
  };
  const auto add_below = [&](const std::string& architecture, int64_t from, int64_t least) {
    for (int64_t v = std::min<int64_t>(from, 9); v >= least; --v)
      add(architecture, "v" + std::to_string(v));
  };
  if (wanted.architecture == "amd64") {
    add_below("amd64", version(wanted.variant) - 1, 1);
    add("386", "");
  } else if (wanted.architecture == "arm64") {
    if (!wanted.variant.empty()) add("arm64", "");
    add_below("arm", 8, 5);
  } else if (wanted.architecture == "arm") {
    add_below("arm", version(wanted.variant) - 1, 5);
  }
  return all;
}

}  // namespace

std::string_view AcceptedManifestTypes() {
  return "application/vnd.oci.image.index.v1+json, "
         "application/vnd.docker.distribution.manifest.list.v2+json, "
         "application/vnd.oci.image.manifest.v1+json, "
         "application/vnd.docker.distribution.manifest.v2+json";
}

Result<Manifest> ParseManifest(std::string_view bytes, std::string_view media_type) {
  ASSIGN_OR_RETURN_WITHIN(const json::value document,
                          ParseJson(bytes, {.bytes = kMostManifestBytes, .depth = 32}), "manifest");
  const auto* root = document.if_object();
  if (!root) return InvalidArgument("the manifest is not a JSON object");
  const std::string_view served = WithoutParameters(media_type);
  if (served.starts_with(kDockerSchema1) || JsonInt(*root, "schemaVersion") == 1)
    return Unimplemented(
        "it is a Docker schema 1 image, a format withdrawn in 2020; push it again with a current "
        "tool (docker pull and push, or skopeo copy)");
  if (JsonInt(*root, "schemaVersion") != 2)
    return InvalidArgument("the manifest's \"schemaVersion\" is not 2");

  std::string type = JsonString(*root, "mediaType");
  // What one party calls an index and the other an image would be two different things to two
  // readers (CVE-2021-41190).
  if (!type.empty() && (IsIndexType(served) || IsManifestType(served)) && type != served)
    return InvalidArgument("the manifest calls itself \"" + Printable(type, 120) +
                           "\" but is served as \"" + Printable(served, 120) + "\"");
  if (type.empty()) type = served;
  const bool has_image = root->contains("layers") || root->contains("config");
  const bool has_index = root->contains("manifests");
  if (has_image && has_index) return InvalidArgument("the manifest is both an image and an index");
  if (IsIndexType(type)) return ReadIndex(*root);
  if (IsManifestType(type)) return ReadManifest(*root);
  if (has_index) return ReadIndex(*root);
  if (has_image) return ReadManifest(*root);
  return NotAnImage(type);
}

Result<ImageConfig> ParseImageConfig(std::string_view bytes) {
  ASSIGN_OR_RETURN_WITHIN(const json::value document,
                          ParseJson(bytes, {.bytes = kMostConfigBytes, .depth = 32}),
                          "image configuration");
  const auto* root = document.if_object();
  if (!root) return InvalidArgument("the image configuration is not a JSON object");
  ImageConfig config;
  config.platform = Normalized(ReadPlatform(*root));
  const auto* rootfs = JsonObject(*root, "rootfs");
  const auto* diff_ids = rootfs ? JsonArray(*rootfs, "diff_ids") : nullptr;
  if (!rootfs || (!diff_ids && rootfs->contains("diff_ids") && !rootfs->at("diff_ids").is_null()))
    return InvalidArgument("the image configuration has no \"rootfs.diff_ids\"");
  if (!diff_ids) return config;  // an image without layers
  if (diff_ids->size() > kMostLayers)
    return ResourceExhausted("the image configuration has " + std::to_string(diff_ids->size()) +
                             " layers, limit " + std::to_string(kMostLayers));
  for (const json::value& value : *diff_ids) {
    const auto* text = value.if_string();
    config.diff_ids.emplace_back(text ? std::string_view(*text) : std::string_view());
    if (Status status = CheckDigest(config.diff_ids.back()); !status.has_value())
      return status.error().Within("a diffID of the image configuration");
  }
  return config;
}

Result<std::vector<model::Layer>> JoinLayers(const ImageManifest& manifest,
                                             const ImageConfig& config) {
  if (manifest.layers.size() != config.diff_ids.size())
    return InvalidArgument("the manifest has " + std::to_string(manifest.layers.size()) +
                           " layers but the image configuration " +
                           std::to_string(config.diff_ids.size()));
  std::vector<model::Layer> layers;
  layers.reserve(config.diff_ids.size());
  for (size_t i = 0; i < config.diff_ids.size(); ++i) {
    const Descriptor& stored = manifest.layers[i];
    layers.push_back({.diff_id = config.diff_ids[i],
                      .digest = stored.digest,
                      .size = stored.size,
                      .media_type = stored.media_type});
  }
  return layers;
}

model::Platform Normalized(model::Platform platform) {
  std::string& architecture = platform.architecture;
  std::string& variant = platform.variant;
  platform.os = ToLower(platform.os);
  if (platform.os == "macos") platform.os = "darwin";
  architecture = ToLower(architecture);
  variant = ToLower(variant);
  if (architecture == "x86_64" || architecture == "x86-64") architecture = "amd64";
  if (architecture == "i386") architecture = "386";
  if (architecture == "aarch64") architecture = "arm64";
  if (architecture == "armhf") {
    architecture = "arm";
    variant = "v7";
  }
  if (architecture == "armel") {
    architecture = "arm";
    variant = "v6";
  }
  if (!variant.empty() && variant[0] >= '0' && variant[0] <= '9') variant = "v" + variant;
  if (architecture == "386") variant.clear();
  if (architecture == "amd64" && variant == "v1") variant.clear();
  if (architecture == "arm64" && variant == "v8") variant.clear();
  if (architecture == "arm" && variant.empty()) variant = "v7";
  return platform;
}

Result<Descriptor> ChoosePlatform(const ImageIndex& index, const model::Platform& wanted) {
  for (const model::Platform& candidate : Executable(Normalized(wanted))) {
    for (const Descriptor& entry : index.manifests) {
      if (entry.platform && Normalized(*entry.platform) == candidate) return entry;
    }
  }
  for (const Descriptor& entry : index.manifests) {
    if (!entry.platform) return entry;
  }
  std::set<std::string> offered;
  for (const Descriptor& entry : index.manifests)
    offered.insert(Printable(Normalized(*entry.platform).ToString(), 60));
  std::vector<std::string> names(offered.begin(), offered.end());
  if (names.size() > 20) names.resize(20);
  return NotFound("the image has no platform " + wanted.ToString() + "; " +
                  (names.empty() ? "its index names no image at all"
                                 : "there is " + Join(names, ", ") + " (choose with --platform)"));
}

}  // namespace narrows::registry
