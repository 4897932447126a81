#pragma once

#include <map>
#include <string>

#include "base/sha256.h"

namespace narrows::registry {

// A one-layer image for tests, as a registry stores it.
struct TestImage {
  static std::string Digest(const std::string& bytes) { return "sha256:" + Sha256Hex(bytes); }

  explicit TestImage(std::string layer_bytes = std::string(200'000, 'L'))
      : layer(std::move(layer_bytes)) {
    config = R"({"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[")" +
             Digest(layer) + R"("]}})";
    manifest = R"({"schemaVersion":2,"mediaType":")" + std::string(kManifestType) +
               R"(","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":")" +
               Digest(config) + R"(","size":)" + std::to_string(config.size()) +
               R"(},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":")" +
               Digest(layer) + R"(","size":)" + std::to_string(layer.size()) + "}]}";
    index = R"({"schemaVersion":2,"mediaType":")" + std::string(kIndexType) +
            R"(","manifests":[{"mediaType":")" + std::string(kManifestType) + R"(","digest":")" +
            Digest(manifest) + R"(","size":)" + std::to_string(manifest.size()) +
            R"(,"platform":{"os":"linux","architecture":"amd64"}}]})";
  }

  static constexpr const char* kManifestType = "application/vnd.oci.image.manifest.v1+json";
  static constexpr const char* kIndexType = "application/vnd.oci.image.index.v1+json";

  std::string layer;
  std::string config;
  std::string manifest;
  std::string index;
};

}  // namespace narrows::registry
