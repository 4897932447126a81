#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "model/image.h"

namespace narrows::registry {

inline constexpr size_t kMostManifestBytes = 4u << 20;  // what containerd and registries allow
inline constexpr size_t kMostConfigBytes = 8u << 20;
inline constexpr size_t kMostLayers = 1000;
inline constexpr size_t kMostIndexEntries = 1000;
inline constexpr int kMostIndexDepth = 4;  // indexes within indexes

// What a manifest says about a blob or another manifest (OCI image specification, descriptor).
struct Descriptor {
  std::string media_type;
  std::string digest;  // checked: "sha256:…"
  int64_t size = 0;    // bytes, not negative
  std::optional<model::Platform> platform;
};

// An OCI image manifest or a Docker v2 schema 2 manifest.
struct ImageManifest {
  Descriptor config;
  std::vector<Descriptor> layers;  // base first
};

// An OCI index or a Docker manifest list, without what is no image: attestations, signatures and
// other artifacts.
struct ImageIndex {
  std::vector<Descriptor> manifests;
};

using Manifest = std::variant<ImageManifest, ImageIndex>;

// What of an image's configuration an inspection needs.
struct ImageConfig {
  model::Platform platform;
  std::vector<std::string> diff_ids;  // checked: "sha256:…", base first
};

// The value of the Accept header that asks for what ParseManifest reads.
std::string_view AcceptedManifestTypes();

// Reads the bytes of a manifest; `media_type` is what the server or descriptor calls them, and may
// be empty (then the document tells). kInvalidArgument when they are malformed, kResourceExhausted
// above a limit, kUnimplemented for Docker schema 1, kFailedPrecondition when they describe
// something else than a container image (a Helm chart, a signature, …).
Result<Manifest> ParseManifest(std::string_view bytes, std::string_view media_type);

Result<ImageConfig> ParseImageConfig(std::string_view bytes);

// The layers with their diffIDs; kInvalidArgument when manifest and configuration disagree.
Result<std::vector<model::Layer>> JoinLayers(const ImageManifest& manifest,
                                             const ImageConfig& config);

// The entry that a node of `wanted` would run, chosen as containerd does: the same platform, else
// one it can execute (arm64 → arm/v8, v7 …; amd64/v3 → v2 → amd64 → 386), else an entry that names
// no platform. kNotFound lists what there is.
Result<Descriptor> ChoosePlatform(const ImageIndex& index, const model::Platform& wanted);

// One spelling for one platform: x86_64 → amd64, aarch64 → arm64, arm64/v8 → arm64, arm → arm/v7.
model::Platform Normalized(model::Platform platform);

}  // namespace narrows::registry
